import type { SqlValue } from "../core/statement.ts";
import type { DatabaseSpace, Row } from "./database.ts";
import { toStorageError } from "./sqlite-error.ts";

interface PragmaConnection {
  all(sql: string, parameters: readonly SqlValue[]): readonly Row[];
  exec(sql: string): void;
}

// Half a megabyte: moving it and bringing the log into the file keeps the process for some milliseconds.
const pagesAtOnce = 256;
const incremental = 2;

/** The file of a SQLite database, as its own connection sees it. */
export function sqliteSpace(connection: PragmaConnection, path: string): DatabaseSpace {
  const pragma = (name: string): number => Number(Object.values(connection.all(`pragma ${name}`, [])[0] ?? {})[0] ?? 0);
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw toStorageError(error, path);
    }
  };
  return {
    measure: async () =>
      attempt(() => {
        const page = pragma("page_size");
        return {
          bytes: pragma("page_count") * page,
          freeBytes: pragma("freelist_count") * page,
          givesBack: pragma("auto_vacuum") === incremental,
        };
      }),
    giveBack: async () =>
      attempt(() => {
        // Also where there is nothing to give: what was deleted stands in the log, and a log that is full stops a step.
        if (pragma("auto_vacuum") === incremental) connection.exec(`pragma incremental_vacuum(${pagesAtOnce})`);
        connection.exec("pragma wal_checkpoint(passive)");
        return pragma("auto_vacuum") === incremental && pragma("freelist_count") > 0;
      }),
    // The log keeps the size of its busiest moment otherwise.
    tidy: async () => attempt(() => connection.exec("pragma wal_checkpoint(truncate)")),
    rewrite: async () =>
      attempt(() => {
        // The copy would lie in memory otherwise.
        connection.exec("pragma temp_store = file; pragma auto_vacuum = incremental");
        try {
          connection.exec("vacuum; pragma wal_checkpoint(truncate)");
        } finally {
          connection.exec("pragma temp_store = memory");
        }
      }),
  };
}
