import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { Bench } from "../bench.ts";

/** Fills a new folder with ended runs; by the engine itself, but for Mastra's, whose rows are copied once a thousand are there. */
export async function fill(bench: Bench, contender: "tutti" | "mastra", runs: number): Promise<string> {
  const folder = bench.data.make();
  bench.say(`fills ${contender} with ${runs} runs`);
  const process = bench.process(contender);
  const real = contender === "mastra" ? Math.min(runs, 1_000) : runs;
  // In pieces: a request to the process has only so long.
  for (let left = real; left > 0; left -= 25_000) {
    await process.ask({ type: "fill", folder, runs: Math.min(left, 25_000) });
  }
  process[Symbol.dispose]();
  if (real < runs) copyMastraRuns(folder, runs);
  return folder;
}

function copyMastraRuns(folder: string, runs: number): void {
  using database = new DatabaseSync(join(folder, "mastra.db"));
  const columns = database.prepare("select name from pragma_table_info('mastra_workflow_snapshot')").all();
  const names = columns.map(({ name }) => String(name));
  const copied = names.map((name) => (name === "run_id" ? "run_id || '-' || copy.n" : name)).join(", ");
  const { count } = database.prepare("select count(*) as count from mastra_workflow_snapshot").get() as {
    count: number;
  };
  database.exec(`insert into mastra_workflow_snapshot (${names.join(", ")})
    with recursive copy(n) as (select 1 union all select n + 1 from copy where n < ${Math.ceil(runs / count) - 1})
    select ${copied} from mastra_workflow_snapshot, copy`);
}
