import type { CompiledQuery, Compilable, Kysely } from "kysely";
import type { Migration } from "../core/capability.ts";
import type { SqlValue, Statement } from "../core/statement.ts";

export type Row = Readonly<Record<string, SqlValue>>;

/** What one write did. `rows[n]` are the rows that statement n returned. */
export type WriteResult =
  | { readonly committed: true; readonly rows: readonly (readonly Row[])[] }
  | { readonly committed: false; readonly failedGuard: number };

/** What a database can do beyond the common subset. */
export interface DatabaseCapabilities {
  /** Several processes may write at once, so a read that a write depends on must lock. */
  readonly sharedWriters: boolean;
}

/** How full a database is. */
export interface DatabaseSize {
  readonly bytes: number;
  /** Of these, what holds nothing and is filled before it grows. */
  readonly freeBytes: number;
  /** Whether it gives that back little by little. */
  readonly givesBack: boolean;
}

/** The room that a database takes on its disk. */
export interface DatabaseSpace {
  measure(): Promise<DatabaseSize>;
  /** Gives a little of what is free back to the file system; false once there is no more to give. */
  giveBack(): Promise<boolean>;
  /** After something has been removed: lets what is free be found and counted. */
  tidy(): Promise<void>;
  /** Writes the whole file anew without what is free. Everybody waits meanwhile. Not there where the database does that by itself. */
  rewrite?(): Promise<void>;
}

export interface RoomMigrations {
  readonly room: string;
  readonly migrations: readonly Migration[];
}

/**
 * One database of one tenant. A write is a batch that commits as a whole or not at all, in the order of the calls; no
 * `await` ever happens inside it on SQLite. A failed guard is a value; everything else that goes wrong throws
 * `storage.*`, and then nothing of the batch is written.
 */
export interface Database extends AsyncDisposable {
  readonly dialect: "sqlite" | "postgres";
  readonly capabilities: DatabaseCapabilities;
  /** Compiles queries and never runs them; each room looks at it through its own tables. */
  readonly build: Kysely<unknown>;
  read<Result>(query: CompiledQuery<Result>): Promise<Result[]>;
  write(statements: readonly Statement[]): Promise<WriteResult>;
  migrate(rooms: readonly RoomMigrations[]): Promise<void>;
  /** Upkeep that the database does not do by itself; not there where it does. */
  readonly maintain?: () => Promise<void>;
  readonly space?: DatabaseSpace;
  /** The tables and indexes as they are, as text: what the schema snapshots hold. */
  schemaText(): Promise<string>;
}

export function toStatement(query: Compilable, options: { guard?: boolean } = {}): Statement {
  const { sql, parameters } = query.compile();
  return { sql, parameters: parameters.map(toSqlValue), ...(options.guard ? { guard: true } : {}) };
}

/** Ours hold text, numbers, bytes and null; anything else would be bound wrongly without an error. */
export function toSqlValue(value: unknown): SqlValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "number" || value instanceof Uint8Array) return value;
  throw new TypeError(`a ${typeof value} cannot be a SQL parameter`);
}
