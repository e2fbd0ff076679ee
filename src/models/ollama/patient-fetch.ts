import { request as requestPlain, type IncomingMessage } from "node:http";
import { request as requestSecure } from "node:https";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

/** The part of `fetch` that the client uses; the global one fits. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

export interface FetchInit {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly redirect: "error";
}

/**
 * `fetch` without a clock of its own. Node's gives up when no header came for 300 s, and Ollama sends its headers with the
 * first token: a long prompt on a CPU takes longer. The caller's signal is the only deadline here. Redirects are refused.
 */
export function patientFetch(url: string, init: FetchInit): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const start = url.startsWith("https:") ? requestSecure : requestPlain;
  const { method, signal, body } = init;
  // Node announces the body of a POST by itself; a DELETE without its length counts as one without a body.
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const headers = { ...init.headers, ...length };
  const outgoing = start(url, { method, signal, headers }, (incoming) => {
    try {
      resolve(toResponse(incoming, url));
    } catch (error) {
      incoming.destroy();
      reject(error);
    }
  });
  outgoing.on("error", reject);
  outgoing.end(body);
  return promise;
}

function toResponse(incoming: IncomingMessage, url: string): Response {
  const status = incoming.statusCode ?? 0;
  if (status >= 300 && status < 400) throw new TypeError(`${url} redirects, which is refused`);
  const body: ReadableStream<Uint8Array> = Readable.toWeb(incoming);
  return new Response(status === 204 ? null : body, { status });
}
