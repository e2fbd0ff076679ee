import type { SyncSqlite } from "../../storage/sqlite-sync.ts";
import type { EpochMs } from "../../core/clock.ts";
import type { PointRow } from "./point-row.ts";

/** The lengths of intervals that figures are kept by, from the finest on. */
export interface Level {
  readonly table: string;
  readonly ms: number;
  /** It is filled from the finer one in pieces of this length, so that a page is touched once for many rows. */
  readonly rolledByMs: number;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const levels = [
  { table: "points_10s", ms: 10_000, rolledByMs: 0 },
  { table: "points_1m", ms: minute, rolledByMs: 15 * minute },
  { table: "points_1h", ms: hour, rolledByMs: hour },
  { table: "points_1d", ms: day, rolledByMs: day },
] as const satisfies readonly Level[];

/** The interval that an end of a shorter one lies in. */
export function intervalOf(endMs: EpochMs, { ms }: Level): number {
  return Math.ceil(endMs / ms);
}

export function putPoint(sqlite: SyncSqlite, { table }: Level, row: PointRow): void {
  sqlite.run(
    `insert or replace into ${table} (series, at, value, least, most, count, counts) values (?, ?, ?, ?, ?, ?, ?)`,
    row.series,
    row.at,
    row.value,
    row.least,
    row.most,
    row.count,
    row.counts,
  );
}

export function findPoint(sqlite: SyncSqlite, { table }: Level, series: number, at: number): PointRow | undefined {
  return sqlite.first<PointRow>(`select * from ${table} where series = ? and at = ?`, series, at);
}

/**
 * How far a level goes: `rolled` is the end of what it holds of the finer one, `gone` of what was pruned. Kept in the
 * file, as several processes may write it.
 */
export interface LevelMarks {
  get(mark: "rolled" | "gone", level: Level): EpochMs;
  set(mark: "rolled" | "gone", level: Level, end: EpochMs): void;
}

export function levelMarks(sqlite: SyncSqlite): LevelMarks {
  return {
    get: (mark, { table }) => {
      const row = sqlite.first<{ value: string }>("select value from notes where name = ?", `${mark}.${table}`);
      return Number(row?.value ?? 0);
    },
    set: (mark, { table }, end) =>
      void sqlite.run("insert or replace into notes (name, value) values (?, ?)", `${mark}.${table}`, String(end)),
  };
}
