import type { SyncSqlite } from "../../storage/sqlite-sync.ts";
import type { Point, SeriesPoint } from "../record.ts";
import type { SeriesKind } from "./point-row.ts";

export interface StoredSeries extends SeriesKind {
  readonly id: number;
  readonly labels: Readonly<Record<string, string>>;
}

interface SeriesRow {
  readonly id: number;
  readonly labels: string;
  readonly type: Point["type"];
  readonly bounds: string;
}

// Whoever has more has put ids into labels; each one more would cost a row every ten seconds.
const mostSeries = 20_000;

/** Which series there are. One whose buckets change begins anew under the same labels: their counts cannot be added. */
export interface SeriesBook {
  /** Null where there are too many. */
  idOf(point: SeriesPoint): number | null;
  kindOf(id: number): SeriesKind;
  named(name: string): readonly StoredSeries[];
  forget(): void;
}

export function createSeriesBook(sqlite: SyncSqlite): SeriesBook {
  let ids = new Map<string, number>();
  let kinds = new Map<number, SeriesKind>();

  function add(point: SeriesPoint): number | null {
    const { name, type, labels, bounds } = keyOf(point);
    const known = sqlite.first<{ id: number }>(
      "select id from series where name = ? and labels = ? and type = ? and bounds = ?",
      name,
      labels,
      type,
      bounds,
    );
    if (known !== undefined) return known.id;
    const count = sqlite.first<{ count: number }>("select count(*) as count from series")?.count ?? 0;
    if (count >= mostSeries) return null;
    const sql = "insert into series (name, labels, type, bounds) values (?, ?, ?, ?) returning id";
    return sqlite.first<{ id: number }>(sql, name, labels, type, bounds)?.id ?? null;
  }

  return {
    idOf(point) {
      const { name, type, labels, bounds } = keyOf(point);
      const key = `${name}\n${type}\n${labels}\n${bounds}`;
      const id = ids.get(key) ?? add(point);
      if (id !== null) ids.set(key, id);
      return id;
    },
    kindOf(id) {
      const kind = kinds.get(id) ?? readKind(sqlite, id);
      kinds.set(id, kind);
      return kind;
    },
    named: (name) =>
      sqlite
        .all<SeriesRow>("select id, labels, type, bounds from series where name = ? order by id", name)
        .map(toSeries),
    forget() {
      ids = new Map();
      kinds = new Map();
    },
  };
}

function keyOf({ name, labels, point }: SeriesPoint) {
  const sorted = Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const bounds = point.type === "histogram" ? JSON.stringify(point.bounds) : "[]";
  return { name, type: point.type, labels: JSON.stringify(Object.fromEntries(sorted)), bounds };
}

function readKind(sqlite: SyncSqlite, id: number): SeriesKind {
  const row = sqlite.first<SeriesRow>("select id, labels, type, bounds from series where id = ?", id);
  return row === undefined ? { type: "counter", bounds: [] } : toSeries(row);
}

function toSeries({ id, labels, type, bounds }: SeriesRow): StoredSeries {
  return {
    id,
    type,
    labels: JSON.parse(labels) as StoredSeries["labels"],
    bounds: JSON.parse(bounds) as readonly number[],
  };
}
