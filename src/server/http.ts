import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { systemClock, type Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import { silentLog, type Log } from "../core/log.ts";
import type { AnyOperation } from "../core/operation.ts";
import { fromTraceparent, type TraceContext } from "../core/trace.ts";
import { folderHeader } from "../sdk/socket-transport.ts";
import { jsonAnswer } from "./answer.ts";
import { logDefect, problemResponse } from "./problem.ts";
import { createInputReader, type InputReader } from "./request-input.ts";
import { eventStreamLimits, type EventStreamLimits } from "./outbox.ts";
import { streamAnswer } from "./stream.ts";

export interface HttpAppOptions {
  /** Who calls, for the record. */
  readonly caller: string | ((context: Context) => string);
  /** Callers are the user's own processes on this machine, which may say in which folder they work and send what they like. */
  readonly isLocal?: boolean;
  /** Aborts when the server ends: streams then end with a word, so that their readers come again. */
  readonly closing?: AbortSignal;
  readonly log?: Log;
  readonly clock?: Clock;
  readonly streams?: EventStreamLimits;
}

const mostBodyBytes = 1_048_576;

/** The operation table as an HTTP app: one route each, JSON in and out, a stream for those that tell their progress. */
export function createHttpApp(operations: readonly AnyOperation[], options: HttpAppOptions): Hono {
  const app = new Hono();
  for (const operation of operations.toSorted(literalFirst)) {
    const read = createInputReader(operation);
    const path = `/api${operation.path}`;
    if (!options.isLocal && takesBody(operation)) app.use(path, limitFor(operation));
    app.on(operation.method, [path], (context) => answer({ operation, read, context }, options));
  }
  app.onError((error) => {
    logDefect(error, options.log ?? silentLog);
    return problemResponse(error);
  });
  app.notFound((context) => nothingThere(context, operations));
  return app;
}

/** The first route that fits takes a request, so `/runs/stats` has to stand before `/runs/:id`. */
function literalFirst(left: AnyOperation, right: AnyOperation): number {
  return left.path.split(":").length - right.path.split(":").length;
}

function takesBody({ method }: AnyOperation): boolean {
  return method === "POST" || method === "PUT";
}

function limitFor(operation: AnyOperation): ReturnType<typeof bodyLimit> {
  const maxSize = operation.mostBodyBytes ?? mostBodyBytes;
  const limit = bodyLimit({
    maxSize,
    onError: () => {
      throw new TuttiError("request.too_large", `the body of ${operation.name} has more than ${maxSize} bytes`, {
        hint: "Send less, or call it on this machine with `tutti`, which has no such limit.",
        data: { mostBytes: maxSize },
      });
    },
  });
  return (context, next) => (context.req.method === operation.method ? limit(context, next) : next());
}

interface Call {
  readonly operation: AnyOperation;
  readonly read: InputReader;
  readonly context: Context;
}

async function answer({ operation, read, context }: Call, options: HttpAppOptions): Promise<Response> {
  const input = await read(context);
  // A caller leaves by its request's signal or by giving up the body of the answer; a handler hears of both.
  const left = new AbortController();
  const signal = AbortSignal.any([context.req.raw.signal, left.signal]);
  const {
    caller,
    isLocal = false,
    closing,
    clock = systemClock,
    streams = eventStreamLimits,
    log = silentLog,
  } = options;
  const result = operation.handle(input as never, {
    signal,
    caller: typeof caller === "string" ? caller : caller(context),
    folder: isLocal ? folderOf(context) : undefined,
    trace: traceOf(context),
  });
  if (Symbol.asyncIterator in result)
    return streamAnswer(context, { progress: result, left, closing, clock, streams, log });
  return jsonAnswer(context, operation, { input, output: await result });
}

function folderOf({ req }: Context): string | undefined {
  const folder = req.header(folderHeader);
  return folder === undefined ? undefined : decodeURIComponent(folder);
}

/** What is no `traceparent` is as if it were not there, as W3C has it. */
function traceOf({ req }: Context): TraceContext | undefined {
  const parent = req.header("traceparent");
  return parent === undefined ? undefined : (fromTraceparent(parent, req.header("tracestate")) ?? undefined);
}

function nothingThere(context: Context, operations: readonly AnyOperation[]): Response {
  const { path, method } = context.req;
  // As OpenAPI reads its paths: one that is this address goes before one with a place for a word of it.
  const exact = operations.filter((operation) => `/api${operation.path}` === path);
  const fitting = operations.filter((operation) => toPattern(operation.path).test(path));
  const there = (exact.length > 0 ? exact : fitting).map((operation) => operation.method);
  if (there.length === 0) return problemResponse(new TuttiError("request.missing", `there is nothing at ${path}`));
  const allowed = [...new Set(there)].flatMap((known) => (known === "GET" ? [known, "HEAD"] : [known])).join(", ");
  const refusal = new TuttiError("request.method", `${path} does not take ${method}`, { hint: `It takes ${allowed}.` });
  return problemResponse(refusal, { allow: allowed });
}

function toPattern(path: string): RegExp {
  return new RegExp(`^/api${path.replaceAll(/:\w+/g, "[^/]+")}$`);
}
