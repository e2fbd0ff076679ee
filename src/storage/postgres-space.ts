import type { DatabaseSpace } from "./database.ts";

type Query = (text: string, values: string[]) => Promise<readonly Record<string, unknown>[]>;

// What is free in a table is known by the statistics of its last vacuum alone: the rows that there are, at their usual
// width. An index and the part for large values are taken to be as full as their table.
const measured = `with tables as (
    select c.oid, pg_total_relation_size(c.oid) as bytes, pg_relation_size(c.oid) as heap, c.reltuples,
      (select sum(avg_width) from pg_stats where schemaname = $1 and tablename = c.relname) as width,
      case when c.reltoastrelid = 0 then 0 else pg_relation_size(c.reltoastrelid) end as large,
      (select reltuples from pg_class as part where part.oid = c.reltoastrelid) as large_rows
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r')
  select coalesce(sum(bytes), 0)::bigint as bytes,
    coalesce(sum(case when reltuples < 0 or width is null or heap + large = 0 then 0
      else bytes * greatest(0, 1 - (reltuples * (width + 32) + coalesce(greatest(large_rows, 0), 0) * 2100) / (heap + large))
    end), 0)::bigint as free from tables`;

// What is smaller is not worth a look; how many rows of it are dead is told too late to go by.
const largeBytes = 500_000;

/** The tables of a schema. Postgres fills what is free before a table grows, and gives little of it back by itself. */
export function postgresSpace(query: Query, schema: string): DatabaseSpace {
  return {
    async measure() {
      const [row] = await query(measured, [schema]);
      return { bytes: Number(row?.["bytes"] ?? 0), freeBytes: Number(row?.["free"] ?? 0), givesBack: false };
    },
    giveBack: async () => false,
    async tidy() {
      const large =
        "select relname from pg_stat_user_tables where schemaname = $1 and pg_total_relation_size(relid) > $2";
      for (const { relname: table } of await query(large, [schema, String(largeBytes)]))
        // It waits for nobody and stops nobody.
        await query(`vacuum (analyze, skip_locked) "${schema}"."${String(table)}"`, []);
    },
  };
}
