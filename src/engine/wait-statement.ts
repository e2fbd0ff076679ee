import { sql } from "kysely";
import type { Statement } from "../core/statement.ts";
import { prepare } from "../storage/prepared.ts";
import type { Settlement } from "./woken.ts";
import { advisoryLock, woken, wokenColumns, type Runs } from "./woken.ts";

/** Opening, settling and closing waits, and the events that settle them. */
export function waitStatements(build: Runs, hasSharedWriters: boolean) {
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
  return {
    open,
    wake,
    settleOpening,
    closeOpening,
    ...releaseStatements(build),
    ...signalStatements(build, hasSharedWriters),
  };
}

function releaseStatements(build: Runs) {
  // A step that must not repeat: released by a human to run once more, then marked as begun again.
  const releaseOpening = prepare<{ run: string; key: string }>((slot) =>
    build
      .updateTable("openings")
      .set({ status: "released" })
      .where("run_id", "=", slot("run"))
      .where("key", "=", slot("key"))
      .where("settled_at", "is", null),
  );
  const reopen = prepare<{ run: string; key: string; at: number }>((slot) =>
    build
      .updateTable("openings")
      .set({ status: null, opened_at: slot("at") })
      .where("run_id", "=", slot("run"))
      .where("key", "=", slot("key")),
  );
  return { releaseOpening, reopen };
}

/** An event is taken once, by the oldest open wait of its name; one that nobody waits for is kept as a signal. */
function signalStatements(build: Runs, hasSharedWriters: boolean) {
  return { ...putStatements(build), ...takeStatements(build, hasSharedWriters), ...returnStatements(build) };
}

function putStatements(build: Runs) {
  const putSignal = prepare<{ name: string; payload: string | null; at: number }>((slot) =>
    build.insertInto("signals").values({ name: slot("name"), payload: slot("payload"), created_at: slot("at") }),
  );
  return { putSignal };
}

function takeStatements(build: Runs, hasSharedWriters: boolean) {
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
    // Where several processes write, an emitter and an opener that do not see each other's rows yet would miss each other.
    ...(hasSharedWriters ? [advisoryLock(name)] : []),
    take({ name, at }),
    wakeTaker({ name }),
    dropTaken({ name }),
  ];
  return { matchSignal };
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
