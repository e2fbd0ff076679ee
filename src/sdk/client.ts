import { TuttiError } from "../core/error.ts";
import { fromWireError, type WireError } from "./wire.ts";

/** What the client has to know of an operation. */
export interface OperationPlace {
  readonly name: string;
  readonly method: string;
  readonly path: string;
}

export type Transport = (request: Request) => Promise<Response>;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: unknown): void;
}

/** Calls operations of a host by name, wherever it is. */
export interface Client {
  call(name: string, input: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<unknown>;
}

export function createClient(transport: Transport, operations: readonly OperationPlace[]): Client {
  const places = new Map(operations.map((operation) => [operation.name, operation]));
  return {
    async call(name, input, options = {}) {
      const place = places.get(name);
      if (!place) throw new TuttiError("usage.invalid", `there is no operation "${name}"`);
      const response = await transport(toRequest(place, input, options.signal));
      if (response.headers.get("content-type")?.startsWith("application/x-ndjson")) return follow(response, options);
      const body = await readBody(response, options.signal);
      if (response.ok) return body;
      throw isProblem(body) ? fromWireError(toWire(body)) : lost(`answered with status ${response.status}`);
    },
  };
}

function toRequest(
  { method, path }: OperationPlace,
  input: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
): Request {
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const filled = path.replaceAll(/:(\w+)/g, (_all, key: string) => {
    const given = rest.get(key) ?? "";
    if (given === "") throw new TuttiError("usage.invalid", `${key} is missing`);
    rest.delete(key);
    return encodeURIComponent(typeof given === "string" ? given : JSON.stringify(given));
  });
  const url = new URL(`http://localhost/api${filled}`);
  const init = { method, ...(signal ? { signal } : {}) };
  if (method === "GET" || method === "DELETE") {
    for (const [key, value] of rest)
      url.searchParams.set(key, typeof value === "string" ? value : JSON.stringify(value));
    return new Request(url, init);
  }
  const headers = { "content-type": "application/json" };
  return new Request(url, { ...init, headers, body: JSON.stringify(Object.fromEntries(rest)) });
}

/** Reads an answer of many lines: progress, then one result or error. */
async function follow(response: Response, options: CallOptions): Promise<unknown> {
  for await (const line of lines(response, options.signal)) {
    const message = parse(line) as { progress?: unknown; result?: unknown; error?: WireError };
    if (message.error) throw fromWireError(message.error);
    if ("result" in message) return message.result;
    options.onProgress?.(message.progress);
  }
  options.signal?.throwIfAborted();
  throw lost("went away in the middle of an answer");
}

async function* lines(response: Response, signal: AbortSignal | undefined): AsyncGenerator<string> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  const split = lineSplitter();
  try {
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      yield* split(decoder.decode(chunk, { stream: true }));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw lost("went away in the middle of an answer", error);
  }
  // A line without its end was cut off with its writer.
}

/** Gives the lines that a piece of text completes. Joined once a line: one of 50 MB comes in a thousand pieces. */
function lineSplitter(): (text: string) => string[] {
  let pieces: string[] = [];
  return (text) => {
    const [end = "", ...others] = text.split("\n");
    pieces.push(end);
    const rest = others.pop();
    if (rest === undefined) return [];
    const first = pieces.join("");
    pieces = [rest];
    return [first, ...others].filter((line) => line !== "");
  };
}

async function readBody(response: Response, signal: AbortSignal | undefined): Promise<unknown> {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    throw lost("went away in the middle of an answer", error);
  }
  return parse(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw lost("answered something that is not JSON", error);
  }
}

type Problem = Omit<WireError, "message" | "docs"> & { readonly detail: string };

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}

function toWire({ detail, ...problem }: Problem): WireError {
  return { ...problem, message: detail, docs: `docs/errors.md#${problem.code}` };
}

function lost(what: string, cause?: unknown): TuttiError {
  return new TuttiError("host.unreachable", `the host of this data folder ${what}`, {
    cause,
    hint: "It may just have ended: try again. Nothing that was stored is lost.",
  });
}
