import { z } from "zod";
import { isByteSize, notAByteSizeText, toBytes } from "../core/byte-size.ts";
import type { ConfigSection } from "../core/capability.ts";
import { isDuration, notADurationText, toMs } from "../core/duration.ts";

// The logs of two databases take some tens of megabytes in a busy hour, before anything is stored.
const leastCapBytes = 100_000_000;
const shortestKeepMs = 3_600_000;

const kept = z
  .union([z.string(), z.number()])
  .refine(isDuration, notADurationText)
  .refine((value) => !isDuration(value) || toMs(value) >= shortestKeepMs, 'must be an hour or more, such as "30d"');

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
    cap: z
      .union([z.string(), z.number()])
      .refine(isByteSize, notAByteSizeText)
      .refine((value) => !isByteSize(value) || toBytes(value) >= leastCapBytes, 'must be 100 MB or more, such as "1GB"')
      .default("1GB")
      .describe(
        "The most that the data folder may take, with a Postgres schema where there is one. Above it the oldest goes first, in the order of docs/storage.md.",
      ),
    keepRuns: kept.default("90d").describe("How long runs that have ended are kept, with their steps."),
    keepEvents: kept.default("30d").describe("How long the log of events is kept."),
    keepReviews: kept
      .default("365d")
      .describe("How long decisions of people are kept; those of runs that are there stay with them."),
  }),
} as const satisfies ConfigSection;

export type StorageSettings = z.output<typeof storageSection.schema>;
