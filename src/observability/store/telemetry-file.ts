import { existsSync, renameSync } from "node:fs";
import type { Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import type { Log } from "../../core/log.ts";
import { openSyncSqlite, type SyncSqlite } from "../../storage/sqlite-sync.ts";
import { allFailed, sizeOf, type Batch, type Stored } from "./batch.ts";
import { fittingAll, fittingLog, fittingPoint, fittingSpan } from "./fitting.ts";
import { writeLogs } from "./log-row.ts";
import { writePoints } from "./point-writer.ts";
import { telemetryMigrations } from "./schema.ts";
import { createSeriesBook, type SeriesBook } from "./series-row.ts";
import { writeSpans } from "./span-writer.ts";
import { createTables, type Tables } from "./tables.ts";

export interface TelemetryFileOptions {
  /** telemetry.db, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Pick<Log, "warn">;
}

/** The tables of an open file. */
export interface OpenTables extends Tables {
  readonly book: SeriesBook;
}

/** telemetry.db, opened: everything here is done when it returns. For the thread that owns it. */
export interface TelemetryFile extends Disposable {
  /** Never throws: what cannot be stored has failed. */
  ingest(batch: Batch): Stored;
  /** Throws `storage.*` and what the question throws. */
  ask<Answer>(question: (tables: OpenTables) => Answer): Answer;
}

/** A damaged file is set aside, and a new one begun: what was seen is not worth a run. */
export function openTelemetryFile(options: TelemetryFileOptions): TelemetryFile {
  const { clock } = options;
  let open = openOrRenew(options);

  function renewed<Result>(work: (tables: OpenTables) => Result): Result {
    try {
      return work(open.tables);
    } catch (error) {
      if (!isDamage(error)) throw error;
      open.sqlite[Symbol.dispose]();
      setAside(options, error);
      open = openFresh(options);
      return work(open.tables);
    }
  }

  function store(batch: Batch): number {
    return renewed((tables) => {
      try {
        return tables.sqlite.transaction(() => writeBatch(tables, batch, clock.now()));
      } catch (error) {
        tables.texts.forget();
        tables.book.forget();
        throw error;
      }
    });
  }

  return {
    ingest(batch) {
      try {
        const failed = store(batch);
        return { accepted: sizeOf(batch) - failed, failed };
      } catch (error) {
        return allFailed(batch, error);
      }
    },
    ask: renewed,
    [Symbol.dispose]: () => open.sqlite[Symbol.dispose](),
  };
}

/** Gives how many records could not be stored as they are. */
function writeBatch(tables: OpenTables, { spans, logs, points }: Batch, now: number): number {
  const fitting = fittingAll(spans, fittingSpan, now);
  const lines = fittingAll(logs, fittingLog, now);
  const figures = fittingAll(points, fittingPoint, now);
  writeSpans(tables, fitting, now);
  writeLogs(tables, lines);
  const refused = figures.length === 0 ? 0 : writePoints(tables, figures, now);
  return sizeOf({ spans, logs, points }) - fitting.length - lines.length - figures.length + refused;
}

interface Open {
  readonly sqlite: SyncSqlite;
  readonly tables: OpenTables;
}

function openOrRenew(options: TelemetryFileOptions): Open {
  try {
    return openFresh(options);
  } catch (error) {
    if (!isDamage(error)) throw error;
    setAside(options, error);
    return openFresh(options);
  }
}

function openFresh({ path }: TelemetryFileOptions): Open {
  const sqlite = openSyncSqlite({ path, room: "telemetry", migrations: telemetryMigrations });
  return { sqlite, tables: { ...createTables(sqlite), book: createSeriesBook(sqlite) } };
}

function isDamage(error: unknown): boolean {
  return error instanceof TuttiError && error.code === "storage.corrupt";
}

function setAside({ path, clock, log }: TelemetryFileOptions, error: unknown): void {
  const aside = `${path}.broken-${clock.now()}`;
  for (const end of ["", "-wal", "-shm"]) if (existsSync(path + end)) renameSync(path + end, aside + end);
  log.warn("telemetry.set_aside", {
    message: `${path} was damaged: it lies at ${aside} now, and a new one has begun.`,
    error: error instanceof Error ? error.message : String(error),
  });
}
