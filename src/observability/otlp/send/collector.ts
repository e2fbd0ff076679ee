import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ProtobufCodec } from "../wire/protobuf.ts";
import { numberOf, messageOf, asMessage, textOf } from "../wire/field.ts";
import { signals, type Signal } from "../wire/signal.ts";

/** What became of a request. */
export type Delivery =
  | { readonly kind: "taken"; readonly rejected: number; readonly reason: string }
  /** Worth another try, not before `afterMs` where the collector says so. */
  | { readonly kind: "later"; readonly afterMs: number | null; readonly reason: string }
  | { readonly kind: "too_large"; readonly reason: string }
  /** Not worth another try: it would be refused again. */
  | { readonly kind: "refused"; readonly reason: string };

/** Where telemetry is sent on to. Never throws but for the caller's own signal. */
export interface Collector {
  send(signal: Signal, request: object, abort: AbortSignal): Promise<Delivery>;
}

export interface CollectorOptions {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protobuf: () => Promise<ProtobufCodec>;
  /** For `Retry-After` with a date. */
  readonly now: () => number;
}

const deadlineMs = 10_000;
const compress = promisify(gzip);

export function createCollector({ endpoint, headers, protobuf, now }: CollectorOptions): Collector {
  const base = endpoint.replace(/\/+$/, "");
  return {
    async send(signal, request, abort) {
      const codec = await protobuf();
      const { path, request: message } = signals[signal];
      try {
        const response = await fetch(`${base}${path}`, {
          method: "POST",
          redirect: "error",
          headers: { ...headers, "content-type": "application/x-protobuf", "content-encoding": "gzip" },
          body: new Uint8Array(await compress(codec.encode(message, request))),
          signal: AbortSignal.any([abort, AbortSignal.timeout(deadlineMs)]),
        });
        return await toDelivery(response, { signal, codec, now });
      } catch (error) {
        abort.throwIfAborted();
        return { kind: "later", afterMs: null, reason: reasonOf(error) };
      }
    },
  };
}

interface Reading {
  readonly signal: Signal;
  readonly codec: ProtobufCodec;
  readonly now: () => number;
}

// Of those that say nothing about the request itself; a wrong token may be set right.
const passing = new Set([401, 403, 404, 408, 429]);

async function toDelivery(response: Response, { signal, codec, now }: Reading): Promise<Delivery> {
  const { status } = response;
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.ok) return readAnswer(body, response, { signal, codec });
  const reason = `HTTP ${status}`;
  if (status === 413) return { kind: "too_large", reason };
  if (status >= 500 || passing.has(status)) return { kind: "later", afterMs: retryAfter(response, now), reason };
  return { kind: "refused", reason };
}

function readAnswer(
  body: Uint8Array,
  { headers }: Response,
  { signal, codec }: Pick<Reading, "signal" | "codec">,
): Delivery {
  const all = { kind: "taken", rejected: 0, reason: "" } as const;
  if (body.byteLength === 0 || !(headers.get("content-type") ?? "").includes("protobuf")) return all;
  const answer = asMessage(codec.decode(signals[signal].answer, body), "the answer");
  const partial = messageOf(answer, "partialSuccess") ?? {};
  return {
    ...all,
    rejected: numberOf(partial, signals[signal].rejected) ?? 0,
    reason: textOf(partial, "errorMessage"),
  };
}

/** Seconds or a date. */
function retryAfter({ headers }: Response, now: () => number): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
