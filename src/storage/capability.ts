import { z } from "zod";
import type { Capability, ConfigSection } from "../core/capability.ts";
import { blobMigrations } from "./blob.ts";
import type { Database } from "./database.ts";

export const storageSection = {
  name: "storage",
  schema: z.strictObject({
    database: z
      .string()
      .refine(
        (value) => value === "sqlite" || /^postgres(ql)?:\/\//.test(value),
        'is neither "sqlite" nor a postgres:// address',
      )
      .default("sqlite")
      .describe(
        '"sqlite", files in the data folder, or a postgres:// address that several machines share. TUTTI_DATABASE sets it too.',
      ),
    durability: z
      .enum(["process", "power"])
      .default("process")
      .describe(
        'What stored work survives on SQLite: "process", a killed process; "power", a power cut too, at about a quarter of the speed.',
      ),
    exclusive: z
      .boolean()
      .default(true)
      .describe(
        "Keep the SQLite file to this process while it hosts, which makes steps a fifth faster; false lets other programs read it meanwhile.",
      ),
  }),
} as const satisfies ConfigSection;

/** The door of the storage room: its section of the configuration and its own tables. */
export function createStorage({ maintain }: Pick<Database, "maintain">): Capability {
  return {
    name: "storage",
    config: storageSection,
    migrations: blobMigrations,
    operations: [],
    jobs: maintain ? [{ name: "storage.maintain", every: "6h", run: () => maintain() }] : [],
  };
}
