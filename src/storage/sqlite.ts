import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
} from "kysely";
import { TuttiError } from "../core/error.ts";
import type { SqlValue, Statement } from "../core/statement.ts";
import type { Database, Row, WriteResult } from "./database.ts";
import { createCommitPace } from "./commit-pace.ts";
import { sqliteSpace } from "./sqlite-space.ts";
import { inTransaction, migrate, openConnection, type Connection } from "./sqlite-connection.ts";
import { toStorageError } from "./sqlite-error.ts";

export interface SqliteOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  /** `process`: a killed process loses nothing. `power`: nor does a power cut, at about a quarter of the speed. */
  readonly durability?: "process" | "power";
  /** Let no other program open the file meanwhile; where one has it open already, it is shared. Default: true. */
  readonly exclusive?: boolean;
}

interface WaitingWrite {
  readonly statements: readonly Statement[];
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: unknown) => void;
}

// A foreign program that holds the file is waited for this long; the process stands still meanwhile, so it is short.
const busyTimeoutMs = 1_000;

/**
 * Opens a SQLite database. Waiting writes share one commit. One connection does everything: no transaction is ever open
 * while a read comes, and a second connection would only have to look at each commit of the first.
 */
export function openSqlite(options: SqliteOptions): Database {
  const { path } = options;
  const connection = openAlone(options);
  const waiting: WaitingWrite[] = [];
  const pace = createCommitPace(flush);
  let isClosed = false;

  function flush(): void {
    const group = waiting.splice(0);
    if (group.length > 0) commitGroup(connection, group);
  }

  return {
    dialect: "sqlite",
    capabilities: { sharedWriters: false },
    build: sqliteBuilder(),
    async read<Result>(query: CompiledQuery<Result>): Promise<Result[]> {
      try {
        return connection.all(query.sql, query.parameters as readonly SqlValue[]) as Result[];
      } catch (error) {
        throw toStorageError(error, path);
      }
    },
    write: (statements) =>
      new Promise<WriteResult>((resolve, reject) => {
        if (isClosed) {
          reject(new TuttiError("storage.unavailable", `${path} is closed`));
          return;
        }
        waiting.push({ statements, resolve, reject: (error) => reject(toStorageError(error, path)) });
        pace.schedule();
      }),
    migrate: async (rooms) => migrate(connection, rooms, path),
    maintain: async () => maintain(connection, path),
    space: sqliteSpace(connection, path),
    schemaText: async () => schemaText(connection),
    async [Symbol.asyncDispose]() {
      if (isClosed) return;
      flush();
      isClosed = true;
      connection.close();
    },
  };
}

/** Builds queries and cannot run them: stands where only the shape of the product is asked for. */
export function closedDatabase(): Database {
  return {
    dialect: "sqlite",
    capabilities: { sharedWriters: false },
    build: sqliteBuilder(),
    read: refuse,
    write: refuse,
    migrate: refuse,
    schemaText: refuse,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function refuse(): Promise<never> {
  throw new TuttiError("storage.unavailable", "no database is open here");
}

/** Keeps the file to itself where nobody else has it open: a commit then needs no locks. */
function openAlone(options: SqliteOptions): Connection {
  const { path, exclusive = true } = options;
  if (path === ":memory:" || !exclusive) return openMode(options, "normal");
  try {
    return openMode(options, "exclusive");
  } catch (error) {
    if (error instanceof TuttiError && error.code === "storage.locked") return openMode(options, "normal");
    throw error;
  }
}

function openMode({ path, durability = "process" }: SqliteOptions, locking: "exclusive" | "normal"): Connection {
  return openConnection({
    path,
    locking,
    busyTimeoutMs: locking === "exclusive" ? 0 : busyTimeoutMs,
    synchronous: durability === "power" ? "full" : "normal",
    // Half the usual page: a step touches two pages and fills neither.
    pageBytes: 2_048,
    cacheKiB: 16_000,
    givesBack: true,
  });
}

/** All batches in one transaction; if one of them fails, each in a transaction of its own, so that it fails alone. */
function commitGroup(connection: Connection, group: readonly WaitingWrite[]): void {
  const results = group.length > 1 ? tryTogether(connection, group) : undefined;
  if (results) {
    for (const [index, write] of group.entries()) write.resolve(results[index] ?? { committed: false, failedGuard: 0 });
    return;
  }
  for (const write of group) commitAlone(connection, write);
}

function tryTogether(connection: Connection, group: readonly WaitingWrite[]): WriteResult[] | undefined {
  try {
    return inTransaction(connection, () => group.map(({ statements }) => runBatch(connection, statements)));
  } catch {
    // Whose fault it is shows when each is tried alone.
    return undefined;
  }
}

function commitAlone(connection: Connection, write: WaitingWrite): void {
  try {
    write.resolve(inTransaction(connection, () => runBatch(connection, write.statements)));
  } catch (error) {
    if (error instanceof LateGuard) write.resolve({ committed: false, failedGuard: error.index });
    else write.reject(error);
  }
}

/** A guard failed after an earlier statement of its batch had changed something. */
class LateGuard extends Error {
  readonly index: number;
  constructor(index: number) {
    super("a guard failed");
    this.index = index;
  }
}

function runBatch(connection: Connection, statements: readonly Statement[]): WriteResult {
  const rows: (readonly Row[])[] = [];
  for (const [index, statement] of statements.entries()) {
    const result = connection.run(statement);
    if (statement.guard && result.touched === 0) {
      if (index === 0) return { committed: false, failedGuard: 0 };
      throw new LateGuard(index);
    }
    rows.push(result.rows);
  }
  return { committed: true, rows };
}

/** Fresh statistics for the planner, and a log file that does not keep the size of the busiest hour. */
function maintain(connection: Connection, path: string): void {
  try {
    connection.exec("pragma optimize; pragma wal_checkpoint(truncate)");
  } catch (error) {
    throw toStorageError(error, path);
  }
}

function schemaText(connection: Connection): string {
  const rows = connection.all(
    "select sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by tbl_name, type desc, name",
    [],
  );
  return `${rows.map((row) => `${String(row["sql"])};`).join("\n\n")}\n`;
}

function sqliteBuilder(): Kysely<unknown> {
  return new Kysely({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new SqliteIntrospector(database),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}
