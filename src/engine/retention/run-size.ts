import { sql, type RawBuilder } from "kysely";
import type { Database } from "../../storage/database.ts";
import type { Payloads } from "../../storage/payload.ts";
import type { Runs } from "../woken.ts";
import { endedStates } from "./run-family.ts";

export interface SizePorts {
  readonly database: Pick<Database, "read">;
  readonly build: Runs;
  readonly payloads: Pick<Payloads, "sizes">;
}

// Keys, times and counts, the places in indexes, and a page that is never quite full.
const rowOverhead = 160;
// Large enough to be fair to the few runs that are much longer than the others.
const sampled = 100;

/** What these runs take in the database, without their blobs. */
export async function rowBytes({ database, build }: SizePorts, runs: readonly string[]): Promise<number> {
  const journal = sizeOf(["key", "name", "input", "result", "failure", "usage"]);
  const own = sizeOf(["input", "output", "failure", "usage", "brief"]);
  // A sum comes as text from Postgres, since it may be larger than its whole numbers.
  const query = sql<{
    bytes: number | string;
  }>`select coalesce((select ${journal} from journal where run_id in (${sql.join(runs)})), 0)
    + coalesce((select ${own} from runs where id in (${sql.join(runs)})), 0) as bytes`;
  const [row] = await database.read(query.compile(build));
  return Number(row?.bytes ?? 0);
}

/** The columns of these runs that name blobs. */
export async function blobColumnsOf({ database, build }: SizePorts, runs: readonly string[]): Promise<string[]> {
  const parts = [
    ...["input", "result", "failure"].map((name) => named("journal", name, sql`run_id in (${sql.join(runs)})`)),
    ...["input", "output", "failure"].map((name) => named("runs", name, sql`id in (${sql.join(runs)})`)),
  ];
  const query = sql<{ name: string }>`${sql.join(parts, sql` union `)}`;
  return (await database.read(query.compile(build))).map(({ name }) => name);
}

/** About what all ended runs take: as many as there are, at the size of the oldest and the newest of them. */
export async function estimateBytes(ports: SizePorts): Promise<number> {
  const { database, build, payloads } = ports;
  const ended = build.selectFrom("runs").where("status", "in", endedStates);
  const [row] = await database.read(ended.select((value) => value.fn.countAll().as("count")).compile());
  const count = Number(row?.count ?? 0);
  if (count === 0) return 0;
  const some = async (order: "asc" | "desc"): Promise<string[]> =>
    (await database.read(ended.select("id").orderBy("id", order).limit(sampled).compile())).map(({ id }) => id);
  const ids = [...new Set([...(await some("asc")), ...(await some("desc"))])];
  const blobs = await payloads.sizes(await blobColumnsOf(ports, ids));
  const bytes = (await rowBytes(ports, ids)) + [...blobs.values()].reduce((sum, size) => sum + size, 0);
  return Math.round((bytes / ids.length) * count);
}

function sizeOf(columns: readonly string[]): RawBuilder<number> {
  const lengths = columns.map((name) => sql`coalesce(octet_length(${sql.ref(name)}), 0)`);
  return sql`sum(${sql.join(lengths, sql` + `)} + ${sql.raw(String(rowOverhead))})`;
}

function named(table: string, column: string, which: RawBuilder<unknown>): RawBuilder<unknown> {
  const name = sql.ref(column);
  return sql`select ${name} as name from ${sql.table(table)} where ${which} and substr(${name}, 1, 1) = '@'`;
}
