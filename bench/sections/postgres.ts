import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { openApp } from "../../src/app.ts";
import { silentLog } from "../../src/core/log.ts";
import { openHome } from "../../src/storage/home.ts";
import { takeDown, type Bench } from "../bench.ts";
import { project } from "../contenders/tutti.ts";
import type { Measure } from "../figure.ts";
import { openScratchPostgres, type ScratchPostgres } from "../scratch-postgres.ts";
import { readSteps, type LoggedStep } from "../step-log.ts";
import { killGroup, startTutti } from "../tutti-process.ts";
import { untilTrue } from "../until.ts";

const contender = "tutti";
const rateOf = (workers: number): Measure => ({
  name: `Postgres, ${workers} worker process${workers === 1 ? "" : "es"}: runs/s`,
  unit: "1/s",
  better: "more",
});
const firstTakeover: Measure = {
  name: "Postgres, one of three killed: until its first run goes on",
  unit: "ms",
  better: "less",
};
const lastTakeover: Measure = {
  name: "Postgres, one of three killed: until its last run goes on",
  unit: "ms",
  better: "less",
};
const workerCounts = [1, 3];

/** Worker processes that share a Postgres: how many runs they end, and how soon they go on with those of a dead one. */
export async function measurePostgres(bench: Bench): Promise<void> {
  const { postgres: server } = bench;
  if (!bench.wants(contender)) return;
  if (server === undefined) {
    const reason = "neither TUTTI_BENCH_POSTGRES nor TUTTI_TEST_POSTGRES is set";
    for (const measure of [...workerCounts.map(rateOf), firstTakeover, lastTakeover])
      bench.figures.leftOut(measure, contender, reason);
    return;
  }
  for (let round = 1; round <= bench.rounds; round++) {
    for (const workers of workerCounts) {
      bench.say(`Postgres, round ${round} of ${bench.rounds}: ${workers} worker${workers === 1 ? "" : "s"}`);
      const work = (cluster: Cluster): Promise<number[]> => measureRate(bench, cluster, workers);
      await takeDown(bench, { contender, measures: [rateOf(workers)] }, () => withCluster(bench, server, work));
    }
    bench.say(`Postgres, round ${round} of ${bench.rounds}: one of three is killed`);
    await takeDown(bench, { contender, measures: [firstTakeover, lastTakeover] }, () =>
      withCluster(bench, server, (cluster) => measureTakeover(cluster)),
    );
  }
}

interface Cluster {
  readonly database: ScratchPostgres;
  readonly log: string;
  /** Starts worker processes; resolves when all have joined. */
  start(count: number, words?: string[]): Promise<ChildProcess[]>;
  submit(runs: number, flow: string, input?: unknown): Promise<void>;
}

async function withCluster<Result>(
  bench: Bench,
  server: string,
  work: (cluster: Cluster) => Promise<Result>,
): Promise<Result> {
  await using database = await openScratchPostgres(server);
  const folder = bench.data.make();
  const processes: ChildProcess[] = [];
  try {
    return await work({
      database,
      log: join(folder, "steps.log"),
      submit: (runs, flow, input) => submit(folder, database.url, { runs, flow, input }),
      async start(count, words = []) {
        for (let index = 0; index < count; index++) {
          processes.push(startTutti(folder, { database: database.url, words }));
        }
        await untilTrue(`${count} workers have joined`, async () => (await countWorkers(database)) >= count);
        return processes;
      },
    });
  } finally {
    await Promise.all(processes.map(killGroup));
    bench.data.remove(folder);
  }
}

/** Puts runs into the database from a process that works on none; the workers find them by themselves. */
async function submit(
  folder: string,
  url: string,
  { runs, flow, input }: { runs: number; flow: string; input: unknown },
): Promise<void> {
  const environment = { TUTTI_DATABASE: url };
  await using app = await openApp({ home: openHome(folder, undefined), folder: project, environment, log: silentLog });
  let left = runs;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await app.engine.control.start({ flow, input });
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

/** A worker's life is a session advisory lock. */
async function countWorkers({ query }: ScratchPostgres): Promise<number> {
  const rows = await query(
    "select count(distinct pid) as workers from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())",
  );
  return Number(rows[0]?.["workers"]);
}

/** All runs are there before the workers come, so that putting them in is not measured. */
async function measureRate(bench: Bench, cluster: Cluster, workers: number): Promise<number[]> {
  const runs = bench.isQuick ? 50 : 600;
  await cluster.submit(runs, "four-steps");
  await cluster.start(workers);
  const ended = async (): Promise<boolean> => (await countRuns(cluster.database, "succeeded")) === runs;
  await untilTrue("all runs have ended", ended, { everyMs: 50 });
  const rows = await cluster.database.query(
    "select max(finished_at) - min(started_at) as elapsed from tutti_default.runs",
  );
  return [(runs / Number(rows[0]?.["elapsed"])) * 1_000];
}

async function countRuns({ query }: ScratchPostgres, status: string): Promise<number> {
  const rows = await query(`select count(*) as runs from tutti_default.runs where status = '${status}'`);
  return Number(rows[0]?.["runs"]);
}

const runsPerWorker = 10;

async function measureTakeover(cluster: Cluster): Promise<number[]> {
  // No worker takes more than its share, so that each has some when one dies; the others have room for what it leaves.
  await cluster.submit(3 * runsPerWorker, "logged", { steps: 400, stepMs: 25, log: cluster.log });
  const workers = await cluster.start(3, ["--concurrency", String(2 * runsPerWorker)]);
  await untilTrue("every run is on its way", () => latestSteps(readSteps(cluster.log)).size === 3 * runsPerWorker);
  const owners = Map.groupBy(latestSteps(readSteps(cluster.log)).values(), ({ pid }) => pid);
  const [victimPid] = [...owners].toSorted(([, left], [, right]) => right.length - left.length)[0] ?? [];
  const victim = workers.find(({ pid }) => pid === victimPid);
  if (victim === undefined) throw new Error("no worker has a run");
  await killGroup(victim);
  const killedAt = Date.now();
  const orphans = [...latestSteps(readSteps(cluster.log)).values()].filter(({ pid }) => pid === victimPid);
  const goesOn = (): LoggedStep[] =>
    orphans.flatMap(
      ({ run }) =>
        readSteps(cluster.log).find((step) => step.run === run && step.at >= killedAt && step.pid !== victimPid) ?? [],
    );
  await untilTrue("all its runs go on", () => goesOn().length === orphans.length, { everyMs: 20 });
  const waits = goesOn().map(({ at }) => at - killedAt);
  return [Math.min(...waits), Math.max(...waits)];
}

function latestSteps(steps: readonly LoggedStep[]): Map<string, LoggedStep> {
  return new Map(steps.map((step) => [step.run, step]));
}
