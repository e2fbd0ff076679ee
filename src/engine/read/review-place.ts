import type { Kysely } from "kysely";
import type { Database } from "../../storage/database.ts";
import type { EngineTables } from "../run-table.ts";

/** Where reviews stand: the flows of their runs, and until when their waits are open. */
export interface ReviewPlaces {
  flowOf(run: string): string | null;
  dueAt(run: string, step: string): number | null;
}

export async function reviewPlaces(database: Database, runs: readonly string[]): Promise<ReviewPlaces> {
  const flows = new Map<string, string>();
  const due = new Map<string, number | null>();
  const build = database.build as unknown as Kysely<EngineTables>;
  const ids = [...new Set(runs)];
  if (ids.length > 0) {
    const [known, open] = await Promise.all([
      database.read(build.selectFrom("runs").select(["id", "flow"]).where("id", "in", ids).compile()),
      database.read(
        build
          .selectFrom("openings")
          .select(["run_id", "key", "due_at"])
          .where("run_id", "in", ids)
          .where("kind", "=", "review")
          .where("settled_at", "is", null)
          .compile(),
      ),
    ]);
    for (const { id, flow } of known) flows.set(id, flow);
    for (const { run_id: run, key, due_at: at } of open) due.set(`${run} ${key}`, at);
  }
  return {
    flowOf: (run) => flows.get(run) ?? null,
    dueAt: (run, step) => due.get(`${run} ${step}`) ?? null,
  };
}
