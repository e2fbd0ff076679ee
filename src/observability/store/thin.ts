import type { EpochMs } from "../../core/clock.ts";
import { removeSpans, type Slice } from "./maintenance.ts";
import type { OpenTables } from "./telemetry-file.ts";
import type { TraceRow } from "./trace-row.ts";

export interface Thinning {
  /** The share that stays. */
  readonly sample: number;
  readonly now: EpochMs;
}

const tracesInSlice = 100;
// Spans of a finished trace may still come, from whoever sends them in batches.
const patienceMs = 5 * 60_000;
// A trace whose root never comes is taken for finished when nothing more comes: a caller elsewhere may begin more runs.
const rootPatienceMs = 60 * 60_000;
// What is slow is told by traces of the same name, as far back as this many of any name.
const looksBack = 2_000;
const slowShare = 0.05;

/** Decides about some traces; counts those that lose their spans. */
export function thinSlice(tables: OpenTables, { sample, now }: Thinning): Slice {
  const { sqlite } = tables;
  return sqlite.transaction(() => {
    const rows = sqlite.all<TraceRow>(
      `select * from traces where sampled = 0 and ended_us < case has_root when 1 then ? else ? end order by id limit ?`,
      (now - patienceMs) * 1_000,
      (now - rootPatienceMs) * 1_000,
      tracesInSlice,
    );
    const isSlow = slowness(tables);
    const leaving = rows.filter((row) => row.errors === 0 && !isDrawn(row, sample) && !isSlow(row));
    for (const row of leaving) removeSpans(tables, row);
    for (const row of rows) {
      const isLeaving = leaving.includes(row);
      sqlite.run(
        "update traces set sampled = ?, stored = ?, parts = ? where id = ?",
        isLeaving ? 2 : 1,
        isLeaving ? 0 : row.stored,
        row.parts,
        row.id,
      );
    }
    return { count: leaving.length, isDone: rows.length < tracesInSlice };
  });
}

/** By the trace's own id, as other samplers of OpenTelemetry do: who has parts of it elsewhere keeps the same ones. */
function isDrawn({ trace_id }: TraceRow, sample: number): boolean {
  const random = Buffer.from(trace_id).readUIntBE(10, 6);
  return random >= (1 - sample) * 2 ** 48;
}

function slowness({ sqlite }: OpenTables): (row: TraceRow) => boolean {
  const recent = sqlite.all<{ name: string; took: number }>(
    "select name, ended_us - started_us as took from traces order by id desc limit ?",
    looksBack,
  );
  const byName = Map.groupBy(recent, ({ name }) => name);
  const bounds = new Map(
    [...byName].map(([name, own]) => {
      const slowest = own.map(({ took }) => took).toSorted((left, right) => right - left);
      return [name, slowest[Math.floor(slowest.length * slowShare)] ?? 0];
    }),
  );
  // A name that has not come up lately is told nothing about: it stays.
  return ({ name, ended_us, started_us }) => ended_us - started_us > (bounds.get(name) ?? -1);
}
