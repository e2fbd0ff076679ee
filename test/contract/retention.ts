import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compareRuns } from "../../src/engine/read/run-compare.ts";
import type { Database } from "../../src/storage/database.ts";
import { testFlow } from "../support/engine.ts";
import { collecting, hourMs, openRetention, pruning, type RetentionCase } from "./retention-case.ts";

const ended = ["succeeded", "failed", "cancelled"];

/** What pruning promises of runs on any database. */
export function retentionContract(
  name: string,
  open: () => Promise<Database>,
  { graphs, ...options }: { readonly graphs: readonly number[]; readonly skip?: string | false },
): void {
  describe(`pruning of runs on ${name}`, options, () => {
    for (const seed of graphs) {
      test(`takes old families whole and leaves every other run as it was (graph ${seed})`, async () => {
        await using place = await openRetention(await open(), seed);
        await grow(place, 24);
        const before = place.clock.now() - 6 * hourMs;
        const wanted = await oldFamilies(place, before);
        assert.ok(wanted.size > 3, "the graph has something to prune");
        const all = await idsOf(place);
        // A step that was cut off may have stored what no row came to name: that goes with the next look at all blobs.
        const unnamed = await unnamedBlobs(place);
        const told = await place.runs.preview?.(pruning(before));
        assert.equal(await place.runs.prune(pruning(before)), wanted.size);
        await place.garbage.collect(collecting);
        assert.equal(told?.count, wanted.size);
        assert.deepEqual(await idsOf(place), all.difference(wanted));
        await everythingIsWhole(place, { garbage: unnamed });
        await allCanGoOn(place);
      });
    }

    test("goes on where a process was ended in the middle of it, and leaves every run whole at every moment", async () => {
      await using place = await openRetention(await open());
      await grow(place, 12);
      const before = place.clock.now();
      for (let isMore = true; isMore;) {
        // The first transaction is done; what comes after it never happens, as with a killed process.
        const killed = new AbortController();
        const pause = async (): Promise<void> => killed.abort();
        isMore = (await place.runs.prune({ before, signal: killed.signal, pause })) > 0;
        await everythingIsWhole(place, { garbage: "any" });
      }
      await place.garbage.collect({ ...collecting, whole: true });
      await everythingIsWhole(place);
    });

    test("takes a run with more steps than a transaction may have, also where it is ended in between", async () => {
      await using place = await openRetention(await open());
      const id = await longRun(place, 700);
      const controller = new AbortController();
      const pause = async (): Promise<void> => controller.abort();
      const before = place.clock.now();
      await place.runs.prune({ before, signal: controller.signal, pause });
      assert.deepEqual(await place.rows("select run_id from run_remains"), [{ run_id: id }]);
      await place.runs.prune(pruning(before));
      assert.deepEqual(await place.rows("select run_id from journal union select run_id from run_remains"), []);
    });

    test("leaves what a fork in work may still take, and refuses a fork of what is gone", async () => {
      await using place = await openRetention(await open());
      const origin = await place.start("gate", { text: "a", event: "once" });
      await place.until(origin, "waiting");
      await place.control.emit("once", null);
      await place.until(origin, "succeeded");
      const fork = await place.control.fork(origin, "gate");
      await place.until(fork, "waiting");
      place.clock.move(2 * hourMs);
      assert.equal(await place.runs.prune(pruning(place.clock.now())), 0);
      await place.control.emit("once", null);
      await place.until(fork, "succeeded");
      place.clock.move(hourMs);
      assert.equal(await place.runs.prune(pruning(place.clock.now())), 2);
      await assert.rejects(place.control.fork(origin, "gate"), { code: "run.missing" });
    });
  });
}

/** Runs of all kinds over some hours: families, forks, retries, questions; some are left open. */
export async function grow(place: RetentionCase, count: number): Promise<void> {
  const { random, clock, control } = place;
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] ?? assert.fail();
  const text = (): string => pick(["same", "other", "third"]);
  for (let made = 0; made < count; made++) {
    clock.move(Math.round(hourMs * random()));
    const kind = pick(["leaf", "gate", "parent", "asks", "fails", "fork", "retry", "open parent"]);
    if (kind === "fork" || kind === "retry") {
      await again(place, kind);
      continue;
    }
    // Each waits for an event of its own: one that is sent to another would be taken by a fork.
    const event = kind === "open parent" || kind === "gate" ? `event ${made}` : "";
    const input = { text: text(), event, depth: Math.floor(random() * 3) };
    const id = await place.start(kind === "open parent" ? "parent" : kind, input);
    const run = await place.until(id, ...ended, "waiting");
    if (run.status !== "waiting") continue;
    if (kind === "asks" && random() < 0.6) await place.decide(id);
    else if (kind === "gate" && random() < 0.6) await control.emit(event, large());
    else if (random() < 0.3) await control.cancel(id, "enough");
    else continue;
    await place.until(id, ...ended);
  }
  await place.worker.whenIdle();
  // A child may have been woken by another's end just now.
  for (;;) {
    const [open] = await place.rows("select id from runs where status in ('queued', 'running') limit 1");
    if (!open) return;
    await place.until(String(open["id"]), ...ended, "waiting", "paused");
  }
}

const large = (): string => "payload".repeat(1_000);

