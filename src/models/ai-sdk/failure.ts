import { z } from "zod";
import { TuttiError } from "../../core/error.ts";

/** What a failed call was about, for the message. */
export interface AiSdkAbout {
  /** `provider/name`. */
  readonly name: string;
  /** Where it is served, if that is known. */
  readonly url?: string | undefined;
  /** Tokens in force, for an overflow. */
  readonly limit?: number | undefined;
}

// What the SDK's APICallError carries; read by shape, so that errors of another copy of the package are understood too.
const apiCallError = z.object({
  message: z.string(),
  url: z.string().optional(),
  statusCode: z.number().optional(),
  responseBody: z.string().optional(),
});

/** Whatever an AI SDK model threw or sent as an error, as `ChatModel` says it. */
export function toChatFailure(thrown: unknown, about: AiSdkAbout): TuttiError {
  if (thrown instanceof TuttiError) return thrown;
  const call = apiCallError.safeParse(thrown);
  const {
    message,
    statusCode,
    responseBody = "",
    url = about.url,
  } = call.success ? call.data : { message: textOf(thrown) };
  const said = `${message} ${responseBody}`;
  if (isOverflow(said)) return overflow(message, about);
  if (statusCode === 503 || statusCode === 429) return busy(message, about, statusCode);
  if (statusCode === 404) return missing(message, about);
  if (statusCode === undefined && isConnection(thrown)) return lost(thrown, about, url);
  const how = statusCode === undefined ? "in the middle of an answer" : `with status ${statusCode}`;
  return new TuttiError("model.bad_answer", `${about.name} failed ${how}: ${message}`, {
    cause: thrown,
    data: statusCode === undefined ? {} : { status: statusCode },
  });
}

// llama.cpp: "exceeds the available context size"; vLLM and OpenAI: "maximum context length is"; LM Studio: "context length of
// only"; Ollama: "exceeds the context length".
function isOverflow(text: string): boolean {
  return /exceeds? .*context|maximum context length|context length of only|context_length_exceeded/i.test(text);
}

function isConnection(thrown: unknown): boolean {
  const codes = [thrown, causeOf(thrown), causeOf(causeOf(thrown))].map(codeOf);
  return codes.some((code) => /^(ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|UND_ERR_SOCKET|EHOSTUNREACH|ENETUNREACH)/.test(code));
}

function causeOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return undefined;
  return thrown.cause instanceof AggregateError ? thrown.cause.errors[0] : thrown.cause;
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
}

function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === "string" ? thrown : JSON.stringify(thrown);
}

function overflow(message: string, { name, limit }: AiSdkAbout): TuttiError {
  const tokens = limit === undefined ? "" : ` of ${limit} tokens`;
  return new TuttiError(
    "model.context_overflow",
    `The input does not fit the context${tokens} of ${name}: ${message}`,
    {
      hint: "Send less, or start the server with a larger context.",
      data: limit === undefined ? {} : { limit },
    },
  );
}

function busy(message: string, { name }: AiSdkAbout, status: number): TuttiError {
  return new TuttiError("model.unreachable", `The server of ${name} is too busy: ${message}`, {
    hint: "Lower the concurrency of the flow, or let the server work on more requests at once.",
    data: { status },
  });
}

function missing(message: string, { name }: AiSdkAbout): TuttiError {
  return new TuttiError("model.missing", `The server has no model for ${name}: ${message}`, {
    hint: "`tutti models list` shows what it has.",
    data: { model: name },
  });
}

function lost(cause: unknown, { name }: AiSdkAbout, url: string | undefined): TuttiError {
  const code = [cause, causeOf(cause), causeOf(causeOf(cause))].map(codeOf).find((found) => found !== "");
  return new TuttiError(
    "model.unreachable",
    `The server of ${name} did not answer at ${url ?? "its address"} (${code})`,
    {
      cause,
      hint: "Start it, or correct its address in models.openai.",
      data: { url: url ?? name },
    },
  );
}
