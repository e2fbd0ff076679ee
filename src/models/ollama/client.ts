import type { z } from "zod";
import { systemClock, type Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import { startDeadline, type Deadline } from "./deadline.ts";
import { lost, notOllama, refusal, type About } from "./failure.ts";
import { readLines } from "./line.ts";
import { patientFetch, type Fetch } from "./patient-fetch.ts";
import { errorReply, tagsReply } from "./protocol.ts";

export interface OllamaClientOptions {
  /** As `ollamaUrl` makes it. */
  readonly url: string;
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  /** From the request to the first line of an answer: loading the model and reading the prompt. */
  readonly firstTokenTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface OllamaCall {
  readonly signal: AbortSignal;
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: unknown;
  readonly method?: "DELETE";
  readonly about?: About;
  /** Instead of the client's own, for what must be quick. */
  readonly timeoutMs?: number;
}

/** The native API over HTTP. Speaks of nothing but requests: what a model is, is above it. Errors as `ChatModel` says. */
export interface OllamaClient {
  readonly url: string;
  request<Reply>(path: string, schema: z.ZodType<Reply>, call: OllamaCall): Promise<Reply>;
  /** Lines of NDJSON. Leaving the loop closes the connection, which ends the work on the server. */
  stream<Line>(path: string, schema: z.ZodType<Line>, call: OllamaCall): AsyncGenerator<Line, void>;
}

// A model load can take 90 s on a cold disk; below this, first calls were reported as hangs.
export const defaultFirstTokenTimeoutMs = 120_000;
export const defaultTimeoutMs = 600_000;

export function createOllamaClient(options: OllamaClientOptions): OllamaClient {
  const connection: Connection = {
    url: options.url,
    fetch: options.fetch ?? patientFetch,
    clock: options.clock ?? systemClock,
    firstTokenMs: options.firstTokenTimeoutMs ?? defaultFirstTokenTimeoutMs,
    totalMs: options.timeoutMs ?? defaultTimeoutMs,
  };
  return {
    url: options.url,
    request: (path, schema, call) => request(connection, path, schema, call),
    stream: (path, schema, call) => stream(connection, path, schema, call),
  };
}

interface Connection {
  readonly url: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly firstTokenMs: number;
  readonly totalMs: number;
}

async function request<Reply>(
  on: Connection,
  path: string,
  schema: z.ZodType<Reply>,
  call: OllamaCall,
): Promise<Reply> {
  using deadline = deadlineOf(on, call);
  try {
    const response = await send(on, path, call, deadline);
    const text = await response.text();
    return conform(on, text, parseJson(text), schema);
  } catch (error) {
    throw explain(on, error, deadline);
  }
}

async function* stream<Line>(
  on: Connection,
  path: string,
  schema: z.ZodType<Line>,
  call: OllamaCall,
): AsyncGenerator<Line, void> {
  using deadline = deadlineOf(on, call, on.firstTokenMs);
  try {
    const response = await send(on, path, call, deadline);
    for await (const text of readLines(response)) {
      deadline.signal.throwIfAborted();
      deadline.started();
      yield parseLine(on, text, schema, call.about ?? {});
      deadline.signal.throwIfAborted();
    }
  } catch (error) {
    throw explain(on, error, deadline);
  }
}

function deadlineOf(on: Connection, call: OllamaCall, firstTokenMs?: number): Deadline {
  const what = call.about?.model ?? `Ollama at ${on.url}`;
  return startDeadline({
    clock: on.clock,
    signal: call.signal,
    what,
    totalMs: call.timeoutMs ?? on.totalMs,
    firstTokenMs,
  });
}

async function send(on: Connection, path: string, call: OllamaCall, deadline: Deadline): Promise<Response> {
  deadline.signal.throwIfAborted();
  const response = await on.fetch(`${on.url}${path}`, {
    method: call.method ?? (call.body === undefined ? "GET" : "POST"),
    headers: { "content-type": "application/json" },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    signal: deadline.signal,
    redirect: "error",
  });
  if (response.ok) return response;
  const text = await response.text();
  const reply = errorReply.safeParse(parseJson(text));
  if (!reply.success) throw notOllama(on.url, `status ${response.status} for ${path}`);
  const installed = response.status === 404 ? await installedNames(on, call.signal) : [];
  throw refusal(response.status, reply.data.error, call.about ?? {}, installed);
}

async function installedNames(on: Connection, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return (await request(on, "/api/tags", tagsReply, { signal, timeoutMs: 5_000 })).models.map(({ name }) => name);
  } catch {
    return []; // Only decorates the message of a failure that is already known.
  }
}

function conform<Reply>(on: Connection, text: string, value: unknown, schema: z.ZodType<Reply>): Reply {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw notOllama(on.url, JSON.stringify(text.slice(0, 120)), parsed.error);
}

function parseLine<Line>(on: Connection, text: string, schema: z.ZodType<Line>, about: About): Line {
  const value = parseJson(text);
  const failed = errorReply.safeParse(value);
  if (failed.success) throw refusal(200, failed.data.error, about, []);
  return conform(on, text, value, schema);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No schema takes it, so the caller reports the text itself.
  }
}

function explain(on: Connection, error: unknown, deadline: Deadline): TuttiError {
  // What an aborted request throws differs by where it stood; the reason is the same.
  const reason: unknown = deadline.signal.reason;
  if (reason instanceof TuttiError) return reason;
  return error instanceof TuttiError ? error : lost(on.url, error);
}
