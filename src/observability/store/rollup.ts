import type { EpochMs } from "../../core/clock.ts";
import type { SyncSqlite } from "../../storage/sqlite-sync.ts";
import { intervalOf, levelMarks, levels, putPoint, type Level } from "./point-level.ts";
import { mergedRow, type PointRow } from "./point-row.ts";
import type { SeriesBook } from "./series-row.ts";

// Points of an interval may come this long after its end without being late.
const patienceMs = 60_000;
// By ten seconds figures are of use while somebody looks at what happens now.
const keepFinestMs = 3_600_000;

interface RollTables {
  readonly sqlite: SyncSqlite;
  readonly book: SeriesBook;
}

/** Adds the figures of closed intervals up into longer ones; within the caller's transaction. */
export function rollUp(tables: RollTables, now: EpochMs): void {
  const [finest, minutes] = levels;
  const marks = levelMarks(tables.sqlite);
  for (const [index, level] of levels.entries()) {
    const finer = levels[index - 1];
    if (finer === undefined) continue;
    const closed = finer === finest ? now - patienceMs : marks.get("rolled", finer);
    const until = Math.floor(closed / level.rolledByMs) * level.rolledByMs;
    const from = marks.get("rolled", level);
    if (until <= from) return;
    rollInto(tables, { level, finer, from, until });
    marks.set("rolled", level, until);
  }
  prunePoints(tables, finest, Math.min(now - keepFinestMs, marks.get("rolled", minutes)));
}

interface Roll {
  readonly level: Level;
  readonly finer: Level;
  readonly from: EpochMs;
  readonly until: EpochMs;
}

function rollInto({ sqlite, book }: RollTables, { level, finer, from, until }: Roll): void {
  const rows = sqlite.all<PointRow>(
    `select * from ${finer.table} where at > ? and at <= ? order by series, at`,
    from / finer.ms,
    until / finer.ms,
  );
  for (const row of addedUp(rows, { level, finer, typeOf: (series) => book.kindOf(series).type })) {
    putPoint(sqlite, level, row);
  }
}

/** Rows of a finer level, by series and time, as rows of a coarser one. */
export function addedUp(
  rows: readonly PointRow[],
  {
    level,
    finer,
    typeOf,
  }: { level: Level; finer: Level; typeOf: (series: number) => "counter" | "gauge" | "histogram" },
): PointRow[] {
  const added: PointRow[] = [];
  for (const row of rows) {
    const at = intervalOf(row.at * finer.ms, level);
    const last = added.at(-1);
    if (last?.series === row.series && last.at === at) {
      added[added.length - 1] = mergedRow(typeOf(row.series), last, { ...row, at });
    } else {
      added.push({ ...row, at });
    }
  }
  return added;
}

/** Removes what a level holds until then, as far as the next one has it too. Gives how many rows went. */
export function prunePoints({ sqlite }: RollTables, level: Level, until: EpochMs): number {
  const marks = levelMarks(sqlite);
  const coarser = levels.find(({ ms }) => ms > level.ms);
  const end = Math.floor(Math.min(until, coarser === undefined ? 0 : marks.get("rolled", coarser)) / level.ms);
  if (end * level.ms <= marks.get("gone", level)) return 0;
  marks.set("gone", level, end * level.ms);
  if (level === levels[0]) return sqlite.run(`delete from ${level.table} where at <= ?`, end);
  const series = sqlite.all<{ id: number }>("select id from series");
  return series.reduce(
    (count, { id }) => count + sqlite.run(`delete from ${level.table} where series = ? and at <= ?`, id, end),
    0,
  );
}
