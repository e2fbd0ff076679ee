// npm run bench budget: what the meter adds to a call, and whether calls that race ever take more than a budget has.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "../../src/storage/database.ts";
import { openPostgres } from "../../src/storage/postgres.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { DataFolder } from "../data-folder.ts";
import { openScratchPostgres } from "../scratch-postgres.ts";
import { measureRing, type RingCase } from "./ring-case.ts";
import { openMeterCase, read, type MeterCase } from "./meter-case.ts";

const schema = "bench";

export async function runBudgetBench(words: readonly string[]): Promise<number> {
  const rounds = words.includes("--quick") ? 1 : 5;
  const calls = words.includes("--quick") ? 300 : 2_000;
  using data = new DataFolder();
  await overhead("SQLite", { rounds, calls, open: async () => openSqlite({ path: join(data.make(), "bench.db") }) });
  await rings("SQLite", { rounds, calls, open: async () => openSqlite({ path: join(data.make(), "rings.db") }) });
  await sqliteRace(openSqlite({ path: join(data.make(), "race.db") }), calls * 5);
  const server = process.env["TUTTI_BENCH_POSTGRES"] ?? process.env["TUTTI_TEST_POSTGRES"];
  if (!server) {
    say("Postgres: left out, as TUTTI_BENCH_POSTGRES is not set");
    return 0;
  }
  await using scratch = await openScratchPostgres(server);
  let count = 0;
  await overhead("Postgres", {
    rounds,
    calls: calls / 4,
    open: () => openPostgres({ url: scratch.url, schema: `overhead_${++count}` }),
  });
  await rings("Postgres", {
    rounds,
    calls: calls / 4,
    open: () => openPostgres({ url: scratch.url, schema: `rings_${++count}` }),
  });
  await postgresRace(scratch.url, calls);
  return 0;
}

interface OverheadOptions {
  readonly rounds: number;
  readonly calls: number;
  open(): Promise<Database>;
}

/** One call after the other, each stored as a step is; what differs is the meter. */
async function overhead(name: string, { rounds, calls, open }: OverheadOptions): Promise<void> {
  const cases = [
    { what: "without the meter", isMetered: false, budgets: 0 },
    { what: "metered, no budget", isMetered: true, budgets: 0 },
    { what: "metered, 1 budget", isMetered: true, budgets: 1 },
    { what: "metered, 4 budgets", isMetered: true, budgets: 4 },
  ];
  const medians = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const { what, isMetered, budgets } of cases) {
      await using database = await open();
      await using meter = await openMeterCase(database, { delayMs: 0, isMetered, shared: null });
      await setBudgets(meter, budgets);
      medians.set(what, [...(medians.get(what) ?? []), await medianMs(meter, calls)]);
    }
  }
  for (const [what, values] of medians) {
    const [least = 0, middle = 0, most = 0] = [0, 0.5, 1].map((share) => quantile(values, share));
    say(
      `${name}, a step with one call, ${what}: ${text(middle)} ms (${text(least)}–${text(most)}), median of ${calls} calls`,
    );
  }
}

const wide = { window: "total", tokens: 1e12 };
// Used up by the first step: each later one is refused once, which is journaled, and done by the other model.
const usedUp = {
  scope: "model",
  of: "bench/dear",
  window: "total",
  calls: 1,
  onLimit: "degrade",
  degradeTo: "bench/model",
};

const ringCases: readonly RingCase[] = [
  { what: "without the cost room", around: "nothing", budgets: [] },
  { what: "metered, without the rings", around: "meter", budgets: [] },
  { what: "metered and with the rings, no budget", around: "rings", budgets: [] },
  { what: "the same, 1 budget", around: "rings", budgets: [wide] },
  { what: "the same, and each step is refused and done by another model", around: "rings", budgets: [wide, usedUp] },
];

/** A flow of model steps in the real engine: what differs is what stands around the steps. */
async function rings(name: string, { rounds, calls, open }: OverheadOptions): Promise<void> {
  const medians = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const ringCase of ringCases) {
      // Closed with its engine.
      const took = await measureRing(await open(), ringCase, calls / 20);
      const median = quantile(took.slice(Math.floor(took.length * 0.3)), 0.5);
      medians.set(ringCase.what, [...(medians.get(ringCase.what) ?? []), median]);
    }
  }
  for (const [what, values] of medians) {
    const [least = 0, middle = 0, most = 0] = [0, 0.5, 1].map((share) => quantile(values, share));
    say(
      `${name}, a model step in a flow, ${what}: ${text(middle)} ms (${text(least)}–${text(most)}), median of ${calls} steps`,
    );
  }
}

