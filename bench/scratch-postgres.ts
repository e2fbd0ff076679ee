import pg from "pg";

/** A database of its own on the given server, dropped when disposed. */
export interface ScratchPostgres extends AsyncDisposable {
  readonly url: string;
  readonly query: (sql: string) => Promise<Record<string, unknown>[]>;
}

export async function openScratchPostgres(server: string): Promise<ScratchPostgres> {
  const name = `tutti_bench_${process.pid}_${Date.now()}`;
  await ask(server, `create database "${name}"`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  // Dropping the database by force ends connections that lie idle in the pool.
  pool.on("error", () => undefined);
  return {
    url: url.href,
    query: async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await ask(server, `drop database if exists "${name}" with (force)`);
    },
  };
}

async function ask(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
