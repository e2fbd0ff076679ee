import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { takeDown, type Bench } from "../bench.ts";
import type { ContenderName } from "../contender.ts";
import type { Measure } from "../figure.ts";
import { readSteps } from "../step-log.ts";
import { clientOf, killGroup, spawnGroup, startTutti } from "../tutti-process.ts";
import { untilTrue } from "../until.ts";
import { victimSteps } from "../victims/victim.ts";

const measure: Measure = {
  name: "kill -9, start again: until the next step starts",
  unit: "ms",
  better: "less",
};
// Its lease is 30 s; a poll comes on top.
const openWorkflowTimeoutMs = 45_000;
const timeoutMs = 20_000;
const stepsBeforeKill = 20;

/** One run, its process killed in its middle; from the start of a new process until the run's next step starts there. */
export async function measureKills(bench: Bench): Promise<void> {
  // It only waits, so it takes nothing from the others while they are measured.
  const [slow] = await Promise.allSettled([killOpenWorkflow(bench), killOthers(bench)]);
  if (slow.status === "rejected") bench.figures.failed(measure, "openworkflow", slow.reason);
}

async function killOpenWorkflow(bench: Bench): Promise<void> {
  if (!bench.wants("openworkflow")) return;
  if (bench.isQuick) {
    bench.figures.leftOut(measure, "openworkflow", "its lease takes 30 s: not in a quick run");
    return;
  }
  const measures = [measure];
  await takeDown(bench, { contender: "openworkflow", measures }, async () => [
    await killOnce(bench, script("openworkflow"), openWorkflowTimeoutMs),
  ]);
}

async function killOthers(bench: Bench): Promise<void> {
  const others: readonly (readonly [ContenderName, Victim])[] = [
    ["tutti", tuttiVictim],
    ["mastra", script("mastra")],
  ];
  for (let round = 1; round <= bench.rounds; round++) {
    bench.say(`kill -9, round ${round} of ${bench.rounds}`);
    for (const [contender, victim] of others) {
      if (!bench.wants(contender)) continue;
      await takeDown(bench, { contender, measures: [measure] }, async () => [await killOnce(bench, victim, timeoutMs)]);
    }
  }
  if (bench.wants("mastra"))
    bench.figures.note(measure, "mastra", "only where restartAllActiveWorkflowRuns() is called");
  if (bench.wants("openworkflow-helped"))
    bench.figures.leftOut(measure, "openworkflow-helped", "the lease is the same");
}

/** Starts a process on a folder; the first one also starts the run. */
type Victim = (place: { folder: string; log: string; isFirst: boolean }) => Promise<ChildProcess>;

const tuttiVictim: Victim = async ({ folder, log, isFirst }) => {
  const host = startTutti(folder);
  if (!isFirst) return host;
  const client = clientOf(folder);
  await untilTrue("the host answers", () =>
    client.call("flow.list", {}).then(
      () => true,
      () => false,
    ),
  );
  const { count, durationMs } = victimSteps;
  await client.call("run.start", { flow: "logged", input: { steps: count, stepMs: durationMs, log } });
  return host;
};

function script(name: string): Victim {
  const file = fileURLToPath(new URL(`../victims/${name}.ts`, import.meta.url));
  return async ({ folder, log, isFirst }) => spawnGroup([file, folder, log, isFirst ? "start" : "again"]);
}

async function killOnce(bench: Bench, victim: Victim, longestMs: number): Promise<number> {
  const folder = bench.data.make();
  const log = join(folder, "steps.log");
  const processes: ChildProcess[] = [];
  try {
    const first = await victim({ folder, log, isFirst: true });
    processes.push(first);
    await untilTrue("the run is in its middle", () => readSteps(log).length >= stepsBeforeKill);
    await killGroup(first);
    const done = readSteps(log).length;
    const began = Date.now();
    processes.push(await victim({ folder, log, isFirst: false }));
    await untilTrue("the run goes on", () => readSteps(log).length > done, { timeoutMs: longestMs });
    return (readSteps(log)[done]?.at ?? Number.NaN) - began;
  } finally {
    for (const child of processes) await killGroup(child);
    bench.data.remove(folder);
  }
}
