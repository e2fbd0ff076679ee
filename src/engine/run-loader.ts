import { existsSync } from "node:fs";
import { TuttiError, toFailure, type Failure } from "../core/error.ts";
import type { Statement } from "../core/statement.ts";
import type { LoadedRun } from "./held-run.ts";
import type { AnyFlow, FlowSource } from "./flow.ts";
import { isWithin, parseForkPlace } from "./fork.ts";
import { mostDeaths } from "./suspect.ts";
import type { QueuedRun } from "./run-queue.ts";
import type { JournalRow, RunRow } from "./run-table.ts";
import type { WorkerPorts } from "./worker-ports.ts";

/** Claims of one run in a row that ended in a death; then the run is what kills the worker. */

/** The flow of a run, or why it cannot be had. */
export async function findFlow(
  flows: FlowSource,
  { flow: name, file, folder }: Pick<QueuedRun, "flow" | "file" | "folder">,
): Promise<AnyFlow | Failure> {
  try {
    return (await flows.find(name, { file, folder })) ?? toFailure(missingFlow(name), "flow.missing");
  } catch (error) {
    return toFailure(error, "flow.invalid");
  }
}

export function isFailure(flow: AnyFlow | Failure): flow is Failure {
  return "code" in flow;
}

/** Everything that a claimed run needs to go on; processes that its last worker left are ended first. */
export async function loadRun(ports: WorkerPorts, run: RunRow, flow: AnyFlow | Failure): Promise<LoadedRun> {
  const { store, payloads } = ports;
  const isFirstLife = run.epoch === 1;
  const [rows, seq, openings, input] = await Promise.all([
    isFirstLife && run.seq === 0 ? [] : store.replayRows(run.id),
    isFirstLife ? run.seq : store.lastSeq(run.id),
    isFirstLife ? [] : store.openings(run.id),
    payloads.load(run.input),
    isFirstLife ? undefined : endProcesses(ports, run.id),
  ]);
  const cache = run.forked_from === null ? new Map<string, JournalRow>() : await cacheOf(ports, run.forked_from);
  const isElsewhere = run.folder !== null && run.folder !== ports.folder && existsSync(run.folder);
  const folder = isElsewhere && run.folder !== null ? run.folder : ports.folder;
  const origin = run.forked_from === null ? null : await originOf(ports, run.forked_from);
  return { run, rows, seq, openings, input, flow: isFailure(flow) ? neverFlow(run.flow) : flow, cache, folder, origin };
}

/** Why a claimed run must not start, if it must not. */
export function whyNotStart(run: RunRow, flow: AnyFlow | Failure): Failure | null {
  if (run.deaths >= mostDeaths) return crashLoop(run);
  return isFailure(flow) ? flow : null;
}

/** What the origin of a fork stored behind the place of the fork. */
async function cacheOf({ store }: WorkerPorts, forkedFrom: string): Promise<Map<string, JournalRow>> {
  const { origin, seq, from } = parseForkPlace(forkedFrom);
  const rows = await store.rows(origin, seq);
  return new Map(rows.filter(({ key }) => !isWithin(key, from)).map((row) => [row.key, row]));
}

/** The run that a fork or a retry was made of; null where it is not there any more. */
async function originOf({ store }: WorkerPorts, forkedFrom: string): Promise<LoadedRun["origin"]> {
  const { origin } = parseForkPlace(forkedFrom);
  try {
    return { run: origin, trace: (await store.run(origin)).trace };
  } catch (error) {
    if (error instanceof TuttiError && error.code === "run.missing") return null;
    throw error;
  }
}

async function endProcesses({ store, statements, endProcess, database }: WorkerPorts, run: string): Promise<void> {
  for (const { key, pid, started } of await store.processes(run)) {
    await endProcess(pid, started);
    const forgotten: Statement = statements.forgetProcess({ run, key });
    await database.write([forgotten]);
  }
}

function crashLoop(run: RunRow): Failure {
  const message = `run ${run.id} ended its worker ${run.deaths} times in a row without a new step`;
  const hint = "Look at the step after the last stored one; then `tutti run resume`.";
  return toFailure(new TuttiError("engine.crash_loop", message, { hint }), "engine.crash_loop");
}

function missingFlow(name: string): TuttiError {
  return new TuttiError("flow.missing", `there is no flow "${name}"`, {
    hint: "Flows are sought in flows/*.ts from the current folder upward; `tutti flow list` shows what was found.",
  });
}

/** Stands where the real flow cannot be had; its body never runs. */
function neverFlow(name: string): AnyFlow {
  return { kind: "flow", name, run: () => Promise.reject(missingFlow(name)) };
}
