import type { EpochMs } from "../../core/clock.ts";
import type { SyncSqlite } from "../../storage/sqlite-sync.ts";
import type { SeriesPoint } from "../record.ts";
import { findPoint, intervalOf, levelMarks, levels, putPoint, type Level } from "./point-level.ts";
import { mergedRow, toPointRow, type PointRow } from "./point-row.ts";
import { rollUp } from "./rollup.ts";
import type { SeriesBook } from "./series-row.ts";

export interface PointTables {
  readonly sqlite: SyncSqlite;
  readonly book: SeriesBook;
}

/** Stores points and rolls up what is due; within the caller's transaction. Gives how many had no room. */
export function writePoints(tables: PointTables, points: readonly SeriesPoint[], now: EpochMs): number {
  let refused = 0;
  for (const point of points) {
    const series = tables.book.idOf(point);
    if (series === null) refused += 1;
    else writePoint(tables, series, point);
  }
  rollUp(tables, now);
  return refused;
}

function writePoint(tables: PointTables, series: number, { at, point }: SeriesPoint): void {
  const marks = levelMarks(tables.sqlite);
  const [finest, ...coarser] = levels;
  const endMs = intervalOf(at / 1_000, finest) * finest.ms;
  if (endMs > marks.get("gone", finest)) {
    mergeInto(tables, finest, toPointRow(series, intervalOf(endMs, finest), point));
  }
  // What comes late is missing where the finer figures have been added up before.
  for (const level of coarser) {
    const interval = intervalOf(endMs, level);
    const isRolled = interval * level.ms <= marks.get("rolled", level);
    if (!isRolled) break;
    if (interval * level.ms > marks.get("gone", level)) mergeInto(tables, level, toPointRow(series, interval, point));
  }
}

function mergeInto({ sqlite, book }: PointTables, level: Level, row: PointRow): void {
  const before = findPoint(sqlite, level, row.series, row.at);
  putPoint(sqlite, level, before === undefined ? row : mergedRow(book.kindOf(row.series).type, before, row));
}
