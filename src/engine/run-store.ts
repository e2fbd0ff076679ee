import type { Kysely, Selectable } from "kysely";
import { TuttiError } from "../core/error.ts";
import type { RunRecord, StepRecord } from "../core/step.ts";
import type { Database } from "../storage/database.ts";
import type { Payloads } from "../storage/payload.ts";
import { prepareRead } from "../storage/prepared.ts";
import { openStep, stepsOf, toRecord } from "./run-record.ts";
import type { EngineTables, JournalRow, OpeningRow, ProcessTable, RunRow } from "./run-table.ts";

export type QueuedColumns = Pick<RunRow, "id" | "flow" | "file" | "folder" | "priority" | "created_at" | "deaths">;

const allOfThem = 2_147_483_647;

/** Reads of the engine's tables. Writes are batches of `RunStatements`. */
export interface RunStore {
  run(id: string): Promise<RunRow>;
  /** The rows that replay needs, in order: those of scopes that have their row are left out. */
  replayRows(id: string): Promise<JournalRow[]>;
  rows(id: string, afterSeq?: number): Promise<JournalRow[]>;
  /** The sequence number of the last row; 0 where there is none. */
  lastSeq(id: string): Promise<number>;
  openings(id: string): Promise<OpeningRow[]>;
  processes(id?: string): Promise<Selectable<ProcessTable>[]>;
  /** The runs that wait for a worker, in the order in which they are to be taken. */
  queued(most?: number): Promise<QueuedColumns[]>;
  owners(): Promise<string[]>;
  /** Running runs that stand in a worker's name. */
  heldBy(owner: string): Promise<Pick<RunRow, "id" | "epoch">[]>;
  nextDue(): Promise<number | null>;
  countOpen(): Promise<{ active: number; waiting: number }>;
  /** Rows of runs, newest first. What people list is read/run-list.ts. */
  list(filter: { readonly flow?: string; readonly limit: number }): Promise<RunRow[]>;
  /** One whole run, payloads loaded; `run.missing` if there is none. */
  record(id: string): Promise<RunRecord>;
  /** What a row tells of steps: its own, or the waits that a cancel has ended. */
  steps(row: JournalRow): Promise<StepRecord[]>;
}

export function createRunStore(database: Database, payloads: Payloads): RunStore {
  const build = database.build as unknown as Kysely<EngineTables>;
  const reads = prepareReads(build);
  const run = async (id: string): Promise<RunRow> => (await database.read(reads.run({ id })))[0] ?? missingRun(id);
  const rows = (id: string, afterSeq = 0): Promise<JournalRow[]> => database.read(reads.rows({ id, afterSeq }));
  const openings = (id: string): Promise<OpeningRow[]> => database.read(reads.openings({ id }));
  return {
    run,
    rows,
    openings,
    lastSeq: async (id) => (await database.read(reads.lastSeq({ id })))[0]?.seq ?? 0,
    // A scope that has no row of its own may lie in one that has.
    replayRows: async (id) => withoutStoredScopes(await database.read(reads.replayRows({ id }))),
    ...queueReads(database, build),
    async list({ flow, limit }) {
      const query = build.selectFrom("runs").selectAll().orderBy("id", "desc").limit(limit);
      return database.read((flow === undefined ? query : query.where("flow", "=", flow)).compile());
    },
    async record(id) {
      const [row, stored, open] = await Promise.all([run(id), rows(id), openings(id)]);
      const steps = await Promise.all(stored.map((entry) => stepsOf(entry, payloads)));
      const waiting = open.filter((entry) => entry.settled_at === null).map(openStep);
      return toRecord(row, [...steps.flat(), ...waiting], payloads);
    },
    steps: (row) => stepsOf(row, payloads),
  };
}

