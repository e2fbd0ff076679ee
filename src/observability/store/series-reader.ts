import { TuttiError } from "../../core/error.ts";
import type { EpochMs } from "../../core/clock.ts";
import { intervalOf, levelMarks, levels, type Level } from "./point-level.ts";
import { toPoint, type PointRow } from "./point-row.ts";
import type { PointTables } from "./point-writer.ts";
import { addedUp } from "./rollup.ts";
import type { StoredSeries } from "./series-row.ts";
import type { Series, SeriesFilter, SeriesResult } from "./telemetry-store.ts";

// What a chart or an expression can make use of; more is taken in longer intervals.
const mostPoints = 11_000;

export function readSeries(tables: PointTables, filter: SeriesFilter): SeriesResult {
  const { name, matchers, from, to } = filter;
  const level = levelFor(tables, filter);
  const matches = matchers.map(toTest);
  const wanted = tables.book.named(name).filter(({ labels }) => matches.every((test) => test(labels)));
  const rows = Map.groupBy(rowsOf(tables, level, { wanted, from, to }), ({ series }) => series);
  const found = wanted.flatMap((series) => {
    const points = (rows.get(series.id) ?? []).map((row) => ({ at: row.at * level.ms, point: toPoint(row, series) }));
    return points.length === 0 ? [] : [{ labels: series.labels, points }];
  });
  return { resolutionMs: level.ms, series: joined(found) };
}

/** The coarsest that is fine enough, where it reaches back far enough and is not too much to hold. */
function levelFor({ sqlite }: PointTables, { from, to, stepMs }: SeriesFilter): Level {
  const marks = levelMarks(sqlite);
  const [finest] = levels;
  const wanted = levels.findLast(({ ms }) => ms <= stepMs) ?? finest;
  const able = levels.find(
    (level) => level.ms >= wanted.ms && from >= marks.get("gone", level) && (to - from) / level.ms <= mostPoints,
  );
  return able ?? levels[levels.length - 1] ?? finest;
}

interface Range {
  readonly wanted: readonly StoredSeries[];
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Rows of a level by series and time: those that it holds, and behind them what finer ones have not handed on yet. */
function rowsOf(tables: PointTables, level: Level, { wanted, from, to }: Range): readonly PointRow[] {
  const finer = levels.findLast(({ ms }) => ms < level.ms);
  if (finer === undefined) return storedRows(tables, level, { wanted, from, to });
  const rolled = levelMarks(tables.sqlite).get("rolled", level);
  const kinds = new Map(wanted.map(({ id, type }) => [id, type]));
  const open = addedUp(rowsOf(tables, finer, { wanted, from: Math.max(from, rolled), to }), {
    level,
    finer,
    typeOf: (series) => kinds.get(series) ?? "counter",
  });
  const rows = [...storedRows(tables, level, { wanted, from, to: Math.min(to, rolled) }), ...open];
  return rows.toSorted((left, right) => left.series - right.series || left.at - right.at);
}

function storedRows({ sqlite }: PointTables, level: Level, { wanted, from, to }: Range): readonly PointRow[] {
  const [after, until] = [Math.floor(from / level.ms), intervalOf(to, level)];
  if (level === levels[0]) {
    const ids = JSON.stringify(wanted.map(({ id }) => id));
    const sql = `select * from ${level.table} where at > ? and at <= ? and series in (select value from json_each(?)) order by series, at`;
    return sqlite.all<PointRow>(sql, after, until, ids);
  }
  const sql = `select * from ${level.table} where series = ? and at > ? and at <= ? order by at`;
  return wanted.flatMap(({ id }) => sqlite.all<PointRow>(sql, id, after, until));
}

/** A histogram whose buckets have changed is two series with the same labels, one after the other. */
function joined(found: readonly Series[]): Series[] {
  const byLabels = Map.groupBy(found, ({ labels }) => JSON.stringify(labels));
  return [...byLabels.values()].flatMap(([first, ...others]) => {
    if (first === undefined || others.length === 0) return first ?? [];
    const points = [first, ...others].flatMap(({ points: some }) => some);
    return { labels: first.labels, points: points.toSorted((left, right) => left.at - right.at) };
  });
}

function toTest({ label, op, value }: SeriesFilter["matchers"][number]): (labels: Series["labels"]) => boolean {
  // As in Prometheus, a label that is not there is an empty one.
  const of = (labels: Series["labels"]): string => labels[label] ?? "";
  if (op === "=") return (labels) => of(labels) === value;
  if (op === "!=") return (labels) => of(labels) !== value;
  const pattern = toPattern(value);
  return op === "=~" ? (labels) => pattern.test(of(labels)) : (labels) => !pattern.test(of(labels));
}

function toPattern(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`, "su");
  } catch (error) {
    throw new TuttiError("usage.invalid", `${JSON.stringify(text)} is not a regular expression`, { cause: error });
  }
}
