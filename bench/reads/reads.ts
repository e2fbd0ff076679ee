// npm run bench reads: how long what people look at takes, with many runs stored.
import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import type { AnyOperation } from "../../src/core/operation.ts";
import { contextReader } from "../../src/engine/agent/agent-context.ts";
import { flowFigures } from "../../src/engine/read/flow-figure.ts";
import { createReadOperations } from "../../src/engine/read/operations.ts";
import { noReadPorts } from "../../src/engine/read/port.ts";
import { createRunStore } from "../../src/engine/run-store.ts";
import { tableBlobs } from "../../src/storage/blob.ts";
import type { Database } from "../../src/storage/database.ts";
import { createPayloads } from "../../src/storage/payload.ts";
import { openPostgres } from "../../src/storage/postgres.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { DataFolder } from "../data-folder.ts";
import { openScratchPostgres } from "../scratch-postgres.ts";
import { storeRuns, type Stored } from "./stored-runs.ts";

interface Size {
  readonly runs: number;
  readonly steps: number;
  readonly rounds: number;
}

export async function runReadsBench(words: readonly string[]): Promise<number> {
  const size: Size = words.includes("--quick")
    ? { runs: 2_000, steps: 500, rounds: 3 }
    : { runs: 100_000, steps: 10_000, rounds: 30 };
  using data = new DataFolder();
  await measure("SQLite", openSqlite({ path: join(data.make(), "reads.db") }), size);
  const server = process.env["TUTTI_BENCH_POSTGRES"] ?? process.env["TUTTI_TEST_POSTGRES"];
  if (!server) {
    say("Postgres: left out, as TUTTI_BENCH_POSTGRES is not set");
    return 0;
  }
  await using scratch = await openScratchPostgres(server);
  await measure("Postgres", await openPostgres({ url: scratch.url, schema: "reads" }), size);
  return 0;
}

async function measure(name: string, opened: Database, size: Size): Promise<void> {
  await using database = opened;
  const stored = await storeRuns(database, size);
  say(
    `\n${name}: ${size.runs} runs, one of ${size.steps} steps, ${size.rounds} rounds; milliseconds (CPU: of this process, for each round)`,
  );
  for (const [what, work] of Object.entries(looks(database, stored))) {
    const took: number[] = [];
    const cpu = process.cpuUsage();
    for (let round = 0; round < size.rounds; round++) {
      const began = performance.now();
      await work();
      took.push(performance.now() - began);
    }
    const { user, system } = process.cpuUsage(cpu);
    const busyMs = (user + system) / 1_000 / size.rounds;
    say(
      `${what.padEnd(44)} p50 ${text(quantile(took, 0.5))}  p95 ${text(quantile(took, 0.95))}  best ${text(quantile(took, 0))}  CPU ${text(busyMs)}`,
    );
  }
}

function looks(database: Database, { long, some }: Stored): Record<string, () => Promise<unknown>> {
  const payloads = createPayloads(tableBlobs(database));
  const store = createRunStore(database, payloads);
  const operations = createReadOperations({
    ...noReadPorts,
    database,
    payloads,
    clock: systemClock,
    context: contextReader({ store, payloads }),
    run: store.run,
    openCalls: () => null,
  });
  const call = (name: string, input: object) => (): Promise<unknown> => callOf(operations, name, input);
  const list = (query: string) => [`run.list ${query}`, call("run.list", { query })] as const;
  const queries = [
    "",
    "status:failed",
    "status:waiting",
    "status:failed,waiting flow:flow-3",
    "-status:succeeded",
    "status:running",
    "flow:flow-3",
    "flow:none",
    "error:ECONNREFUSED",
    "error:nowhere",
    "model:qwen",
    "model:none",
    "trigger:schedule",
    "trigger:http",
    "since:24h status:failed",
    "until:29d",
    "id:run_3k",
    "waiting:review",
    "circles",
    "nothing-like-it",
    "flow:flow-3 model:qwen -status:succeeded",
  ];
  return {
    ...Object.fromEntries(queries.map(list)),
    "run.list, the 1,000th page": call("run.list", { before: some[0] ?? "", limit: 1_000 }),
    "run.stats 24h": call("run.stats", {}),
    "run.stats 30d by day": call("run.stats", { since: "30d", bucket: "1d" }),
    "run.stats 30d by day, flow:flow-3": call("run.stats", { since: "30d", bucket: "1d", query: "flow:flow-3" }),
    "run.errors 7d": call("run.errors", {}),
    "run.errors 30d": call("run.errors", { since: "30d" }),
    "run.timeline": call("run.timeline", { id: long }),
    "run.timeline after the last row": call("run.timeline", { id: long, after: 9_999 }),
    "run.step": call("run.step", { id: long, key: "each[100]/part 2" }),
    "run.compare with itself": call("run.compare", { a: long, b: long }),
    "flow.inputs": call("flow.inputs", { name: "flow-3" }),
    "flow.list's figures, 17 flows": () =>
      flowFigures(
        { database, clock: systemClock },
        Array.from({ length: 17 }, (_none, index) => `flow-${index}`),
      ),
  };
}

async function callOf(operations: readonly AnyOperation[], name: string, input: object): Promise<unknown> {
  const found = operations.find((operation) => operation.name === name);
  if (!found) throw new Error(`no operation ${name}`);
  return await found.handle(found.input.parse(input) as never, {
    signal: new AbortController().signal,
    caller: "bench",
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const text = (ms: number): string => ms.toFixed(1).padStart(7);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
