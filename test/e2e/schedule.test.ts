// Schedules from the outside: commands, real processes that are killed while they start runs, several on one Postgres.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { openApp } from "../../src/app.ts";
import { silentLog } from "../../src/core/log.ts";
import type { ScheduleEntry, ScheduleView } from "../../src/engine/schedule/schedule-view.ts";
import { openHome } from "../../src/storage/home.ts";
import { until } from "../support/command.ts";
import { PostgresServer, postgresServerUnavailable } from "../support/postgres-server.ts";
import { errorOf, Project } from "../support/project.ts";

interface FireRow {
  readonly schedule: string;
  /** A text where a driver of Postgres keeps large integers exact. */
  readonly due_at: number | string;
  readonly run_id: string;
}

interface RunRow {
  readonly id: string;
  readonly trigger: string;
  readonly status: string;
}

const everySecond = { flow: "tick", every: "1s", missed: "all" };
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`);

const startedSql = "select schedule, due_at, run_id from schedule_fires where outcome = 'started' order by id";
const runsSql = "select id, trigger, status from runs where trigger like 'schedule:%'";

/** Each due time has one run, none between two of them is left out, and there is no run besides. */
function assertExact(fires: readonly FireRow[], runs: readonly RunRow[]): void {
  for (const [schedule, rows] of Map.groupBy(fires, (fire) => fire.schedule)) {
    const [first] = rows;
    assert.deepEqual(
      rows.map(({ due_at: due }) => Number(due)),
      rows.map((_row, index) => Number(first?.due_at) + index * 1_000),
      `the due times of ${schedule}`,
    );
  }
  const pairs = (list: readonly (readonly [string, string])[]): string[] =>
    list.map((pair) => pair.join(" ")).toSorted();
  assert.deepEqual(
    pairs(runs.map(({ id, trigger }) => [id, trigger])),
    pairs(fires.map(({ run_id: run, schedule }) => [run, `schedule:${schedule}`])),
  );
}

describe("schedules on the command line", { concurrency: 2 }, () => {
  it("are added, shown, paused, replaced and removed; the same one again is fine, another one is a conflict", async () => {
    await using project = new Project();
    project.flow("hello", "return input.who;", { input: 'z.object({ who: z.string().default("you") })' });
    assert.deepEqual(await project.json("schedule", "list"), []);
    const add = ["schedule", "add", "nightly", "hello", "--cron", "30 2 * * *", "--time-zone", "Europe/Berlin"];
    assert.match(
      (await project.tutti(...add)).stdout,
      /nightly {2}starts hello, 30 2 \* \* \* \(Europe\/Berlin\) {2}added/,
    );
    assert.equal((await project.json<{ change: string }>(...add)).change, "unchanged");
    const other = await project.tutti(...add, "--input", '{"who":"ada"}', "--json");
    assert.deepEqual([other.code, errorOf(other).code], [1, "schedule.conflict"]);
    assert.match(errorOf(other).hint ?? "", /--replace/);
    assert.equal(
      (await project.json<{ change: string }>(...add, "--input", '{"who":"ada"}', "--replace")).change,
      "replaced",
    );
    assert.match((await project.tutti("schedule", "pause", "nightly")).stdout, /tutti schedule resume nightly/);
    assert.match((await project.tutti("schedule", "list")).stdout, /nightly +hello +30 2 \* \* \* +paused/);
    const { nextAt, input } = await project.json<ScheduleView>("schedule", "resume", "nightly");
    assert.deepEqual([new Date(nextAt ?? 0).getUTCMinutes(), input], [30, { who: "ada" }]);
    assert.equal((await project.tutti("schedule", "remove", "nightly")).code, 0);
    assert.equal(errorOf(await project.tutti("schedule", "remove", "nightly", "--json")).code, "schedule.missing");
  });

  it("whose input is written as for a run say how it is written here", async () => {
    await using project = new Project();
    project.flow("hello", "return input.who;", { input: "z.object({ who: z.string() })" });
    const ending = await project.tutti(
      "schedule",
      "add",
      "s",
      "hello",
      "--every",
      "1h",
      "--input",
      "who=ada",
      "--json",
    );
    assert.equal(errorOf(ending).code, "flow.input_invalid");
    assert.match(errorOf(ending).hint ?? "", /--input '\{"key":"value"\}'/);
  });

  it("keep time over a host that is killed while it starts their runs: each due time has one run, and none is left out", async () => {
    await using project = new Project();
    project.flow("tick", 'return step.run("a", () => 1);');
    const all = names(8);
    for (const name of all) await project.json("schedule", "add", name, "tick", "--every", "1s", "--missed", "all");
    const entries = (): Promise<ScheduleEntry[]> => project.call<ScheduleEntry[]>("schedule.list").catch(() => []);
    const seen = new Set<string>();
    for (let kills = 0; kills < 5; kills++) {
      const host = project.start(["work"]);
      // Of eight that are due at about the same time, while the others are on their way.
      await until("some runs are started", async () => {
        const started = (await entries()).flatMap(({ lastRun }) => lastRun ?? []).filter((run) => !seen.has(run));
        return started.length > kills;
      });
      await host.kill();
      for (const { id } of project.select(runsSql) as RunRow[]) seen.add(id);
    }
    const host = project.start(["work"]);
    await until("all have caught up", async () => {
      const now = await entries();
      return now.length > 0 && now.every(({ nextAt }) => (nextAt ?? 0) > Date.now());
    });
    for (const name of all) await project.call("schedule.pause", { name });
    host.signal("SIGTERM");
    assert.equal((await host.ended).code, 0);
    await project.tutti("work", "--until-idle");
    const runs = project.select(runsSql) as RunRow[];
    assertExact(project.select(startedSql) as FireRow[], runs);
    assert.deepEqual([...new Set(runs.map(({ status }) => status))], ["succeeded"]);
  });
});

describe("schedules of several workers on Postgres", { skip: postgresServerUnavailable(), timeout: 120_000 }, () => {
  let server: PostgresServer;
  before(async () => {
    server = await PostgresServer.start();
  });
  after(() => server[Symbol.asyncDispose]());

  it("start one run for each due time of 200 schedules, though one worker is killed", async () => {
    const address = await server.database("schedules");
    await using project = new Project({ env: { TUTTI_DATABASE: address } });
    project.flow("tick", "return 1;");
    await using database = await connect(address);
    await addAll(project, names(200));
    const workers = [project.start(["work"]), project.start(["work"]), project.start(["work"])];
    await until("all have begun", async () => (await database.least()) >= 1, { withinMs: 60_000 });
    await workers[0]?.kill();
    await until("all have gone on", async () => (await database.least()) >= 4, { withinMs: 60_000 });
    for (const worker of workers.slice(1)) {
      worker.signal("SIGTERM");
      assert.equal((await worker.ended).code, 0);
    }
    assertExact(await database.rows<FireRow>(startedSql), await database.rows<RunRow>(runsSql));
  });
});

/** Without a process for each. */
async function addAll(project: Project, all: readonly string[]): Promise<void> {
  await using app = await openApp({
    home: openHome(project.folder, undefined),
    folder: project.folder,
    environment: project.environment,
    log: silentLog,
  });
  const add = app.operations.find(({ name }) => name === "schedule.add");
  for (const name of all) {
    const input = add?.input.parse({ ...everySecond, name });
    await add?.handle(input as never, { signal: new AbortController().signal, caller: "test" });
  }
}

async function connect(address: string) {
  const client = new pg.Client({ connectionString: address, options: "-c search_path=tutti_default" });
  await client.connect();
  const rows = async <Row>(sql: string): Promise<Row[]> => (await client.query(sql)).rows as Row[];
  return {
    rows,
    /** How many runs the schedule with the fewest has started. */
    async least(): Promise<number> {
      const [row] = await rows<{ least: number | null }>(
        `select min(fired) as least from (select count(f.id)::int as fired from schedules s
           left join schedule_fires f on f.schedule = s.name and f.outcome = 'started' group by s.name) as counts`,
      );
      return row?.least ?? 0;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
