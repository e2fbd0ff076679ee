import { TuttiError, toFailure, type Failure } from "../core/error.ts";
import type { Statement } from "../core/statement.ts";
import type { HeldRun } from "./held-run.ts";
import { place } from "./scope.ts";
import { errorColumns, usageColumns, type ErrorColumns } from "./run-column.ts";
import { withdrawOpen } from "./withdrawal.ts";
import type { WriteAnswer } from "./journal-writer.ts";

export type BodyEnd = { readonly output: unknown } | { readonly failure: Failure } | null;
type Cancel = { readonly kind: "cancel" | "deadline"; readonly failure: Failure } | null;

interface EndColumns extends ErrorColumns {
  readonly status: "succeeded" | "failed" | "cancelled";
  readonly output: string | null;
  readonly failure: string | null;
}

interface End {
  readonly columns: EndColumns;
  readonly failure: Failure | null;
}

/** Calls the flow's function; what it throws at once is a rejection like any other. */
export async function runBody(held: HeldRun, input: unknown): Promise<NonNullable<BodyEnd>> {
  const step = held.ports.stepFor(held, held.root);
  try {
    return { output: await place.run(held.root, async () => held.flow.run(step, input as never)) };
  } catch (error) {
    return { failure: toFailure(error, "flow.failed") };
  }
}

/** How a body that has settled counts: what it has broken without noticing makes a good end a failure. */
export function judgeBody(execution: HeldRun, end: BodyEnd, misplaced: Failure | null): BodyEnd {
  if (!end || !("output" in end)) return end;
  if (execution.root.foreign) return { failure: foreignAwait(execution) };
  if (misplaced) return { failure: misplaced };
  const [unhandled] = execution.root.unhandled.values();
  return unhandled === undefined ? end : { failure: toFailure(unhandled, "flow.failed") };
}

export function foreignAwait({ root, flow }: HeldRun): Failure {
  const what = root.foreign ? ` (it made a ${root.foreign})` : "";
  const message = `the body of flow "${flow.name}" awaits something that is not a step${what}`;
  const hint = "Put timers, files and requests inside step.run, and wait with step.sleep or step.waitFor.";
  return toFailure(new TuttiError("engine.foreign_await", message, { hint }), "engine.foreign_await");
}

/** Ends a run in one transaction: its row, its open waits, its children, its parent's wait, its events. */
export async function endRun(execution: HeldRun, end: BodyEnd, cancel: Cancel): Promise<WriteAnswer> {
  const { ports, run, writer } = execution;
  const open = [...execution.calls.values()].filter((call) => call.state === "held" || call.state === "started");
  const { columns, failure } = await endColumns(execution, end, cancel);
  const at = ports.clock.now();
  const unasked = open.filter((call) => call.attemptOf === null).map((call) => call.key);
  const abandoned = unasked.length > 0 && !cancel ? JSON.stringify(unasked) : null;
  const hasChild = execution.startedChild || [...execution.openings.values()].some(({ kind }) => kind === "flow");
  const answer = await writer.last([
    ports.statements.end({ ...writer.holder, ...columns, ...usageColumns(writer.usage), abandoned, at }),
    ...withdrawOpen(execution),
    ...(hasChild ? [ports.statements.cancelChildren({ parent: run.id, at })] : []),
    ...settleParent(execution, columns, at),
    ports.events.append({ type: `tutti.run.${columns.status}`, subject: run.id, at, data: { flow: run.flow } }),
  ]);
  if (answer === "written") {
    const { status } = columns;
    ports.observer?.runEnded(writer.observed, { status, finishedAt: at, usage: writer.usage, failure });
  }
  return answer;
}

/** Parks a run as paused; with a failure that says why, if it was not asked for. */
export async function pauseRun(
  execution: HeldRun,
  failure: Failure | null,
  writes: readonly Statement[] = [],
): Promise<WriteAnswer> {
  const { ports, run, writer } = execution;
  const text = failure ? await ports.payloads.store(failure, "the reason of the pause") : null;
  const data = failure ? { code: failure.code } : {};
  return writer.last([
    ports.statements.pause({ ...writer.holder, failure: text, ...errorColumns(failure) }),
    ...writes,
    ports.events.append({ type: "tutti.run.paused", subject: run.id, at: ports.clock.now(), data }),
  ]);
}

async function endColumns(execution: HeldRun, end: BodyEnd, cancel: Cancel): Promise<End> {
  const { payloads } = execution.ports;
  const failed = async (failure: Failure, status: "failed" | "cancelled" = "failed"): Promise<End> => {
    const text = await payloads.store(failure, "the run's failure");
    return { columns: { status, output: null, failure: text, ...errorColumns(failure) }, failure };
  };
  if (cancel) return failed(cancel.failure, cancel.kind === "cancel" ? "cancelled" : "failed");
  if (end && "failure" in end) {
    try {
      return await failed(end.failure);
    } catch (error) {
      return failed(toFailure(error, "engine.not_json"));
    }
  }
  try {
    const output = await payloads.store(end?.output, "the flow's output");
    return { columns: { status: "succeeded", output, failure: null, ...errorColumns(null) }, failure: null };
  } catch (error) {
    return failed(toFailure(error, "engine.not_json"));
  }
}

function settleParent(execution: HeldRun, { status, output, failure }: EndColumns, at: number): Statement[] {
  const { parent_run: parent, parent_key: key } = execution.run;
  if (parent === null || key === null) return [];
  const { statements } = execution.ports;
  return [
    statements.settleOpening({ run: parent, key, status, result: output, failure, at }),
    statements.wake({ id: parent }),
  ];
}
