import { z } from "zod";
import type { ConfigSection } from "../core/capability.ts";
import { isDuration, notADurationText } from "../core/duration.ts";

const count = (value: number, description: string) => z.int().min(1).default(value).describe(description);
const duration = (value: string, description: string) =>
  z.union([z.string(), z.number()]).refine(isDuration, notADurationText).default(value).describe(description);

/** The section `tools` of tutti.yaml: how much a single tool call may take. */
export const toolsSection = {
  name: "tools",
  schema: z.strictObject({
    maxReadBytes: count(
      32_768,
      "The most bytes of a file that one read_file call hands to the model; it can read on from there.",
    ),
    maxWriteBytes: count(1_048_576, "The largest file that write_file and edit_file write, in bytes."),
    maxFiles: count(500, "The most entries that one list_files call names."),
    maxMatches: count(100, "The most lines that one search_text call returns."),
    maxSearchFileBytes: count(2_097_152, "search_text leaves out files larger than this, in bytes."),
    searchTimeout: duration("5s", "How long one search_text call may take; regular expressions are stopped at it."),
    maxResultBytes: count(
      16_384,
      "The most bytes of stdout, and of stderr, that run_command hands to the model: the beginning and the end.",
    ),
    maxOutputBytes: count(10_485_760, "A command that prints more than this on stdout or stderr, in bytes, is ended."),
    commandTimeout: duration("2m", "How long run_command lets a command run unless the call says less or more."),
    maxCommandTimeout: duration("30m", "The longest time that a run_command call may ask for."),
    maxProcesses: count(16, "How many programs (step.shell, run_command) run at once; the others wait for a place."),
    environment: z
      .array(z.string())
      .default([])
      .describe(
        "Names of environment variables that commands of run_command get besides PATH, HOME, LANG and the like.",
      ),
  }),
} as const satisfies ConfigSection;

export type ToolLimits = z.output<typeof toolsSection.schema>;