/** The reads of every claim and replay, compiled once. */
function prepareReads(build: Kysely<EngineTables>) {
  const run = prepareRead<{ id: string }, RunRow>((slot) =>
    build.selectFrom("runs").selectAll().where("id", "=", slot("id")),
  );
  const rows = prepareRead<{ id: string; afterSeq: number }, JournalRow>((slot) =>
    build
      .selectFrom("journal")
      .selectAll()
      .where("run_id", "=", slot("id"))
      .where("seq", ">", slot("afterSeq"))
      .orderBy("seq"),
  );
  const openings = prepareRead<{ id: string }, OpeningRow>((slot) =>
    build.selectFrom("openings").selectAll().where("run_id", "=", slot("id")).orderBy("id"),
  );
  const replayRows = prepareRead<{ id: string }, JournalRow>((slot) => {
    const stored = build.selectFrom("journal as outer").select("outer.key").where("outer.run_id", "=", slot("id"));
    return (
      build
        .selectFrom("journal")
        .selectAll()
        .where("run_id", "=", slot("id"))
        // A row of a scope has the scope's path as its key: with it, what lies inside is not needed.
        .where((where) => where.or([where("scope", "is", null), where("scope", "not in", stored)]))
        .orderBy("seq")
    );
  });
  const lastSeq = prepareRead<{ id: string }, { seq: number | null }>((slot) =>
    build
      .selectFrom("journal")
      .select((value) => value.fn.max("seq").as("seq"))
      .where("run_id", "=", slot("id")),
  );
  return { run, rows, openings, replayRows, lastSeq };
}

/** Rows without those that lie in a scope which has its row among them. */
export function withoutStoredScopes(rows: readonly JournalRow[]): JournalRow[] {
  const keys = new Set(rows.map((row) => row.key));
  return rows.filter(
    ({ scope }) => scope === null || !(keys.has(scope) || pathsAbove(scope).some((path) => keys.has(path))),
  );
}

/** `a/b/c` lies in `a/b` and in `a`. */
export function pathsAbove(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_part, index) => parts.slice(0, index + 1).join("/"));
}

function queueReads(database: Database, build: Kysely<EngineTables>) {
  return {
    processes: (id?: string) => {
      const query = build.selectFrom("processes").selectAll();
      return database.read((id === undefined ? query : query.where("run_id", "=", id)).compile());
    },
    queued: (most = allOfThem) =>
      database.read(
        build
          .selectFrom("runs")
          .select(["id", "flow", "file", "folder", "priority", "created_at", "deaths"])
          .where("status", "=", "queued")
          .orderBy("priority", "desc")
          .orderBy("created_at")
          .limit(most)
          .compile(),
      ),
    owners: async () => {
      const found = await database.read(
        build.selectFrom("runs").select("owner").distinct().where("status", "=", "running").compile(),
      );
      return found.flatMap(({ owner }) => (owner === null ? [] : [owner]));
    },
    heldBy: (owner: string) =>
      database.read(
        build
          .selectFrom("runs")
          .select(["id", "epoch"])
          .where("status", "=", "running")
          .where("owner", "=", owner)
          .compile(),
      ),
    nextDue: async () => {
      const query = build
        .selectFrom("runs")
        .select((value) => value.fn.min("due_at").as("due"))
        .where("status", "=", "waiting");
      const found = await database.read(query.compile());
      return found[0]?.due ?? null;
    },
    countOpen: async () => {
      const query = build
        .selectFrom("runs")
        .select((value) => ["status", value.fn.countAll().as("count")] as const)
        .where("status", "in", ["queued", "running", "waiting"])
        .groupBy("status");
      const found = await database.read(query.compile());
      const count = (status: string): number => Number(found.find((row) => row.status === status)?.count ?? 0);
      return { active: count("queued") + count("running"), waiting: count("waiting") };
    },
  };
}

function missingRun(id: string): never {
  throw new TuttiError("run.missing", `there is no run ${id}`, {
    hint: "`tutti run list` shows the runs of this folder.",
  });
}
