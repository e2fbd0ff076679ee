import { sql, type RawBuilder } from "kysely";
import type { Database } from "../../storage/database.ts";
import type { Runs } from "../woken.ts";

const blobColumns: Readonly<Record<string, readonly string[]>> = {
  runs: ["input", "output", "failure"],
  journal: ["input", "result", "failure"],
  openings: ["input", "result", "failure"],
  signals: ["payload"],
  schedules: ["input"],
};

/** One statement, so as of one moment: a value moves from a wait to the journal, and from a run to its parent. */
export function blobsHeld(database: Pick<Database, "read">, build: Runs) {
  return async (hashes: readonly string[]): Promise<readonly string[]> => {
    if (hashes.length === 0) return [];
    const names = sql.join(hashes.map((hash) => `@${hash}`));
    const parts = Object.entries(blobColumns).flatMap(([table, columns]) =>
      columns.map((column) => heldIn(table, column, names)),
    );
    const query = sql<{ name: string }>`${sql.join(parts, sql` union `)}`;
    return (await database.read(query.compile(build))).map(({ name }) => name.slice(1));
  };
}

function heldIn(table: string, column: string, names: RawBuilder<unknown>): RawBuilder<unknown> {
  const name = sql.ref(column);
  return sql`select ${name} as name from ${sql.table(table)} where ${name} in (${names}) and substr(${name}, 1, 1) = '@'`;
}