async function setBudgets(meter: MeterCase, count: number): Promise<void> {
  const all = [
    { window: "total", tokens: 1e12 },
    { window: "day", calls: 1e9, scope: "flow" },
    { window: "run", tokens: 1e12, scope: "run" },
    { window: "month", tokens: 1e12, scope: "model" },
  ];
  for (const [index, budget] of all.slice(0, count).entries()) await meter.set(`b${index}`, budget);
}

async function medianMs(meter: MeterCase, calls: number): Promise<number> {
  const took: number[] = [];
  for (let index = 0; index < calls; index++) {
    const began = performance.now();
    await meter.call(`run ${index % 10}`);
    took.push(performance.now() - began);
  }
  return quantile(took.slice(Math.floor(calls * 0.3)), 0.5);
}

async function sqliteRace(database: Database, calls: number): Promise<void> {
  await using kept = database;
  await using meter = await openMeterCase(kept, { delayMs: 1, isMetered: true, shared: null });
  // Half of the calls fit: each takes 50 tokens and reserves more than 200.
  const limit = (calls * 50) / 2;
  await meter.set("race", { window: "total", tokens: limit });
  const watch = watchMost(kept);
  const began = performance.now();
  let made = 0;
  await Promise.all(
    Array.from({ length: 200 }, async (_, lane) => {
      for (let index = 0; index < calls / 200; index++) if (await meter.call(`run ${lane}`)) made++;
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  await tell(`SQLite, 200 runs in flight, ${calls} calls`, {
    database: kept,
    limit,
    made,
    seconds,
    most: await watch.end(),
  });
}

async function postgresRace(url: string, calls: number): Promise<void> {
  const [processes, lanes] = [4, 25];
  await using database = await openPostgres({ url, schema });
  await using meter = await openMeterCase(database, { delayMs: 1, isMetered: true, shared: { url, schema } });
  const limit = (calls * 50) / 2;
  await meter.set("race", { window: "total", tokens: limit });
  const watch = watchMost(database);
  const began = performance.now();
  const each = String(Math.ceil(calls / processes / lanes));
  const results = await Promise.all(Array.from({ length: processes }, () => racer([url, schema, String(lanes), each])));
  const seconds = (performance.now() - began) / 1_000;
  const made = results.reduce((sum, result) => sum + result.made, 0);
  const what = `Postgres, ${processes} processes with ${lanes} runs each, ${calls} calls (with their start)`;
  await tell(what, { database, limit, made, seconds, most: await watch.end() });
}

function racer(words: readonly string[]): Promise<{ made: number; refused: number }> {
  const file = fileURLToPath(new URL("racer.ts", import.meta.url));
  const child = spawn(process.execPath, [file, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  const { promise, resolve, reject } = Promise.withResolvers<{ made: number; refused: number }>();
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (said += piece));
  child.once("close", (code) =>
    code === 0
      ? resolve(JSON.parse(said) as { made: number; refused: number })
      : reject(new Error(`a racer ended with ${code}`)),
  );
  return promise;
}

interface Race {
  readonly database: Database;
  readonly limit: number;
  readonly made: number;
  readonly seconds: number;
  readonly most: number;
}

async function tell(what: string, { database, limit, made, seconds, most }: Race): Promise<void> {
  const window = await read(database, "select used, reserved from cost_windows");
  const ledger = await read(database, "select sum(charged_tokens) as tokens, count(*) as calls from cost_calls");
  const isKept =
    most <= limit && Number(window["used"]) <= limit && Number(ledger["tokens"]) === Number(window["used"]);
  say(
    `${what}: ${made} made in ${seconds.toFixed(1)} s (${Math.round(made / seconds)}/s); used ${window["used"]} of ${limit} tokens, ` +
      `never more than ${most} taken at once, ${window["reserved"]} still reserved: ${isKept ? "kept" : "NOT KEPT"}`,
  );
}

/** Looks at what is used and reserved, as often as it gets to. */
function watchMost(database: Database): { end(): Promise<number> } {
  let most = 0;
  let isOver = false;
  const look = async (): Promise<void> => {
    while (!isOver) {
      const row = await read(database, "select max(used + reserved) as taken from cost_windows");
      most = Math.max(most, Number(row["taken"] ?? 0));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const looking = look();
  return {
    async end() {
      isOver = true;
      await looking;
      return most;
    },
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const text = (ms: number): string => ms.toFixed(3);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
