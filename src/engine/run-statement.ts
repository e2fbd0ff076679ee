import { sql, type Kysely } from "kysely";
import type { Database } from "../storage/database.ts";
import type { Statement } from "../core/statement.ts";
import { prepare } from "../storage/prepared.ts";
import type { EngineTables, JournalTable, RunTable } from "./run-table.ts";

export interface Holder {
  readonly id: string;
  readonly epoch: number;
  readonly owner: string;
}

export interface Settlement {
  readonly run: string;
  readonly key: string;
  readonly status: string;
  readonly result: string | null;
  readonly failure: string | null;
  readonly at: number;
}

type Runs = Kysely<EngineTables>;

/** A run that something has happened to: one more wake, and queued if it was parked. Returns it as `woken`. */
const woken = {
  wake: sql<number>`wake + 1`,
  status: sql<string>`case when status = 'waiting' then 'queued' else status end`,
};
const wokenColumns = ["id as woken", "status as woken_status"] as const;

/** Every write of the engine, as statements for a batch. Those that take a `Holder` are fenced by owner and epoch. */
export type RunStatements = ReturnType<typeof createRunStatements>;

export function createRunStatements(database: Database) {
  const build = database.build as unknown as Runs;
  return {
    ...heldStatements(build),
    ...waitStatements(build),
    ...controlStatements(build),
    ...processStatements(build),
  };
}

function heldStatements(build: Runs) {
  const insertRow = prepare<JournalTable>((slot) =>
    build.insertInto("journal").values({
      run_id: slot("run_id"),
      seq: slot("seq"),
      key: slot("key"),
      scope: slot("scope"),
      kind: slot("kind"),
      name: slot("name"),
      status: slot("status"),
      hash: slot("hash"),
      input: slot("input"),
      result: slot("result"),
      failure: slot("failure"),
      skipped: slot("skipped"),
      usage: slot("usage"),
      attempts: slot("attempts"),
      started_at: slot("started_at"),
      finished_at: slot("finished_at"),
    }),
  );
  const insertRun = prepare<RunTable>((slot) =>
    build
      .insertInto("runs")
      .values({
        id: slot("id"),
        flow: slot("flow"),
        status: slot("status"),
        input: slot("input"),
        output: null,
        failure: null,
        abandoned: null,
        seed: slot("seed"),
        priority: slot("priority"),
        created_at: slot("created_at"),
        started_at: slot("started_at"),
        finished_at: null,
        deadline_at: slot("deadline_at"),
        due_at: null,
        owner: slot("owner"),
        epoch: slot("epoch"),
        wake: 0,
        seq: slot("seq"),
        deaths: 0,
        cancel_at: null,
        cancel_reason: null,
        pause_at: null,
        parent_run: slot("parent_run"),
        parent_key: slot("parent_key"),
        forked_from: slot("forked_from"),
        usage: slot("usage"),
      })
      .returning(wokenColumns),
  );
  // `wake` is given only where the write is good only for what has been read; else any count will do.
  const fence = prepare<Holder & { seq: number; usage: string | null }>(
    (slot) =>
      build
        .updateTable("runs")
        .set({ seq: slot("seq"), deaths: 0, usage: slot("usage") })
        .where("id", "=", slot("id"))
        .where("epoch", "=", slot("epoch"))
        .where("owner", "=", slot("owner")),
    { guard: true },
  );
  const fenceWake = prepare<Holder & { seq: number; usage: string | null; wake: number }>(
    (slot) =>
      build
        .updateTable("runs")
        .set({ seq: slot("seq"), deaths: 0, usage: slot("usage") })
        .where("id", "=", slot("id"))
        .where("epoch", "=", slot("epoch"))
        .where("owner", "=", slot("owner"))
        .where("wake", "=", slot("wake")),
    { guard: true },
  );
  const end = prepare<
    Holder & {
      status: string;
      output: string | null;
      failure: string | null;
      abandoned: string | null;
      at: number;
      usage: string | null;
    }
  >(
    (slot) =>
      build
        .updateTable("runs")
        .set({
          status: slot("status"),
          output: slot("output"),
          failure: slot("failure"),
          abandoned: slot("abandoned"),
          finished_at: slot("at"),
          usage: slot("usage"),
          owner: null,
          due_at: null,
          pause_at: null,
        })
        .where("id", "=", slot("id"))
        .where("epoch", "=", slot("epoch"))
        .where("owner", "=", slot("owner")),
    { guard: true },
  );
  const park = prepare<Holder & { wake: number; due: number | null }>(
    (slot) =>
      build
        .updateTable("runs")
        .set({ status: "waiting", owner: null, deaths: 0, due_at: slot("due") })
        .where("id", "=", slot("id"))
        .where("epoch", "=", slot("epoch"))
        .where("owner", "=", slot("owner"))
        .where("wake", "=", slot("wake")),
    { guard: true },
  );
  const pause = prepare<Holder & { failure: string | null }>(
    (slot) =>
      build
        .updateTable("runs")
        .set({ status: "paused", owner: null, deaths: 0, failure: slot("failure"), pause_at: null })
        .where("id", "=", slot("id"))
        .where("epoch", "=", slot("epoch"))
        .where("owner", "=", slot("owner")),
    { guard: true },
  );
  const handBack = prepare<Holder>(
    (slot) =>
      build
        .updateTable("runs")
        .set({ status: "queued", owner: null, deaths: 0 })
        .where("id", "=", slot("id"))
        .where("epoch", "=", slot("epoch"))
        .where("owner", "=", slot("owner")),
    { guard: true },
  );
  return { insertRow, insertRun, fence, fenceWake, end, park, pause, handBack };
}

