import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Clock } from "../../src/core/clock.ts";
import { runTimeStart } from "../../src/core/id.ts";
import type { Log } from "../../src/core/log.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Retained } from "../../src/core/retained.ts";
import { retainedRuns } from "../../src/engine/retention/retained-runs.ts";
import type { Runs } from "../../src/engine/woken.ts";
import { retainedEvents } from "../../src/events/retained-events.ts";
import { fileBlobs } from "../../src/storage/blob.ts";
import { createBlobGarbage } from "../../src/storage/blob-garbage.ts";
import { fileBlobShelf } from "../../src/storage/blob-shelf.ts";
import type { Database } from "../../src/storage/database.ts";
import { openHome, type Home } from "../../src/storage/home.ts";
import { createKeeper, type Keeper, type Pruned } from "../../src/storage/keeper.ts";
import { createPayloads } from "../../src/storage/payload.ts";
import { measureUsage, type Usage } from "../../src/storage/usage.ts";
import { openMigrated } from "../support/engine.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const capBytes = 5_000_000;

interface Place extends AsyncDisposable {
  readonly database: Database;
  readonly keeper: Keeper;
  readonly kinds: readonly Retained[];
  readonly pruned: Pruned[];
  readonly told: string[];
  now: number;
  usage(): Promise<Usage>;
  count(table: string): Promise<number>;
  /** Runs of that day, each with a step that takes some kilobytes, and what the log says of them. */
  work(day: number, runs: number, status?: string): Promise<void>;
}

/** What the cap over all data promises on any database. */
export function capContract(
  name: string,
  open: (home: Home) => Promise<Database>,
  options: { readonly skip?: string | false } = {},
): void {
  describe(`the cap on ${name}`, options, () => {
    test("a week of load ends below the cap, with the newest runs there and the log pruned before them", async () => {
      await using place = await openPlace(open);
      for (let day = 0; day < 7; day++) {
        await place.work(day, 300);
        await place.keeper.keep(AbortSignal.timeout(60_000));
        const { used } = await place.usage();
        assert.ok(used <= capBytes, `day ${day} ends with ${used} bytes`);
      }
      const newest = await place.count("runs where created_at >= 518400000");
      assert.equal(newest, 300, "all runs of the last day");
      assert.ok((await place.count("runs")) > 300);
      const order = [...new Set(place.pruned.filter(({ count }) => count > 0).map((one) => one.name))];
      assert.deepEqual(order, ["events", "runs"]);
      assert.deepEqual(place.told, []);
    });

    test("what is still open stays, however large it is, and that is said once", async () => {
      await using place = await openPlace(open);
      await place.work(0, 1_600, "waiting");
      place.now = 3 * dayMs;
      for (let turn = 0; turn < 3; turn++) await place.keeper.keep(AbortSignal.timeout(60_000));
      assert.equal(await place.count("runs"), 1_600);
      assert.equal(place.told.length, 1);
      assert.match(place.told[0] ?? "", /may take 5 MB: what is left is at work.*database \d+ MB/s);
    });

    test("below the cap only age counts", async () => {
      await using place = await openPlace(open);
      await place.work(0, 10);
      await place.work(20, 10);
      place.now = 35 * dayMs;
      await place.keeper.keep(AbortSignal.timeout(60_000));
      assert.equal(await place.count("runs"), 10);
      assert.deepEqual(
        place.pruned.filter(({ name: what }) => what === "runs"),
        [{ name: "runs", count: 10 }],
      );
    });
  });
}

async function openPlace(open: (home: Home) => Promise<Database>): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "tutti-cap-"));
  const home = openHome(folder, undefined);
  const database = await openMigrated(await open(home));
  const [pruned, told]: [Pruned[], string[]] = [[], []];
  const place = { now: 0 };
  const clock: Clock = { now: () => place.now, after: (_delayMs, fire) => (setImmediate(fire), () => undefined) };
  const garbage = createBlobGarbage({
    shelf: fileBlobShelf(home.tenant("default").blobs, clock),
    clock,
    holders: () => [],
  });
  const build = database.build as unknown as Runs;
  const kinds: Retained[] = [
    retainedEvents({ database, slowest: () => null, keepMs: 30 * dayMs }),
    retainedRuns({
      database,
      build,
      payloads: createPayloads(fileBlobs(home.tenant("default").blobs)),
      keepMs: 30 * dayMs,
      forget: () => [],
      released: (columns) => garbage.offer(columns),
    }),
  ];
  const log: Log = { ...silentLog, warn: (_event, fields) => void told.push(String(fields?.["message"])) };
  const usage = (): Promise<Usage> => measureUsage(home, database);
  const keeper = createKeeper({
    database,
    settings: { cap: capBytes },
    kinds: () => kinds,
    garbage,
    usage,
    clock,
    log,
    counted: (one) => void pruned.push(one),
  });
  return Object.assign(place, {
    database,
    keeper,
    kinds,
    pruned,
    told,
    usage,
    async count(table: string) {
      const rows = await database.read({
        sql: `select count(*) as count from ${table}`,
        parameters: [],
        query: { kind: "RawNode" },
      } as never);
      return (rows[0] as { count: number }).count;
    },
    async work(day: number, runs: number, status = "succeeded") {
      place.now = (day + 1) * dayMs;
      await store(database, { day, runs, status });
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

/** Text that Postgres cannot make smaller. */
function noise(length: number): string {
  return randomBytes(length).toString("base64url").slice(0, length);
}

async function store(database: Database, { day, runs, status }: { day: number; runs: number; status: string }) {
  const build = database.build as never as Runs;
  const events = build as never as {
    insertInto(table: "events"): {
      values(row: object): { compile(): { sql: string; parameters: readonly unknown[] } };
    };
  };
  for (let index = 0; index < runs; index++) {
    const at = day * dayMs + Math.floor((index / runs) * (dayMs - hourMs));
    const id = `${runTimeStart(at)}${String(index).padStart(6, "0")}`;
    const common = {
      id,
      flow: "load",
      status,
      input: null,
      seed: 1,
      priority: 0,
      created_at: at,
      epoch: 1,
      wake: 0,
      seq: 0,
      deaths: 0,
    };
    const step = {
      run_id: id,
      seq: 1,
      key: "a",
      kind: "run",
      name: "a",
      status,
      result: JSON.stringify(noise(3_000)),
      attempts: 1,
    };
    const told = { type: "tutti.run.succeeded", subject: id, time: at, data: JSON.stringify({ text: noise(500) }) };
    const queries = [
      build.insertInto("runs").values({ ...common, finished_at: status === "waiting" ? null : at }),
      build.insertInto("journal").values({ ...step, finished_at: at }),
      events.insertInto("events").values(told),
    ];
    await database.write(queries.map((query) => query.compile() as never));
  }
}
