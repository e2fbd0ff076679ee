import type { ErrorCode } from "../../../core/error.ts";
import type { RouteAnswer } from "../../../core/route.ts";
import type { ProtobufCodec } from "../wire/protobuf.ts";
import { signals, type Signal } from "../wire/signal.ts";
import type { Taken } from "./request.ts";

/** The two ways in which a request may be written; its answer is written in the same. */
export type Form = "json" | "protobuf";

export const contentTypes: Readonly<Record<Form, string>> = {
  json: "application/json",
  protobuf: "application/x-protobuf",
};

/** Null for a type that is neither of them. */
export function formOf(contentType: string | undefined): Form | null {
  const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type === contentTypes.json) return "json";
  return type === contentTypes.protobuf ? "protobuf" : null;
}

export interface Writing {
  readonly form: Form;
  readonly protobuf: () => Promise<ProtobufCodec>;
}

export async function successReply(signal: Signal, taken: Taken, writing: Writing): Promise<RouteAnswer> {
  const { answer, rejected } = signals[signal];
  const { reason } = taken;
  const partialSuccess = {
    [rejected]: String(taken.rejected),
    errorMessage: `${taken.rejected} were not taken: ${reason}`,
  };
  return reply(200, { message: answer, value: taken.rejected > 0 ? { partialSuccess } : {} }, writing);
}

/** Numbers of `google.rpc.Code`. */
const [invalidArgument, resourceExhausted, unavailable] = [3, 8, 14];

export interface Refusal {
  readonly status: number;
  readonly code: number;
  /** For refusals that are worth another try: seconds. */
  readonly retryAfter?: number;
}

export const busy: Refusal = { status: 429, code: resourceExhausted, retryAfter: 1 };
export const behind: Refusal = { status: 503, code: unavailable, retryAfter: 5 };

/** How a request is refused; null for errors that are none of the request's. */
export function refusalFor(code: ErrorCode): Refusal | null {
  switch (code) {
    case "request.malformed":
      return { status: 400, code: invalidArgument };
    case "request.too_large":
      return { status: 413, code: invalidArgument };
    case "request.unsupported":
      return { status: 415, code: invalidArgument };
    default:
      return null;
  }
}

/** A `google.rpc.Status`, as the protocol wants it. */
export async function refusalReply(refusal: Refusal, message: string, writing: Writing): Promise<RouteAnswer> {
  const { status, code, retryAfter } = refusal;
  const answer = await reply(status, { message: "Status", value: { code, message } }, writing);
  if (retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, "retry-after": String(retryAfter) } };
}

async function reply(
  status: number,
  { message, value }: { readonly message: string; readonly value: object },
  { form, protobuf }: Writing,
): Promise<RouteAnswer> {
  const body = form === "json" ? JSON.stringify(value) : (await protobuf()).encode(message, value);
  return { status, headers: { "content-type": contentTypes[form] }, body };
}