function waitStatements(build: Runs) {
  const open = prepare<{
    run: string;
    key: string;
    kind: string;
    name: string;
    hash: string | null;
    input: string | null;
    event: string | null;
    at: number;
    due: number | null;
  }>((slot) =>
    build.insertInto("openings").values({
      run_id: slot("run"),
      key: slot("key"),
      kind: slot("kind"),
      name: slot("name"),
      hash: slot("hash"),
      input: slot("input"),
      event: slot("event"),
      opened_at: slot("at"),
      due_at: slot("due"),
      settled_at: null,
      status: null,
      result: null,
      failure: null,
    }),
  );
  const wake = prepare<{ id: string }>((slot) =>
    build.updateTable("runs").set(woken).where("id", "=", slot("id")).returning(wokenColumns),
  );
  const settleOpening = prepare<Settlement>((slot) =>
    build
      .updateTable("openings")
      .set({ settled_at: slot("at"), status: slot("status"), result: slot("result"), failure: slot("failure") })
      .where("run_id", "=", slot("run"))
      .where("key", "=", slot("key"))
      .where("settled_at", "is", null),
  );
  const closeOpening = prepare<{ run: string; key: string }>((slot) =>
    build.deleteFrom("openings").where("run_id", "=", slot("run")).where("key", "=", slot("key")),
  );
  const closeAllOpenings = prepare<{ run: string }>((slot) =>
    build.deleteFrom("openings").where("run_id", "=", slot("run")),
  );
  return { open, wake, settleOpening, closeOpening, closeAllOpenings, ...signalStatements(build) };
}

/** An event is taken once, by the oldest open wait of its name; one that nobody waits for is kept as a signal. */
function signalStatements(build: Runs) {
  const putSignal = prepare<{ name: string; payload: string | null; at: number }>((slot) =>
    build.insertInto("signals").values({ name: slot("name"), payload: slot("payload"), created_at: slot("at") }),
  );
  const taker = (name: never) =>
    build
      .selectFrom("openings")
      .select("id")
      .where("event", "=", name)
      .where("settled_at", "is", null)
      .orderBy("id")
      .limit(1);
  const oldest = (name: never) => build.selectFrom("signals").where("name", "=", name).orderBy("id").limit(1);
  const take = prepare<{ name: string; at: number }>((slot) =>
    build
      .updateTable("openings")
      .set({
        settled_at: slot("at"),
        status: "succeeded",
        signal_id: oldest(slot("name")).select("id"),
        result: oldest(slot("name")).select("payload"),
      })
      .where("id", "=", taker(slot("name")))
      .where((where) => where.exists(oldest(slot("name")).select("id"))),
  );
  const wakeTaker = prepare<{ name: string }>((slot) =>
    build
      .updateTable("runs")
      .set(woken)
      .where(
        "id",
        "in",
        build
          .selectFrom("openings")
          .innerJoin("signals", "signals.id", "openings.signal_id")
          .select("run_id")
          .where("event", "=", slot("name")),
      )
      .returning(wokenColumns),
  );
  const dropTaken = prepare<{ name: string }>((slot) =>
    build
      .deleteFrom("signals")
      .where("name", "=", slot("name"))
      .where(
        "id",
        "in",
        build
          .selectFrom("openings")
          .select("signal_id")
          .where("event", "=", slot("name"))
          .where("signal_id", "is not", null)
          .$castTo<{ signal_id: number }>(),
      ),
  );
  /** Gives the oldest kept event of a name to the oldest open wait for it, if there are both. */
  const matchSignal = (name: string, at: number): Statement[] => [
    take({ name, at }),
    wakeTaker({ name }),
    dropTaken({ name }),
  ];
  return { putSignal, matchSignal, ...returnStatements(build) };
}

