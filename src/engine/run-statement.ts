import type { Database } from "../storage/database.ts";
import { prepare } from "../storage/prepared.ts";
import { controlStatements } from "./control-statement.ts";
import { heldStatements } from "./held-statement.ts";
import { waitStatements } from "./wait-statement.ts";
import type { Runs } from "./woken.ts";

/** Every write of the engine, as statements for a batch. Those that take a `Holder` are fenced by owner and epoch. */
export type RunStatements = ReturnType<typeof createRunStatements>;

export function createRunStatements(database: Database) {
  const build = database.build as unknown as Runs;
  return {
    ...heldStatements(build, database.capabilities.sharedWriters),
    ...waitStatements(build, database.capabilities.sharedWriters),
    ...controlStatements(build, database.capabilities.sharedWriters),
    ...processStatements(build),
  };
}

function processStatements(build: Runs) {
  const trackProcess = prepare<{ run: string; key: string; pid: number; started: string }>((slot) =>
    build
      .insertInto("processes")
      .values({ run_id: slot("run"), key: slot("key"), pid: slot("pid"), started: slot("started") })
      .onConflict((conflict) =>
        conflict.columns(["run_id", "key"]).doUpdateSet({ pid: slot("pid"), started: slot("started") }),
      ),
  );
  const forgetProcess = prepare<{ run: string; key: string }>((slot) =>
    build.deleteFrom("processes").where("run_id", "=", slot("run")).where("key", "=", slot("key")),
  );
  const untrackProcess = prepare<{ run: string; key: string; pid: number }>((slot) =>
    build
      .deleteFrom("processes")
      .where("run_id", "=", slot("run"))
      .where("key", "=", slot("key"))
      .where("pid", "=", slot("pid")),
  );
  return { trackProcess, forgetProcess, untrackProcess };
}
