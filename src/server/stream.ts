import type { Context } from "hono";
import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import type { Log } from "../core/log.ts";
import { toWireError } from "../sdk/wire.ts";
import { Outbox, type EventStreamLimits, type OutboxEvent } from "./outbox.ts";
import { logDefect } from "./problem.ts";

/** The content types of answers that are followed while they grow. */
export const linesType = "application/x-ndjson";
export const eventsType = "text/event-stream";

export function isStreamType(type: unknown): boolean {
  return type === linesType || type === eventsType;
}

export interface Stream {
  readonly progress: AsyncGenerator<unknown, unknown>;
  /** Aborted when the reader has gone. */
  readonly left: AbortController;
  readonly closing: AbortSignal | undefined;
  readonly clock: Clock;
  readonly streams: EventStreamLimits;
  readonly log: Log;
}

/** Progress line by line, or as server-sent events for who asks for them. */
export function streamAnswer(context: Context, stream: Stream): Response {
  const isEvents = (context.req.header("accept") ?? "").includes(eventsType);
  const headers = { "content-type": isEvents ? eventsType : linesType, "cache-control": "no-store" };
  // Nobody would read the body of an answer to HEAD, nor tell the handler to stop.
  if (context.req.method === "HEAD") return new Response(null, { headers });
  return new Response(isEvents ? events(stream) : lines(stream), { headers });
}

type Message =
  | { readonly kind: "progress"; readonly value: unknown }
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "closing" }
  | { readonly kind: "left" };

interface Source {
  /** Never rejects. The end of the server and the reader's leaving come in between. */
  next(): Promise<Message>;
  stop(): void;
}

function createSource({ progress, closing, left, log }: Stream): Source {
  let ended: Message | null = null;
  let interrupt: ((message: Message) => void) | null = null;
  const endWith = (message: Message) => (): void => {
    ended ??= message;
    interrupt?.(ended);
  };
  const [onClosing, onLeft] = [endWith({ kind: "closing" }), endWith({ kind: "left" })];
  if (closing?.aborted) onClosing();
  closing?.addEventListener("abort", onClosing, { once: true });
  left.signal.addEventListener("abort", onLeft, { once: true });
  return {
    async next() {
      if (ended) return ended;
      // Not `Promise.race`: each round would leave something behind at a promise that lives as long as the stream.
      const { promise, resolve } = Promise.withResolvers<Message>();
      interrupt = resolve;
      void nextOf(progress, log).then(resolve);
      return promise;
    },
    stop() {
      closing?.removeEventListener("abort", onClosing);
      // Not awaited: it stands in line behind a turn that may only end by the signal. Nobody is left to hear an error.
      progress.return(undefined).catch(() => undefined);
    },
  };
}

async function nextOf(progress: AsyncGenerator<unknown, unknown>, log: Log): Promise<Message> {
  try {
    const next = await progress.next();
    const value = next.value === undefined ? null : next.value;
    return next.done ? { kind: "result", value } : { kind: "progress", value };
  } catch (error) {
    logDefect(error, log);
    return { kind: "error", error };
  }
}

export function stopping(): TuttiError {
  return new TuttiError("host.unreachable", "the host ends before this was over", {
    hint: "Ask again once it is back: nothing that was stored is lost.",
  });
}

/** Asked only as fast as it is read. */
function lines(stream: Stream): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const source = createSource(stream);
  const end = (): void => {
    stream.left.abort();
    source.stop();
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const message = await source.next();
      if (message.kind === "left") return;
      controller.enqueue(encoder.encode(`${JSON.stringify(toLine(message))}\n`));
      if (message.kind === "progress") return;
      controller.close();
      end();
    },
    cancel: end,
  });
}

type Told = Exclude<Message, { kind: "left" }>;

function toLine(message: Told): object {
  if (message.kind === "progress") return { progress: message.value };
  if (message.kind === "result") return { result: message.value };
  return { error: toWireError(message.kind === "error" ? message.error : stopping()) };
}

function events(stream: Stream): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const { clock, streams: limits, left } = stream;
  const dead = Promise.withResolvers<null>();
  const outbox = new Outbox({
    limits,
    clock,
    resync: (latest) => `${idOf(latest)}event: resync\ndata: ${JSON.stringify({ latest })}\n\n`,
    onDead: () => dead.resolve(null),
  });
  let stopHeart: (() => void) | null = null;
  const beat = (): void => {
    // A comment keeps proxies and readers awake; in front of other events nobody needs one.
    if (outbox.isEmpty) outbox.push({ text: ":\n\n", sequence: null });
    stopHeart = clock.after(limits.heartbeatMs, beat);
  };
  const end = (): void => {
    stopHeart?.();
    outbox.close();
    left.abort();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      stopHeart = clock.after(limits.heartbeatMs, beat);
      dead.promise
        .then(() => {
          end();
          controller.error(new Error("the reader of the events has gone"));
        })
        .catch(() => undefined);
      // Never rejects. It ends with its source or when the reader has left.
      void pump(stream, outbox);
    },
    async pull(controller) {
      const text = await outbox.take();
      if (left.signal.aborted) return;
      if (text !== null) return controller.enqueue(encoder.encode(text));
      controller.close();
      end();
    },
    cancel: end,
  });
}

const turnOfEvents = 100;

/** Fills the outbox as fast as the source gives, but for a reader that still catches up. */
async function pump(stream: Stream, outbox: Outbox): Promise<void> {
  const source = createSource(stream);
  for (let told = 1; ; told++) {
    const message = await source.next();
    if (message.kind === "left") break;
    if (message.kind !== "progress") {
      outbox.end(toLastEvent(message));
      break;
    }
    // SQLite answers at once: a long log that nobody takes would be read to its end with nothing done in between.
    if (told % turnOfEvents === 0) await new Promise((resolve) => setImmediate(resolve));
    await outbox.room();
    outbox.push(toEvent(message.value));
  }
  source.stop();
}

function toEvent(value: unknown): OutboxEvent {
  const sequence = sequenceOf(value);
  return { text: `${idOf(sequence)}data: ${JSON.stringify(value)}\n\n`, sequence };
}

function idOf(sequence: number | null): string {
  return sequence === null ? "" : `id: ${sequence}\n`;
}

function sequenceOf(value: unknown): number | null {
  const isNumbered = typeof value === "object" && value !== null && "sequence" in value;
  return isNumbered && typeof value.sequence === "number" ? value.sequence : null;
}

function toLastEvent(message: Exclude<Told, { kind: "progress" }>): string {
  if (message.kind === "result") return `event: result\ndata: ${JSON.stringify(message.value)}\n\n`;
  if (message.kind === "error") return `event: error\ndata: ${JSON.stringify(toWireError(message.error))}\n\n`;
  // The reader's own time to wait is for a host that is lost; this one comes back at once.
  return `retry: 500\nevent: closing\ndata: ${JSON.stringify(toWireError(stopping()))}\n\n`;
}
