import { TuttiError } from "../core/error.ts";
import { readOutput, type AnyOperation } from "../core/operation.ts";
import type { RunRecord } from "../core/step.ts";
import type { Connection } from "../sdk/connection.ts";
import { isConfigError } from "./error-output.ts";
import { exitCodes } from "./exit-code.ts";
import { openAndCall } from "./first-call.ts";
import { createActivity } from "./activity.ts";
import { isConfirmed } from "./confirmation.ts";
import type { Invocation } from "./invocation.ts";
import { toJson } from "./present/json.ts";
import { present } from "./present/present.ts";
import { olderRuns } from "./older-runs.ts";
import { checkedInput } from "./operation-flags.ts";
import { createProgress } from "./progress.ts";
import { seeThrough } from "./see-through.ts";
import { isStep, watch } from "./watch.ts";

/** What was asked: the operation, what was given, and the same with its defaults. */
interface Asked {
  readonly operation: AnyOperation;
  readonly input: Readonly<Record<string, unknown>>;
  readonly parsed: unknown;
}

/** One command: parse, one call, print. */
export async function runOperation(
  operation: AnyOperation,
  input: Readonly<Record<string, unknown>>,
  invocation: Invocation,
): Promise<number> {
  // Checked here too, so that a wrong value is told before anything is opened.
  const asked: Asked = { operation, input, parsed: checkedInput(operation, input) };
  if (!(await isConfirmed(operation, input, invocation))) return exitCodes.cancelled;
  // The settings of this very call, which a host elsewhere does not know.
  if (operation.cli.isLocal) return callHere(asked, invocation);
  try {
    return await askHost(asked, invocation);
  } catch (error) {
    if (operation.name !== "doctor" || !isConfigError(error)) throw error;
    // Nothing can be opened by settings that are wrong; that they are is what the doctor is asked for.
    return show(asked, await answerHere(asked, invocation), invocation);
  }
}

async function askHost(asked: Asked, invocation: Invocation): Promise<number> {
  const { operation, input } = asked;
  const isWatch = operation.name === "run.watch";
  // The doctor proves that the folder can be written, so it makes one.
  const write = operation.effect !== "read" || operation.name === "doctor";
  const opened = await openAndCall(
    () => invocation.open({ takeRuns: operation.cli.waitsForRuns ?? false, mayTakeUp: isToEnd(operation), write }),
    (connection) =>
      isWatch
        ? watch(connection, { id: String(input["id"]), untilIdle: input["untilIdle"] === true }, invocation)
        : call(asked, connection, invocation),
    // A watch looks after a lost host itself.
    { idempotent: operation.idempotent && !isWatch },
  );
  if (!opened) return show(asked, await withoutFolder(asked, invocation), invocation);
  await opened.connection[Symbol.asyncDispose]();
  return opened.result;
}

async function call(asked: Asked, connection: Connection, invocation: Invocation): Promise<number> {
  const { operation, input } = asked;
  using interrupt = invocation.interrupt.hold();
  const progress = createProgress(invocation.output);
  const activity = createActivity(invocation.output);
  try {
    const result = await connection.client.call(operation.name, input, {
      signal: interrupt.signal,
      onProgress: (event) => {
        if (operation.cli.prints) print(asked, event, invocation);
        else if (isStep(event)) progress.step(event.step);
        else activity.take(event);
      },
    });
    progress.stop();
    activity.stop();
    if (operation.cli.prints) return exitCodes.ok;
    if (!isToEnd(operation)) return show(asked, result, invocation);
    const code = show(asked, await seeThrough(result as RunRecord, connection, invocation), invocation);
    return interrupt.signal.aborted ? interrupt.exitCode() : code;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    return interrupt.exitCode();
  } finally {
    progress.stop();
    activity.stop();
  }
}

/** One value of many: a line. */
function print({ operation: { name }, input }: Asked, result: unknown, { isJson, output }: Invocation): void {
  output.data(isJson ? JSON.stringify(result) : present({ operation: name, input, result }, output));
}