async function again(place: RetentionCase, kind: "fork" | "retry"): Promise<void> {
  const [row] = await place.rows(
    kind === "retry"
      ? "select id from runs where status = 'failed' and flow = 'fails' order by id desc limit 1"
      : "select id from runs where status = 'succeeded' and flow = 'gate' order by id limit 1",
  );
  if (!row) return;
  const id = String(row["id"]);
  const made = kind === "retry" ? await place.control.retry(id) : await place.control.fork(id, "gate");
  await place.until(made, ...ended, "waiting");
}

interface Known {
  readonly id: string;
  readonly parent_run: string | null;
  readonly forked_from: string | null;
  readonly finished_at: number | null;
}

/** By the whole graph at once, which the product never has in its hands. */
async function oldFamilies(place: RetentionCase, before: number): Promise<Set<string>> {
  const runs = (await place.rows("select id, parent_run, forked_from, finished_at from runs")) as unknown as Known[];
  const byId = new Map(runs.map((run) => [run.id, run]));
  const rootOf = (run: Known): string => {
    const above = run.parent_run === null ? undefined : byId.get(run.parent_run);
    return above ? rootOf(above) : run.id;
  };
  const needed = new Set(
    runs.flatMap((run) => (run.finished_at === null && run.forked_from ? [run.forked_from.split("@")[0]] : [])),
  );
  const families = Map.groupBy(runs, rootOf);
  const isOld = (run: Known): boolean => run.finished_at !== null && run.finished_at < before && !needed.has(run.id);
  const old = [...families.values()].filter((family) => family.every(isOld));
  return new Set(old.flat().map(({ id }) => id));
}

async function idsOf(place: RetentionCase): Promise<Set<string>> {
  return new Set((await place.rows("select id from runs order by id")).map(({ id }) => String(id)));
}

const owned = [
  ["journal", "run_id"],
  ["openings", "run_id"],
  ["processes", "run_id"],
  ["review_waits", "run_id"],
  ["schedule_fires", "run_id"],
  ["cost_pauses", "run"],
] as const;

interface Expected {
  readonly garbage?: ReadonlySet<string> | "any";
}

export async function everythingIsWhole(place: RetentionCase, { garbage = new Set() }: Expected = {}): Promise<void> {
  for (const [table, column] of owned) {
    const orphans = await place.rows(
      `select ${column} from ${table} where ${column} not in (select id from runs) and ${column} not in (select run_id from run_remains)`,
    );
    assert.deepEqual(orphans, [], `${table} has rows of runs that are gone`);
  }
  const undecided = "select id from reviews where status <> 'approved' and run_id not in (select id from runs)";
  assert.deepEqual(await place.rows(undecided), [], "a question of a run that is gone");
  const [named, stored] = [await namedBlobs(place), await storedBlobs(place)];
  assert.deepEqual([...named.difference(stored)], [], "a row names a blob that is gone");
  if (garbage !== "any")
    assert.deepEqual([...stored.difference(named).difference(garbage)], [], "a blob that nobody names");
}

async function unnamedBlobs(place: RetentionCase): Promise<Set<string>> {
  return (await storedBlobs(place)).difference(await namedBlobs(place));
}

/** Of every column of every table, whatever the product believes where names of blobs may stand. */
async function namedBlobs(place: RetentionCase): Promise<Set<string>> {
  const tables = (await place.database.schemaText()).matchAll(/^create table (\w+)/gim);
  const names = new Set<string>();
  for (const [, table] of tables) {
    const values = (await place.rows(`select * from ${table}`)).flatMap((row) => Object.values(row));
    for (const value of values) if (/^@[0-9a-f]{64}$/.test(String(value))) names.add(String(value).slice(1));
  }
  return names;
}

async function storedBlobs(place: RetentionCase): Promise<Set<string>> {
  return new Set((await place.rows("select hash from blobs")).map(({ hash }) => String(hash)));
}

/** Every run that is left can be read, replayed and compared; open ones come to their end, and ended ones can be forked. */
async function allCanGoOn(place: RetentionCase): Promise<void> {
  const ids = [...(await idsOf(place))];
  for (const id of ids) {
    const run = await place.store.record(id);
    assert.deepEqual((await place.verify(id)).differences, [], `${run.flow} ${id}`);
    await compareRuns({ ...place, reviewsOf: async () => [] }, { a: id, b: ids[0] ?? id });
  }
  const waits = await place.rows("select event from openings where event is not null and settled_at is null");
  for (const { event } of waits) await place.control.emit(String(event), null);
  const gates = await place.rows("select id from runs where flow = 'gate'");
  for (const { id } of gates) await place.until(String(id), ...ended);
  for (const { id } of gates.slice(0, 2)) {
    if ((await place.store.run(String(id))).status !== "succeeded") continue;
    const fork = await place.control.fork(String(id), "last");
    assert.equal((await place.until(fork, ...ended)).status, "succeeded");
  }
}

async function longRun(place: RetentionCase, steps: number): Promise<string> {
  const flow = testFlow("long", async (step, input: { steps: number }) => {
    for (let at = 0; at < input.steps; at++) await step.run(`s${at}`, () => at);
  });
  const { id } = await place.run(flow, { steps });
  place.clock.move(hourMs);
  return id;
}
