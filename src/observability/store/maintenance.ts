import type { EpochMs } from "../../core/clock.ts";
import { ownerOfLog, ownerOfTrace } from "./large.ts";
import { levels } from "./point-level.ts";
import { prunePoints } from "./rollup.ts";
import { removeTerms } from "./span-writer.ts";
import type { OpenTables } from "./telemetry-file.ts";
import type { PrunedKind } from "./telemetry-store.ts";
import type { TraceRow } from "./trace-row.ts";

/** A piece of a longer work, so short that questions do not wait for it. */
export interface Slice {
  /** How many things went. */
  readonly count: number;
  readonly isDone: boolean;
}

const tracesInSlice = 100;
const logsInSlice = 1_000;
const arrivalsInSlice = 5_000;

/** Removes some of what is older. */
export function pruneSlice(tables: OpenTables, kind: PrunedKind, before: EpochMs): Slice {
  const [finest, minutes, hours] = levels;
  return tables.sqlite.transaction(() => {
    switch (kind) {
      case "spans":
        return pruneTraces(tables, before);
      case "logs":
        return pruneLogs(tables, before);
      case "points":
        return { count: prunePoints(tables, finest, before) + prunePoints(tables, minutes, before), isDone: true };
      default:
        return { count: prunePoints(tables, hours, before), isDone: true };
    }
  });
}

/** A trace goes as a whole, when all of it is older. */
function pruneTraces(tables: OpenTables, before: EpochMs): Slice {
  const { sqlite } = tables;
  const rows = sqlite.all<TraceRow>(
    "select * from traces where ended_us < ? order by ended_us limit ?",
    before * 1_000,
    tracesInSlice,
  );
  const count = rows.reduce((sum, row) => sum + removeSpans(tables, row), 0);
  for (const { id } of rows) sqlite.run("delete from traces where id = ?", id);
  const passed = sqlite.run(
    "delete from arrivals where seq in (select seq from arrivals order by seq limit ?) and at < ?",
    arrivalsInSlice,
    before,
  );
  return { count, isDone: rows.length < tracesInSlice && passed < arrivalsInSlice };
}

/** All but the row of the trace. Gives how many spans went. */
export function removeSpans(tables: OpenTables, row: TraceRow): number {
  removeTerms(tables, row);
  tables.large.release(ownerOfTrace(row.id));
  return tables.sqlite.run("delete from spans where trace = ?", row.id);
}

function pruneLogs({ sqlite, large }: OpenTables, before: EpochMs): Slice {
  const rows = sqlite.all<{ seq: number }>(
    "select seq from logs where at_us < ? order by at_us limit ?",
    before * 1_000,
    logsInSlice,
  );
  for (const { seq } of rows) {
    sqlite.run("delete from logs where seq = ?", seq);
    sqlite.run("delete from log_terms where rowid = cast(? as integer)", seq);
    large.release(ownerOfLog(seq));
  }
  return { count: rows.length, isDone: rows.length < logsInSlice };
}

const pagesInSlice = 1_000;

/** Gives some free pages back to the file system; at the end the file is as small as what is in it. */
export function giveBack({ sqlite }: OpenTables): Slice {
  const before = freePages(sqlite);
  sqlite.exec(`pragma incremental_vacuum(${pagesInSlice})`);
  const count = before - freePages(sqlite);
  // Until then it is shorter in its log alone, and whoever measures it would remove more and more.
  if (count === 0) sqlite.exec("pragma wal_checkpoint(truncate)");
  return { count, isDone: count === 0 };
}

function freePages(sqlite: OpenTables["sqlite"]): number {
  return sqlite.first<{ freelist_count: number }>("pragma freelist_count")?.freelist_count ?? 0;
}

/** Writes the whole file anew, without gaps, and the search index as one piece. Needs as much space again meanwhile. */
export function vacuum({ sqlite }: OpenTables): void {
  sqlite.run("insert into trace_terms (trace_terms) values ('optimize')");
  sqlite.run("insert into log_terms (log_terms) values ('optimize')");
  sqlite.exec("pragma optimize; vacuum; pragma wal_checkpoint(truncate)");
}