function returnStatements(build: Runs) {
  // What a wait took and its run never saw goes back to its old place before the wait is deleted.
  const returnSignal = prepare<{ run: string; key: string }>((slot) =>
    build
      .insertInto("signals")
      .columns(["id", "name", "payload", "created_at"])
      .expression(
        build
          .selectFrom("openings")
          .select([
            "signal_id as id",
            sql<string>`event`.as("name"),
            "result as payload",
            sql<number>`settled_at`.as("created_at"),
          ])
          .where("run_id", "=", slot("run"))
          .where("key", "=", slot("key"))
          .where("signal_id", "is not", null),
      ),
  );
  return { returnSignal };
}

function controlStatements(build: Runs) {
  const claim = prepare<{ id: string; owner: string; at: number }>(
    (slot) =>
      build
        .updateTable("runs")
        .set({
          status: "running",
          owner: slot("owner"),
          epoch: sql<number>`epoch + 1`,
          started_at: sql<number>`coalesce(started_at, ${slot("at")})`,
        })
        .where("id", "=", slot("id"))
        .where("status", "=", "queued")
        .returningAll(),
    { guard: true },
  );
  const die = prepare<{ owner: string }>((slot) =>
    build
      .updateTable("runs")
      .set({ status: "queued", owner: null, deaths: sql<number>`deaths + 1` })
      .where("owner", "=", slot("owner"))
      .where("status", "=", "running")
      .returning(["id as woken", "status as woken_status"]),
  );
  const wakeDue = prepare<{ now: number }>((slot) =>
    build
      .updateTable("runs")
      .set(woken)
      .where("status", "=", "waiting")
      .where("due_at", "<=", slot("now"))
      .returning(wokenColumns),
  );
  const open = ["queued", "running", "waiting", "paused"] as const;
  const requestCancel = prepare<{ id: string; at: number; reason: string | null }>((slot) =>
    build
      .updateTable("runs")
      .set({
        cancel_at: slot("at"),
        cancel_reason: slot("reason"),
        wake: sql<number>`wake + 1`,
        status: sql<string>`case when status in ('waiting', 'paused') then 'queued' else status end`,
        pause_at: null,
      })
      .where("id", "=", slot("id"))
      .where("status", "in", open)
      .where("cancel_at", "is", null)
      .returning(wokenColumns),
  );
  const cancelChildren = prepare<{ parent: string; at: number }>((slot) =>
    build
      .updateTable("runs")
      .set({
        cancel_at: slot("at"),
        cancel_reason: "the parent run ended",
        wake: sql<number>`wake + 1`,
        status: sql<string>`case when status in ('waiting', 'paused') then 'queued' else status end`,
      })
      .where("parent_run", "=", slot("parent"))
      .where("status", "in", open)
      .where("cancel_at", "is", null)
      .returning(wokenColumns),
  );
  const requestPause = prepare<{ id: string; at: number }>((slot) =>
    build
      .updateTable("runs")
      .set({
        pause_at: slot("at"),
        wake: sql<number>`wake + 1`,
        status: sql<string>`case when status in ('queued', 'waiting') then 'paused' else status end`,
      })
      .where("id", "=", slot("id"))
      .where("status", "in", ["queued", "running", "waiting"])
      .returning(wokenColumns),
  );
  const resume = prepare<{ id: string }>(
    (slot) =>
      build
        .updateTable("runs")
        .set({ status: "queued", deaths: 0, failure: null, pause_at: null })
        .where("id", "=", slot("id"))
        .where("status", "=", "paused")
        .returning(wokenColumns),
    { guard: true },
  );
  return { claim, die, wakeDue, requestCancel, cancelChildren, requestPause, resume };
}

function processStatements(build: Runs) {
  const trackProcess = prepare<{ run: string; key: string; pid: number; started: string }>((slot) =>
    build
      .insertInto("processes")
      .values({ run_id: slot("run"), key: slot("key"), pid: slot("pid"), started: slot("started") })
      .onConflict((conflict) =>
        conflict.columns(["run_id", "key"]).doUpdateSet({ pid: slot("pid"), started: slot("started") }),
      ),
  );
  const forgetProcess = prepare<{ run: string; key: string }>((slot) =>
    build.deleteFrom("processes").where("run_id", "=", slot("run")).where("key", "=", slot("key")),
  );
  return { trackProcess, forgetProcess };
}
