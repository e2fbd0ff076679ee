import type { Statement } from "../core/statement.ts";
import type { RunId } from "../core/id.ts";
import type { HeldRun } from "./held-run.ts";
import type { WriteAnswer } from "./journal-writer.ts";
import type { JournalRow } from "./run-table.ts";
import type { VerbCall } from "./scope.ts";
import { toFailure, TuttiError, type Failure } from "../core/error.ts";
import type { EffectSpec } from "../core/verb.ts";

/** Starts what the body has called and nothing is stored for: opens waits in one transaction, then starts effects. */
export async function openCalls(execution: HeldRun): Promise<WriteAnswer> {
  const calls = execution.held.splice(0).filter((call) => call.state === "held");
  if (execution.cache.size > 0) for (const call of calls) await takeCached(execution, call);
  const toOpen = calls.filter((call) => call.state === "held" && needsOpening(execution, call));
  const fresh = toOpen.filter((call) => !isOpenAlready(execution, call));
  if (asksAboutInterrupted(execution, toOpen, fresh)) return "written";
  const fenced = execution.ports.fencedStarts && toOpen.some((call) => call.work.type === "effect");
  if (fresh.length > 0 || fenced) {
    const answer = await execution.writer.write(await openingStatements(execution, fresh));
    if (answer !== "written") return answer;
    for (const call of fresh) call.hasOpening = call.state === "held";
  }
  for (const call of calls.filter(({ state }) => state === "held")) start(execution, call, fresh.includes(call));
  return "written";
}

/** A fork takes over what its origin has stored for the same key and input; closures of `run` always run again. */
async function takeCached(execution: HeldRun, call: VerbCall): Promise<void> {
  const row = cachedRow(execution, call);
  // The origin may still go on: what was begun here before it came to that step is not taken from it any more.
  if (!row || execution.openings.has(call.key)) return;
  call.state = "finished";
  // An attempt is told to its plan before it is stored, so its result must be at hand.
  const text = call.attemptOf ? JSON.stringify(await execution.ports.payloads.load(row.result)) : undefined;
  const column = call.attemptOf ? {} : { column: { result: row.result, failure: null } };
  execution.finished.push({ call, outcome: { status: "succeeded", text }, ...column });
}

/** The attempt that a plan has taken has no row but its step's. */
function cachedRow({ cache }: HeldRun, call: VerbCall): JournalRow | undefined {
  const { attemptOf } = call;
  if ((attemptOf ?? call).kind === "run") return undefined;
  const rows = [cache.get(call.key), attemptOf ? cache.get(attemptOf.key) : undefined];
  return rows.find(
    (row) => row?.status === "succeeded" && row.hash === call.hash && [call.kind, attemptOf?.kind].includes(row.kind),
  );
}

function needsOpening({ ports }: HeldRun, call: VerbCall): boolean {
  if (call.work.type === "wait") return true;
  // A version has no effect, and an opening would say that an old run had come past it.
  if (call.work.type !== "effect" || call.kind === "version") return false;
  return ports.fencedStarts || mustNotRepeat(call.work.spec);
}

function mustNotRepeat({ onInterrupted = "repeat" }: EffectSpec): boolean {
  return onInterrupted !== "repeat";
}

function isOpenAlready(execution: HeldRun, call: VerbCall): boolean {
  const opening = execution.openings.get(call.key);
  if (!opening) return false;
  call.hasOpening = true;
  if (call.work.type === "effect" && opening.status === "released") return false;
  call.dueAt = opening.due_at;
  call.startedAt = opening.opened_at;
  return true;
}

async function openingStatements(execution: HeldRun, calls: readonly VerbCall[]): Promise<Statement[]> {
  const { ports, run } = execution;
  const at = ports.clock.now();
  const statements: Statement[] = [];
  for (const call of calls) {
    if (call.work.type === "scope") continue;
    const prepared = await prepareWait(execution, call, at);
    if (!prepared) continue;
    statements.push(...prepared);
    const { spec } = call.work;
    const wait = call.work.type === "wait" ? call.work.spec : undefined;
    call.dueAt = wait?.dueInMs === undefined ? null : at + wait.dueInMs;
    call.startedAt = at;
    if (call.hasOpening) {
      statements.push(ports.statements.reopen({ run: run.id, key: call.key, at }));
      continue;
    }
    const input = await ports.payloads.store(spec.input, `the input of step "${call.key}"`);
    const { key, kind, name, hash } = call;
    statements.push(
      ports.statements.open({
        run: run.id,
        key,
        kind,
        name,
        hash,
        input,
        event: wait?.event ?? null,
        at,
        due: call.dueAt,
      }),
    );
    if (wait?.event !== undefined) statements.push(...ports.statements.matchSignal(wait.event, at));
    if (wait?.opened) statements.push(...wait.opened(addressOf(execution, call), at));
  }
  return statements;
}

/** Null if the wait cannot be opened: then it has failed, and is stored as such. */
async function prepareWait(execution: HeldRun, call: VerbCall, at: number): Promise<readonly Statement[] | null> {
  if (call.work.type !== "wait" || !call.work.spec.prepare) return [];
  try {
    return await call.work.spec.prepare(addressOf(execution, call), at);
  } catch (error) {
    call.state = "finished";
    execution.finished.push({
      call,
      outcome: { status: "failed", failure: toFailure(error, "step.failed"), text: undefined },
    });
    return null;
  }
}

function start(execution: HeldRun, call: VerbCall, isFresh: boolean): void {
  call.state = "started";
  execution.ports.live.publish({
    run: execution.run.id,
    type: "started",
    key: (call.attemptOf ?? call).key,
    data: { name: call.name, kind: (call.attemptOf ?? call).kind },
  });
  if (call.work.type !== "effect") return;
  const { spec } = call.work;
  if (!isFresh && isCutOff(call)) {
    execution.effectEnded(call, { status: "failed", failure: interrupted([call], "fail") });
    return;
  }
  execution.ports.effects.start(execution, call, spec);
}

/** Steps that were running when their worker died, and about which a human is asked: the run is paused for all at once. */
function asksAboutInterrupted(execution: HeldRun, toOpen: readonly VerbCall[], fresh: readonly VerbCall[]): boolean {
  const asked = toOpen.filter(
    (call) =>
      !fresh.includes(call) && isCutOff(call) && call.work.type === "effect" && call.work.spec.onInterrupted === "ask",
  );
  if (asked.length > 0) execution.fault(interrupted(asked, "ask"));
  return asked.length > 0;
}

/** The step was running when its worker died, and must not repeat by itself. */
function isCutOff({ hasOpening, work }: VerbCall): boolean {
  return hasOpening && work.type === "effect" && mustNotRepeat(work.spec);
}

function interrupted(calls: readonly VerbCall[], how: "ask" | "fail"): Failure {
  const keys = calls.map(({ key }) => key);
  const names = keys.map((key) => `"${key}"`).join(", ");
  const error = new TuttiError("engine.interrupted", `step ${names} was cut off and must not run again by itself`, {
    hint:
      how === "ask"
        ? "Look at what it did. `tutti run resume` runs it again; `tutti run cancel` ends the run."
        : "Look at what it did; `tutti run retry` starts the run anew.",
    data: { keys },
  });
  return toFailure(error, "engine.interrupted");
}

export function addressOf(
  execution: HeldRun,
  call: VerbCall,
): { run: RunId; flow: string; key: string; name: string; kind: string } {
  // An attempt stands at the address of its step: `step.key` is the same for all of them.
  const { key, name, kind } = call.attemptOf ?? call;
  return { run: execution.run.id as RunId, flow: execution.run.flow, key, name, kind };
}
