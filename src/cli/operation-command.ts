import { TuttiError } from "../core/error.ts";
import type { AnyOperation } from "../core/operation.ts";
import type { RunRecord } from "../core/step.ts";
import type { Connection } from "../sdk/connection.ts";
import { parseInput } from "../server/http.ts";
import { exitCodes } from "./exit-code.ts";
import { openAndCall } from "./first-call.ts";
import { onInterrupt } from "./interrupt.ts";
import type { Invocation } from "./invocation.ts";
import { present } from "./present/present.ts";
import { createProgress } from "./progress.ts";
import { isStep, watch } from "./watch.ts";

/** One command: parse, one call, print. */
export async function runOperation(
  operation: AnyOperation,
  input: Readonly<Record<string, unknown>>,
  invocation: Invocation,
): Promise<number> {
  // Checked here too, so that a wrong value is told before anything is opened.
  const parsed = parseInput(operation, input);
  const isWatch = operation.name === "run.watch";
  // The doctor proves that the folder can be written, so it makes one.
  const write = operation.effect !== "read" || operation.name === "doctor";
  const opened = await openAndCall(
    () => invocation.open({ takeRuns: isWatch, write }),
    (connection) =>
      isWatch
        ? watch(connection, { id: String(input["id"]), untilIdle: input["untilIdle"] === true }, invocation)
        : call(operation, input, { connection, invocation }),
    // A watch looks after a lost host itself.
    { idempotent: operation.idempotent && !isWatch },
  );
  if (!opened) return show(operation, await withoutFolder(operation, parsed, invocation), invocation);
  await opened.connection[Symbol.asyncDispose]();
  return opened.result;
}

async function call(
  operation: AnyOperation,
  input: Readonly<Record<string, unknown>>,
  { connection, invocation }: { connection: Connection; invocation: Invocation },
): Promise<number> {
  using interrupt = onInterrupt(invocation.signals);
  const progress = createProgress(invocation.output);
  try {
    const result = await connection.client.call(operation.name, input, {
      signal: interrupt.signal,
      onProgress: (event) => (isStep(event) ? progress.step(event.step) : undefined),
    });
    progress.stop();
    return show(operation, result, invocation);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    return exitCodes.interrupted;
  } finally {
    progress.stop();
  }
}

function show(operation: AnyOperation, result: unknown, { isJson, output }: Invocation): number {
  output.data(isJson ? JSON.stringify(result, null, 2) : present(operation.name, result, output));
  if (operation.name === "doctor") return hasFailed(result) ? exitCodes.failed : exitCodes.ok;
  const run = isJson ? null : runToWatch(operation.name, result);
  if (run !== null) output.say(`watch    tutti run watch ${run}`);
  return exitCodes.ok;
}

/** The run that can go on by what was done. Where there is no host it lies until the next one: a watch is one, too. */
function runToWatch(name: string, result: unknown): string | null {
  if (["run.retry", "run.fork", "run.resume"].includes(name)) return (result as RunRecord).id;
  if (["review.approve", "review.reject", "review.answer"].includes(name)) return (result as { run: string }).run;
  return null;
}

function hasFailed(result: unknown): boolean {
  const checks = Array.isArray(result) ? (result as readonly { status?: string }[]) : [];
  return checks.some(({ status }) => status === "fail");
}

/** Flows, models and configuration are there without a data folder; what is stored is not. */
async function withoutFolder(operation: AnyOperation, parsed: unknown, invocation: Invocation): Promise<unknown> {
  if (operation.empty !== undefined) return operation.empty;
  using interrupt = onInterrupt(invocation.signals);
  const answer = operation.handle(parsed as never, { signal: interrupt.signal, caller: "cli" });
  try {
    return Symbol.asyncIterator in answer ? (await answer.next()).value : await answer;
  } catch (error) {
    if (!(error instanceof TuttiError) || error.code !== "storage.unavailable") throw error;
    throw new TuttiError("usage.invalid", "there is no data folder here", {
      cause: error,
      hint: "Start a run to make one, or name it with TUTTI_HOME.",
    });
  }
}
