import type { SqlValue } from "../core/statement.ts";
import type { Migration } from "../core/capability.ts";
import type { Row } from "./database.ts";
import { inTransaction, migrate, openConnection, type Connection } from "./sqlite-connection.ts";
import { toStorageError } from "./sqlite-error.ts";

export interface SyncSqliteOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  /** Whose tables they are. */
  readonly room: string;
  readonly migrations: readonly Migration[];
}

/**
 * A SQLite file of its own, for a thread that may stand still while it asks: every call is done when it returns. Other
 * processes may have the file open too. Throws `storage.*`.
 */
export interface SyncSqlite extends Disposable {
  /** Rows that were changed. */
  run(sql: string, ...parameters: readonly SqlValue[]): number;
  // The shape of a row is the caller's word: it stands beside the query that it is of.
  // oxlint-disable-next-line no-unnecessary-type-parameters -- an assertion behind each query would say the same
  all<Shape = Row>(sql: string, ...parameters: readonly SqlValue[]): readonly Shape[];
  // oxlint-disable-next-line no-unnecessary-type-parameters -- as above
  first<Shape = Row>(sql: string, ...parameters: readonly SqlValue[]): Shape | undefined;
  exec(sql: string): void;
  /** All of the work is committed, or none of it. */
  transaction<Result>(work: () => Result): Result;
}

// Another process of the folder commits within milliseconds; whoever takes longer than this is stuck.
const busyTimeoutMs = 5_000;

export function openSyncSqlite({ path, room, migrations }: SyncSqliteOptions): SyncSqlite {
  const connection = openConnection({
    path,
    locking: "normal",
    busyTimeoutMs,
    synchronous: "normal",
    pageBytes: 4_096,
    cacheKiB: 16_000,
    givesBack: true,
  });
  try {
    // A log that one busy minute has made large is cut again.
    connection.exec("pragma journal_size_limit = 8000000");
    migrate(connection, [{ room, migrations }], path);
  } catch (error) {
    connection.close();
    throw error;
  }
  return syncSqlite(connection, path);
}

function syncSqlite(connection: Connection, path: string): SyncSqlite {
  const named = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw toStorageError(error, path);
    }
  };
  const all = (sql: string, parameters: readonly SqlValue[]): readonly never[] =>
    named(() => connection.all(sql, parameters) as readonly never[]);
  return {
    run: (sql, ...parameters) => named(() => connection.run({ sql, parameters }).touched),
    all: (sql, ...parameters) => all(sql, parameters),
    first: (sql, ...parameters) => all(sql, parameters)[0],
    exec: (sql) => named(() => connection.exec(sql)),
    transaction: (work) => named(() => inTransaction(connection, work)),
    [Symbol.dispose]: () => connection.close(),
  };
}
