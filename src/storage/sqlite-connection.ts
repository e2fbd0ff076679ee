import { DatabaseSync, type StatementSync } from "node:sqlite";
import { chmodSync, closeSync, openSync } from "node:fs";
import type { SqlValue, Statement } from "../core/statement.ts";
import type { RoomMigrations, Row } from "./database.ts";
import { pendingMigrations } from "./migration.ts";
import { toStorageError } from "./sqlite-error.ts";

export interface ConnectionOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly locking: "exclusive" | "normal";
  /** How long another program that holds the file is waited for; the thread stands still meanwhile. */
  readonly busyTimeoutMs: number;
  /** `full`: a power cut loses nothing either. */
  readonly synchronous: "full" | "normal";
  readonly pageBytes: number;
  /** Of memory for pages. */
  readonly cacheKiB: number;
  /** Whether freed pages can be given back a few at a time; only a new file can begin with it. */
  readonly givesBack?: boolean;
}

/** One connection to a SQLite file. Errors are SQLite's own. */
export interface Connection {
  run(statement: Statement): { rows: readonly Row[]; touched: number };
  all(sql: string, parameters: readonly SqlValue[]): readonly Row[];
  exec(sql: string): void;
  close(): void;
}

/** Opens the file, or makes it so that nobody else may read it; throws `storage.*`. */
export function openConnection(options: ConnectionOptions): Connection {
  const { path, locking, busyTimeoutMs, synchronous, pageBytes, cacheKiB, givesBack = false } = options;
  let database: DatabaseSync | undefined;
  try {
    if (path !== ":memory:") createPrivateFile(path);
    database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    // A mode of its own comes before the first access.
    database.exec(`pragma page_size = ${pageBytes}; pragma locking_mode = ${locking}`);
    if (givesBack) database.exec("pragma auto_vacuum = incremental");
    if (path !== ":memory:") database.exec("pragma journal_mode = wal");
    database.exec(`pragma synchronous = ${synchronous}`);
    // At the usual 1,000 pages a checkpoint falls into every hundredth commit and makes it ten times as slow.
    database.exec("pragma wal_autocheckpoint = 8000");
    database.exec(`pragma foreign_keys = off; pragma temp_store = memory; pragma cache_size = -${cacheKiB}`);
    // Takes the lock now, where another program would be noticed, and not with the first commit.
    if (locking === "exclusive") database.exec("begin immediate; commit");
    return wrapConnection(database);
  } catch (error) {
    database?.close();
    throw toStorageError(error, path);
  }
}

function createPrivateFile(path: string): void {
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
}

function wrapConnection(database: DatabaseSync): Connection {
  const cache = new Map<string, { statement: StatementSync; returnsRows: boolean }>();
  const prepared = (sql: string): { statement: StatementSync; returnsRows: boolean } => {
    const known = cache.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    const entry = { statement, returnsRows: statement.columns().length > 0 };
    // Beside the count of changes it gives the last row's number, which after a change of FTS5's is none that fits.
    if (!entry.returnsRows) statement.setReadBigInts(true);
    // A query with a list of variable length has many texts; a full cache is emptied rather than grown for ever.
    if (cache.size >= 500) cache.clear();
    cache.set(sql, entry);
    return entry;
  };
  return {
    run({ sql, parameters }) {
      const { statement, returnsRows } = prepared(sql);
      if (returnsRows) {
        const rows = statement.all(...parameters) as readonly Row[];
        return { rows, touched: rows.length };
      }
      return { rows: [], touched: Number(statement.run(...parameters).changes) };
    },
    all: (sql, parameters) => prepared(sql).statement.all(...parameters) as readonly Row[],
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
  };
}

// Run as cached statements: `exec` would parse them anew each time.
const begin: Statement = { sql: "begin immediate", parameters: [] };
const commit: Statement = { sql: "commit", parameters: [] };

export function inTransaction<Result>(connection: Connection, work: () => Result): Result {
  connection.run(begin);
  try {
    const result = work();
    connection.run(commit);
    return result;
  } catch (error) {
    try {
      connection.exec("rollback");
    } catch {
      // SQLite has rolled back by itself (a full disk does that); the first error is the one to tell.
    }
    throw error;
  }
}

export function migrate(connection: Connection, rooms: readonly RoomMigrations[], path: string): void {
  try {
    connection.exec(
      "create table if not exists tutti_migrations (room text not null, name text not null, applied_at integer not null, primary key (room, name)) without rowid",
    );
    inTransaction(connection, () => {
      const applied = connection.all("select room, name from tutti_migrations", []);
      for (const { room, migration } of pendingMigrations(rooms, applied, path)) {
        for (const sql of migration.sqlite) connection.exec(sql);
        const at = "cast(unixepoch('subsec') * 1000 as integer)";
        const sql = `insert into tutti_migrations (room, name, applied_at) values (?, ?, ${at})`;
        connection.run({ sql, parameters: [room, migration.name] });
      }
    });
  } catch (error) {
    throw toStorageError(error, path);
  }
}
