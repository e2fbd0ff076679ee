import { Hono, type Context } from "hono";
import { TuttiError, type ErrorCode } from "../core/error.ts";
import { issueInWords, issuesInWords } from "../core/issue.ts";
import type { AnyOperation } from "../core/operation.ts";
import { folderHeader } from "../sdk/socket-transport.ts";
import { toWireError } from "../sdk/wire.ts";

/** The content type of an answer that is followed line by line. */
export const streamType = "application/x-ndjson";

export interface HttpAppOptions {
  readonly caller: string;
  /** Callers are the user's own processes on this machine, which may say in which folder they work. */
  readonly isLocal?: boolean;
}

/** The operation table as an HTTP app: one route each, JSON in and out, NDJSON for those that tell their progress. */
export function createHttpApp(operations: readonly AnyOperation[], options: HttpAppOptions): Hono {
  const app = new Hono();
  for (const operation of operations) {
    app.on(operation.method, [`/api${operation.path}`], async (context) => {
      try {
        return await answer(operation, context, options);
      } catch (error) {
        return failure(context, error);
      }
    });
  }
  app.notFound((context) =>
    context.json(
      { error: toWireError(new TuttiError("usage.invalid", `there is nothing at ${context.req.path}`)) },
      404,
    ),
  );
  return app;
}

async function answer(
  operation: AnyOperation,
  context: Context,
  { caller, isLocal = false }: HttpAppOptions,
): Promise<Response> {
  const input = parseInput(operation, await readInput(operation, context));
  // A caller leaves by its request's signal or by giving up the body of the answer; a handler hears of both.
  const left = new AbortController();
  const signal = AbortSignal.any([context.req.raw.signal, left.signal]);
  const result = operation.handle(input as never, { signal, caller, folder: isLocal ? folderOf(context) : undefined });
  if (Symbol.asyncIterator in result) return stream(result, left);
  const output = await result;
  return context.json((output === undefined ? null : output) as never);
}

function folderOf({ req }: Context): string | undefined {
  const folder = req.header(folderHeader);
  return folder === undefined ? undefined : decodeURIComponent(folder);
}

async function readInput({ method }: AnyOperation, context: Context): Promise<Record<string, unknown>> {
  const params = context.req.param() as Record<string, string>;
  if (method === "GET" || method === "DELETE") return { ...context.req.query(), ...params };
  const text = await context.req.text();
  const body = text === "" ? {} : parseJson(text);
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new TuttiError("usage.invalid", "the body is not a JSON object");
  return { ...body, ...params };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TuttiError(
      "usage.invalid",
      `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** What is wrong is told at once, each thing with its place. */
export function parseInput(operation: AnyOperation, input: unknown): unknown {
  const parsed = operation.input.safeParse(input, { error: issueInWords });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  throw new TuttiError("usage.invalid", `the input of ${operation.name} is not valid: ${issuesInWords(issues)}`, {
    data: { issues: issues.map(({ path, message }) => ({ path: path.map(String), message })) },
  });
}

function stream(progress: AsyncGenerator<unknown, unknown>, left: AbortController): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { message, isLast } = await nextMessage(progress);
      if (left.signal.aborted) return;
      controller.enqueue(encoder.encode(`${JSON.stringify(message)}\n`));
      if (isLast) controller.close();
    },
    cancel() {
      left.abort();
      // Not awaited: it stands in line behind a turn that may only end by the signal. Nobody is left to hear an error.
      progress.return(undefined).catch(() => undefined);
    },
  });
  return new Response(body, { headers: { "content-type": streamType } });
}

async function nextMessage(progress: AsyncGenerator<unknown, unknown>): Promise<{ message: object; isLast: boolean }> {
  try {
    const next = await progress.next();
    if (!next.done) return { message: { progress: next.value }, isLast: false };
    return { message: { result: next.value === undefined ? null : next.value }, isLast: true };
  } catch (error) {
    return { message: { error: toWireError(error) }, isLast: true };
  }
}

const statuses: Partial<Record<ErrorCode, 404 | 409 | 503>> = {
  "flow.missing": 404,
  "model.missing": 404,
  "review.missing": 404,
  "run.missing": 404,
  "review.closed": 409,
  "run.conflict": 409,
  "schedule.conflict": 409,
  "schedule.missing": 404,
  "tool.missing": 404,
  "host.busy": 503,
  "host.unreachable": 503,
  "model.unreachable": 503,
  "storage.unavailable": 503,
  "storage.full": 503,
  "storage.locked": 503,
};

function failure(context: Context, error: unknown): Response {
  const isDefect = !(error instanceof TuttiError) || error.code === "internal.defect";
  const status = isDefect ? 500 : (statuses[error.code] ?? 400);
  return context.json({ error: toWireError(error) }, status);
}
