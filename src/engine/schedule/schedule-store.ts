import type { EpochMs } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import type { Statement } from "../../core/statement.ts";
import { toStatement, type Database } from "../../storage/database.ts";
import { prepare } from "../../storage/prepared.ts";
import type { ScheduleBuild, ScheduleFireRow, ScheduleRow, ScheduleTable } from "./schedule-table.ts";

/** Reads of schedules and what became of their due times. */
export interface ScheduleStore {
  /** `schedule.missing` if there is none. */
  get(name: string): Promise<ScheduleRow>;
  find(name: string): Promise<ScheduleRow | null>;
  list(): Promise<ScheduleRow[]>;
  /** Those that are due, the longest first. */
  due(now: EpochMs, most: number): Promise<ScheduleRow[]>;
  nextAt(): Promise<EpochMs | null>;
  /** Those that have dealt with due times later than this: the clock was set back. */
  aheadOf(at: EpochMs): Promise<ScheduleRow[]>;
  /** Null where there is no such run any more. */
  runStatus(id: string): Promise<string | null>;
  /** Newest first. */
  fires(name: string, most: number): Promise<ScheduleFireRow[]>;
}

export function createScheduleStore(database: Database): ScheduleStore {
  const build = database.build as unknown as ScheduleBuild;
  const all = () => build.selectFrom("schedules").selectAll();
  const find = async (name: string): Promise<ScheduleRow | null> =>
    (await database.read(all().where("name", "=", name).compile()))[0] ?? null;
  return {
    find,
    get: async (name) => (await find(name)) ?? missingSchedule(name),
    list: () => database.read(all().orderBy("name").compile()),
    due: (now, most) => database.read(all().where("next_at", "<=", now).orderBy("next_at").limit(most).compile()),
    async nextAt() {
      const query = build.selectFrom("schedules").select((value) => value.fn.min("next_at").as("next"));
      return (await database.read(query.compile()))[0]?.next ?? null;
    },
    aheadOf: (at) => database.read(all().where("next_at", "is not", null).where("reckoned_at", ">", at).compile()),
    runStatus: async (id) => {
      const query = build.selectFrom("runs").select("status").where("id", "=", id);
      return (await database.read(query.compile()))[0]?.status ?? null;
    },
    fires: (name, most) =>
      database.read(
        build
          .selectFrom("schedule_fires")
          .selectAll()
          .where("schedule", "=", name)
          .orderBy("id", "desc")
          .limit(most)
          .compile(),
      ),
  };
}

function missingSchedule(name: string): never {
  throw new TuttiError("schedule.missing", `there is no schedule "${name}"`, {
    hint: "`tutti schedule list` shows those that there are.",
  });
}

/** What a row must still be for a change of it to count. */
interface Read {
  readonly name: string;
  readonly revision: number;
}

interface TurnWrite extends Read {
  readonly due: EpochMs;
  readonly next: EpochMs | null;
  readonly reckoned: EpochMs;
}

// For people who want to know why there was no run; the runs themselves are kept elsewhere.
const firesKept = 100;

export type ScheduleStatements = ReturnType<typeof createScheduleStatements>;

/** Every write of schedules. Those that change a row are guards: nothing of their batch is written if it is another by now. */
export function createScheduleStatements(database: Database) {
  const build = database.build as unknown as ScheduleBuild;
  return { ...definitionStatements(build), ...turnStatements(build), ...fireStatements(build) };
}

function definitionStatements(build: ScheduleBuild) {
  const insert = (row: ScheduleTable): Statement =>
    toStatement(
      build
        .insertInto("schedules")
        .values(row)
        .onConflict((conflict) => conflict.column("name").doNothing()),
      { guard: true },
    );
  const change = ({ name, revision }: Read, row: Partial<Omit<ScheduleTable, "name">>): Statement =>
    toStatement(
      build
        .updateTable("schedules")
        .set({ ...row, revision: revision + 1 })
        .where("name", "=", name)
        .where("revision", "=", revision),
      { guard: true },
    );
  const remove = prepare<{ name: string }>((slot) => build.deleteFrom("schedules").where("name", "=", slot("name")), {
    guard: true,
  });
  const forget = prepare<{ name: string }>((slot) =>
    build.deleteFrom("schedule_fires").where("schedule", "=", slot("name")),
  );
  return { insert, change, remove, forget };
}

function turnStatements(build: ScheduleBuild) {
  const asRead = (slot: (name: keyof TurnWrite) => never) =>
    build
      .updateTable("schedules")
      .set({ next_at: slot("next"), reckoned_at: slot("reckoned") })
      .where("name", "=", slot("name"))
      .where("revision", "=", slot("revision"))
      .where("next_at", "=", slot("due"));
  /** Takes a turn without a run. */
  const pass = prepare<TurnWrite>((slot) => asRead(slot), { guard: true });
  /** Takes a turn with a run. Of several processes that try, the row lets one through. */
  const fire = prepare<TurnWrite & { readonly at: EpochMs; readonly run: string }>(
    (slot) => asRead(slot).set({ last_at: slot("at"), last_run: slot("run") }),
    { guard: true },
  );
  return { pass, fire };
}

type NewFire = Omit<ScheduleFireRow, "id">;

function fireStatements(build: ScheduleBuild) {
  const record = prepare<NewFire>((slot) =>
    build.insertInto("schedule_fires").values({
      schedule: slot("schedule"),
      first_due_at: slot("first_due_at"),
      due_at: slot("due_at"),
      due_count: slot("due_count"),
      at: slot("at"),
      outcome: slot("outcome"),
      run_id: slot("run_id"),
      reason: slot("reason"),
    }),
  );
  const prune = prepare<{ name: string }>((slot) =>
    build
      .deleteFrom("schedule_fires")
      .where("schedule", "=", slot("name"))
      .where("id", "<=", (where) =>
        where
          .selectFrom("schedule_fires as newer")
          .select("newer.id")
          .where("newer.schedule", "=", slot("name"))
          .orderBy("newer.id", "desc")
          .limit(1)
          .offset(firesKept),
      ),
  );
  return { record, prune };
}
