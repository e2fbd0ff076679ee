import { createRunStatements } from "../../src/engine/run-statement.ts";
import { verifyRun } from "../../src/engine/flow-verify.ts";
import { replayOnly, type CheckPorts } from "../../src/engine/replay-check.ts";
import { createStepFactory } from "../../src/engine/step.ts";
import type { AnyFlow } from "../../src/engine/flow.ts";
import type { JournalRow, RunRow } from "../../src/engine/run-table.ts";
import { createEventLog } from "../../src/events/event-log.ts";
import { createLiveEvents } from "../../src/events/live.ts";
import { silentLog } from "../../src/core/log.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Database } from "../../src/storage/database.ts";
import type { Cast } from "./cast.ts";
import type { History } from "./history.ts";
import { eventNames } from "./program.ts";
import { simulatedVerbs } from "./verbs.ts";
import type { World } from "./world.ts";

export interface Case {
  readonly world: World;
  readonly cast: Cast;
  readonly history: History;
  readonly real: Database;
  readonly flows: ReadonlyMap<string, AnyFlow>;
}

/** What must be true of every history once it is over. */
export async function judge(trial: Case): Promise<void> {
  const runs = await trial.cast.store.list({ limit: 1_000 });
  const journals = new Map<string, JournalRow[]>();
  for (const run of runs) journals.set(run.id, await trial.cast.store.rows(run.id));
  await noEventIsLostOrDoubled(trial, runs, journals);
  await nothingIsLeftBehind(trial, runs);
  for (const run of runs) await replaysAlone(trial, run, journals.get(run.id) ?? []);
}

/** An event is taken by one wait or kept. */
async function noEventIsLostOrDoubled(
  { world, real }: Case,
  runs: readonly RunRow[],
  journals: ReadonlyMap<string, readonly JournalRow[]>,
): Promise<void> {
  const emitted = await column(
    real,
    `select data as value from events where type in (${eventNames.map((name) => `'${name}'`).join(", ")})`,
  );
  const kept = await column(real, "select payload as value from signals");
  const taken: string[] = [];
  for (const run of runs) {
    // A fork has copies of its origin's rows.
    const origin = run.forked_from === null ? [] : (journals.get(run.forked_from.split("@")[0] ?? "") ?? []);
    const before = new Set(origin.filter(isTaken).map(({ result }) => result));
    for (const row of journals.get(run.id) ?? [])
      if (isTaken(row) && !before.has(row.result)) taken.push(String(row.result));
  }
  // A fork may emit again what a stored step has made, so events are counted.
  const places = counts([...kept, ...taken]);
  const sent = counts(emitted);
  for (const payload of new Set([...places.keys(), ...sent.keys()])) {
    const [there, out] = [places.get(payload) ?? 0, sent.get(payload) ?? 0];
    // An event that a fork has sent again is the same in both: whose wait took which cannot be told.
    const isRight = out > 1 ? there >= 1 && there <= out : there === out;
    if (!isRight) world.violate(`event ${payload} was emitted ${out} times and is in ${there} places`);
  }
}

function counts(values: readonly string[]): Map<string, number> {
  return values.reduce((sums, value) => sums.set(value, (sums.get(value) ?? 0) + 1), new Map<string, number>());
}

function isTaken({ kind, status, result }: JournalRow): boolean {
  return kind === "waitFor" && status === "succeeded" && result !== null && result !== "null";
}

async function nothingIsLeftBehind({ world, real }: Case, runs: readonly RunRow[]): Promise<void> {
  const openings = await column(real, "select run_id || ' ' || key as value from openings");
  if (openings.length > 0) world.violate(`openings are left behind: ${openings.join(", ")}`);
  for (const { id, owner } of runs) if (owner !== null) world.violate(`${id} has ended and still has an owner`);
}

/** An ended run comes to the same end from its rows alone. */
async function replaysAlone(
  { world, cast, history, real, flows }: Case,
  run: RunRow,
  rows: readonly JournalRow[],
): Promise<void> {
  const flow = flows.get(run.flow);
  if (!flow) throw new Error(`no flow ${run.flow}`);
  let isVerifying = false;
  const factory = createStepFactory(simulatedVerbs, cast.options.setting.plan);
  const ports: CheckPorts = {
    statements: createRunStatements(real),
    payloads: cast.payloads,
    events: createEventLog(real),
    clock: systemClock,
    store: cast.store,
    live: createLiveEvents(),
    log: silentLog,
    folder: "/nowhere",
    stepFor: (execution, scope) => {
      const step: object = factory(execution, scope);
      cast.executions.set(step, execution);
      if (isVerifying) history.ignore(execution);
      return step as never;
    },
  };
  const check = await replayOnly(ports, { run, rows, input: {}, flow });
  const { end, fault, asked } = check;
  if (fault) return world.violate(`${run.id} does not replay: ${JSON.stringify(fault)}`);
  isVerifying = true;
  const source = { find: async (name: string) => flows.get(name) ?? null };
  const { differences } = await verifyRun({ ...ports, flows: source }, run.id);
  if (differences[0]) world.violate(`${run.id} is not verified: ${JSON.stringify(differences[0])}`);
  // The run was ended from outside where its body could not have ended by itself.
  if (!end)
    return run.status === "cancelled" || endedFromOutside(run)
      ? undefined
      : world.violate(`${run.id} does not end in a replay: it asks for ${[...asked.keys()].join(", ")}`);
  const isEndedFromOutside = run.status === "cancelled" && !rows.some(({ kind }) => kind === "cancel");
  if (isEndedFromOutside) return undefined;
  if (end.status !== run.status) world.violate(`${run.id} is ${run.status} and ${end.status} in a replay`);
  if (end.output !== run.output) world.violate(`${run.id} gave ${run.output} and ${end.output} in a replay`);
}

function endedFromOutside({ failure }: RunRow): boolean {
  return failure?.includes("engine.deadline") === true;
}

async function column(real: Database, sql: string): Promise<string[]> {
  const result = await real.write([{ sql, parameters: [] }]);
  return result.committed ? (result.rows[0] ?? []).map(({ value }) => String(value)) : [];
}
