import type { EpochMs } from "../../core/clock.ts";
import { ownerOfLog, ownerOfTrace } from "./large.ts";
import { levels } from "./point-level.ts";
import { prunePoints } from "./rollup.ts";
import { removeTerms } from "./span-writer.ts";
import type { OpenTables } from "./telemetry-file.ts";
import type { PrunedKind } from "./telemetry-store.ts";
import type { TraceRow } from "./trace-row.ts";

// A slice of this many holds the thread for some tens of milliseconds; questions come between two of them.
const tracesInSlice = 100;
const logsInSlice = 1_000;

/** Removes some of what is older; gives how many records went, 0 when nothing is left to do. */
export function pruneSlice(tables: OpenTables, kind: PrunedKind, before: EpochMs): number {
  const { sqlite } = tables;
  const [, minutes, hours] = levels;
  return sqlite.transaction(() => {
    switch (kind) {
      case "spans":
        return pruneTraces(tables, before);
      case "logs":
        return pruneLogs(tables, before);
      case "points":
        return prunePoints(tables, levels[0], before) + prunePoints(tables, minutes, before);
      default:
        return prunePoints(tables, hours, before);
    }
  });
}

/** A trace goes as a whole, when all of it is older. */
function pruneTraces(tables: OpenTables, before: EpochMs): number {
  const { sqlite } = tables;
  const rows = sqlite.all<TraceRow>(
    "select * from traces where ended_us < ? order by ended_us limit ?",
    before * 1_000,
    tracesInSlice,
  );
  const count = rows.reduce((sum, row) => sum + Math.max(1, removeSpans(tables, row)), 0);
  for (const { id } of rows) sqlite.run("delete from traces where id = ?", id);
  sqlite.run(
    "delete from arrivals where seq in (select seq from arrivals where at < ? order by seq limit 5000)",
    before,
  );
  return count;
}

/** All but the row of the trace. Gives how many spans went. */
export function removeSpans(tables: OpenTables, row: TraceRow): number {
  removeTerms(tables, row);
  tables.large.release(ownerOfTrace(row.id));
  return tables.sqlite.run("delete from spans where trace = ?", row.id);
}

function pruneLogs({ sqlite, large }: OpenTables, before: EpochMs): number {
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
  return rows.length;
}