/** Without a host, and with what Ctrl-C leaves behind told by the one who was at it. */
async function callHere(asked: Asked, invocation: Invocation): Promise<number> {
  using interrupt = invocation.interrupt.hold();
  try {
    return show(asked, await answerHere(asked, invocation), invocation);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    if (error instanceof TuttiError && error.hint) invocation.output.say(error.hint);
    return interrupt.exitCode();
  }
}

function show({ operation, input, parsed }: Asked, result: unknown, { isJson, output }: Invocation): number {
  output.data(isJson ? toJson(result) : present({ operation: operation.name, input, result }, output));
  if (hasFailed(result)) return exitCodes.failed;
  if (isIncomplete(result)) return exitCodes.unverified;
  const older = !isJson && operation.name === "run.list" ? olderRuns(input, limitIn(parsed), result) : null;
  if (older !== null) output.say(`older    ${older}`);
  const run = isJson ? null : runToWatch(operation.name, result);
  if (run !== null && isToEnd(operation)) output.say(stillEnding);
  if (run !== null) output.say(`watch    tutti run watch ${run}`);
  return exitCodes.ok;
}

const endsRun = ["run.cancel", "run.pause"];
const leavesRunOpen = ["run.retry", "run.fork", "run.resume", ...endsRun];
const stillEnding = "It was told, and is still at it: steps that are running, or its cleanups, take their time.";
const decidesReview = ["review.approve", "review.reject", "review.answer"];

/** It tells a run to end or to pause, and is done when that has happened. */
function isToEnd({ name }: AnyOperation): boolean {
  return endsRun.includes(name);
}

/** The run that can go on by what was done, or null. */
function runToWatch(operation: string, result: unknown): string | null {
  if (typeof result !== "object" || result === null) return null;
  if (decidesReview.includes(operation) && "run" in result) return String(result.run);
  if (!leavesRunOpen.includes(operation) || !("status" in result && "id" in result)) return null;
  return ["queued", "running", "waiting"].includes(String(result.status)) ? String(result.id) : null;
}

function limitIn(parsed: unknown): unknown {
  return typeof parsed === "object" && parsed !== null && "limit" in parsed ? parsed.limit : undefined;
}

/** A check of the doctor that fails, or a flow that does not replay as it ran. */
function hasFailed(result: unknown): boolean {
  if (Array.isArray(result)) return (result as readonly { status?: string }[]).some(({ status }) => status === "fail");
  const differences =
    typeof result === "object" && result !== null && "differences" in result ? result.differences : [];
  return Array.isArray(differences) && differences.length > 0;
}

/** A check that could not be made to its end. */
function isIncomplete(result: unknown): boolean {
  return typeof result === "object" && result !== null && "isComplete" in result && result.isComplete === false;
}

/** Flows, models and configuration are there without a data folder; what is stored is not. */
async function withoutFolder(asked: Asked, invocation: Invocation): Promise<unknown> {
  const { operation } = asked;
  if (operation.empty !== undefined) return operation.empty;
  try {
    return await answerHere(asked, invocation);
  } catch (error) {
    if (!(error instanceof TuttiError) || error.code !== "storage.unavailable") throw error;
    throw new TuttiError("usage.invalid", "there is no data folder here", {
      cause: error,
      hint: "Start a run to make one, or name it with TUTTI_HOME.",
    });
  }
}

async function answerHere({ operation, parsed }: Asked, invocation: Invocation): Promise<unknown> {
  using interrupt = invocation.interrupt.hold();
  const answer = operation.handle(parsed as never, { signal: interrupt.signal, caller: "cli" });
  if (!(Symbol.asyncIterator in answer)) return readOutput(await answer);
  const activity = createActivity(invocation.output);
  try {
    for (;;) {
      const { done, value } = await answer.next();
      if (done) return value;
      activity.take(value);
    }
  } finally {
    activity.stop();
  }
}
