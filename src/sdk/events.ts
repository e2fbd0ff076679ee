import { errorCatalogue, TuttiError } from "../core/error.ts";
import { readFailure } from "./answer.ts";
import type { Transport } from "./client.ts";
import { readEventStream, type StreamMessage } from "./event-stream.ts";
import type { LiveEvent, Resync, StoredEvent, TuttiEvent } from "./event.ts";
import { lost } from "./lost.ts";
import { backoffMs, pause } from "./patience.ts";
import { toRequest, type RequestOptions } from "./request.ts";
import { fromWireError } from "./wire.ts";

export interface EventsOptions {
  /** Begin behind the event with this `sequence`; 0 is before the oldest. Without it: with what happens from now on. */
  readonly after?: number | undefined;
  /** With what this run tells while it works, which is not stored. */
  readonly run?: string | undefined;
  /** Only events of these types; `tutti.run.*` stands for all that begin so. */
  readonly types?: readonly string[] | undefined;
  /** Ends the iteration. */
  readonly signal?: AbortSignal | undefined;
  /** Is told when the connection stands and when it is lost; it is made again without you. Must not throw. */
  onConnection?(state: "open" | "lost", error?: unknown): void;
}

export interface EventsDependencies {
  readonly transport: Transport;
  /** How messages call the other side. */
  readonly host: string;
  readonly request: Omit<RequestOptions, "signal">;
  readonly random: () => number;
  /** After this long without a sign of life the connection is given up, milliseconds. */
  readonly silentMs?: number;
}

/** Where the reader is: behind the last event that it has passed on. */
interface Position {
  after: number | undefined;
}

// The host gives a sign of life every 15 seconds.
const silentForMs = 45_000;
const place = { method: "GET", path: "/events/stream" };
// States of a host that starts, ends or is overworked, or of what stands before it.
const passing = [408, 429, 502, 503, 504];

/**
 * Reads events for as long as somebody iterates. A lost connection is made again and goes on behind the last event that
 * was read, so each stored event comes once and in order. Throws what does not pass by itself, such as a wrong token.
 */
export async function* readEvents(
  dependencies: EventsDependencies,
  options: EventsOptions,
): AsyncGenerator<TuttiEvent, void, undefined> {
  const { signal } = options;
  const position: Position = { after: options.after };
  for (let failures = 0; ; failures++) {
    if (signal?.aborted) return;
    const end: { error?: unknown } = {};
    for await (const event of readOnce(dependencies, { options, position, end })) {
      failures = 0;
      yield event;
    }
    if (signal?.aborted) return;
    options.onConnection?.("lost", end.error);
    // Aborted, it is the next turn that ends.
    await pause(backoffMs(failures, dependencies.random), signal).catch(() => undefined);
  }
}

interface Reading {
  readonly options: EventsOptions;
  readonly position: Position;
  /** Why the connection has ended, if that will pass. */
  readonly end: { error?: unknown };
}

/** The events of one connection. Throws only what will not pass; what will is kept as the end's error. */
async function* readOnce(
  dependencies: EventsDependencies,
  { options, position, end }: Reading,
): AsyncGenerator<TuttiEvent, void, undefined> {
  const watchdog = createWatchdog(options.signal, dependencies.silentMs ?? silentForMs);
  try {
    const request = toEventsRequest(dependencies, { options, position, signal: watchdog.signal });
    const body = await open(dependencies, request);
    options.onConnection?.("open");
    for await (const message of readEventStream(body, watchdog.reset)) {
      const event = take(message, position);
      if (event) yield event;
    }
    // Used to the end, as answer.ts says of a request.
    request.signal.throwIfAborted();
  } catch (error) {
    if (!options.signal?.aborted && !willPass(error)) throw error;
    end.error = error;
  } finally {
    watchdog.stop();
  }
}

function toEventsRequest(
  { request }: EventsDependencies,
  { options, position, signal }: Omit<Reading, "end"> & { readonly signal: AbortSignal },
): Request {
  const { after } = position;
  const { run, types } = options;
  const resumed = after === undefined ? {} : { "last-event-id": String(after) };
  const headers = { ...request.headers, ...resumed, accept: "text/event-stream" };
  const input = { after, run, types: types?.join(",") };
  return toRequest(place, input, { ...request, headers, signal });
}

async function open({ transport, host }: EventsDependencies, request: Request): Promise<ReadableStream<Uint8Array>> {
  const response = await transport(request);
  if (response.ok && response.body && isEventStream(response)) return response.body;
  if (passing.includes(response.status)) throw lost(host, `answered with status ${response.status}`);
  if (!response.ok) throw await readFailure(response, { host, request });
  await response.body?.cancel();
  throw new TuttiError("internal.defect", `${host} answered something that is no stream of events`, {
    hint: "Is the address that of `tutti up`, and is it of this version?",
  });
}

function isEventStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}

/** A network's own errors pass, and so does what the catalogue calls so. */
function willPass(error: unknown): boolean {
  return !(error instanceof TuttiError) || errorCatalogue[error.code].retryable;
}

/** What a message says to the reader; null for what is only about the connection, or was told before. */
function take({ event, data }: StreamMessage, position: Position): TuttiEvent | null {
  const value = JSON.parse(data) as unknown;
  switch (event) {
    case "message":
      return isLive(value) ? value : takeStored(value as StoredEvent, position);
    case "resync":
      return takeResync(value as { latest: number | null }, position);
    case "error":
      throw fromWireError(value as Readonly<Record<string, unknown>>);
    default:
      return null;
  }
}

function isLive(value: unknown): value is LiveEvent {
  return typeof value === "object" && value !== null && "live" in value;
}

function takeStored(event: StoredEvent, position: Position): StoredEvent | null {
  const isKnown = position.after !== undefined && event.sequence <= position.after;
  if (!isKnown) position.after = event.sequence;
  // Tells where the stream begins, so that whoever is cut off before the first event misses none.
  return isKnown || event.type === "tutti.tail.began" ? null : event;
}

function takeResync({ latest }: { readonly latest: number | null }, position: Position): Resync {
  if (latest !== null) position.after = Math.max(latest, position.after ?? latest);
  return { type: "resync", latest: position.after ?? null };
}

/** Gives a connection up that gives no sign of life, or that its reader leaves. */
function createWatchdog(
  signal: AbortSignal | undefined,
  silentMs: number,
): { readonly signal: AbortSignal; readonly reset: () => void; readonly stop: () => void } {
  const end = new AbortController();
  const leave = (): void => end.abort(signal?.reason);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const reset = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => end.abort(new Error(`the host was silent for ${silentMs} ms`)), silentMs);
  };
  reset();
  signal?.addEventListener("abort", leave, { once: true });
  return {
    signal: end.signal,
    reset,
    stop() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", leave);
    },
  };
}
