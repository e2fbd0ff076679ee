import type { Kysely } from "kysely";
import { TuttiError } from "../core/error.ts";
import { toStatement, type Database } from "../storage/database.ts";
import type { ModelTables } from "./model-table.ts";
import { probeFacts, type ProbeFacts } from "./probe/probe.ts";

/** What probes have found, one for each content of a model on a server. */
export interface ProbeStore {
  /** Takes the place of an earlier probe of the same content. */
  save(facts: ProbeFacts): Promise<void>;
  /** Of one model on one server, the newest first. */
  of(server: string, model: string): Promise<readonly ProbeFacts[]>;
  /** Of every model on one server, the newest first; none where there is no database yet. */
  all(server: string): Promise<readonly ProbeFacts[]>;
}

export function createProbeStore(database: Database): ProbeStore {
  const build = database.build as unknown as Kysely<ModelTables>;
  const newestFirst = build.selectFrom("model_probes").select("facts").orderBy("probed_at", "desc");
  return {
    async save(facts) {
      const { server, model, digest, probedAt } = facts;
      const row = { server, model, digest, probed_at: probedAt, facts: JSON.stringify(facts) };
      const insert = build
        .insertInto("model_probes")
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(["server", "model", "digest"]).doUpdateSet({ probed_at: row.probed_at, facts: row.facts }),
        );
      await database.write([toStatement(insert)]);
    },
    async of(server, model) {
      const query = newestFirst.where("server", "=", server).where("model", "=", model);
      return (await database.read(query.compile())).flatMap(toFacts);
    },
    async all(server) {
      try {
        return (await database.read(newestFirst.where("server", "=", server).compile())).flatMap(toFacts);
      } catch (error) {
        // A list of models can be asked for where no data folder was made yet.
        if (error instanceof TuttiError && error.code === "storage.unavailable") return [];
        throw error;
      }
    },
  };
}

/** What another version has measured in another way counts as not measured. */
function toFacts({ facts }: { readonly facts: string }): ProbeFacts[] {
  const parsed = probeFacts.safeParse(JSON.parse(facts));
  return parsed.success ? [parsed.data] : [];
}
