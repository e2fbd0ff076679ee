import { z } from "zod";
import { toMs } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import { canonicalJson, encodeJson } from "../../core/json.ts";
import type { Clock } from "../../core/clock.ts";
import type { Payloads } from "../../storage/payload.ts";
import { parseInput, refuseUnknownInput } from "../flow-input.ts";
import type { AnyFlow } from "../flow.ts";
import type { FlowLoader } from "../flow-loader.ts";
import { relativeFile } from "../new-run.ts";
import { createRule, ownTimeZone } from "./rule.ts";
import type { ScheduleRow, ScheduleTable } from "./schedule-table.ts";
import { overlapPolicies } from "./schedule-view.ts";
import { mostCaughtUp, missedPolicies } from "./turn.ts";

// A part of a run's trigger and of a command, as a flow's name is.
const scheduleName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,99}$/i, 'must be letters, digits, ".", "_" and "-", at most 100');

export const definitionShape = {
  name: scheduleName.describe("The schedule's name"),
  flow: z.string().min(1).describe("The flow's name, or the path of its file"),
  cron: z
    .string()
    .optional()
    .describe('A cron pattern: five fields, or six with seconds first, such as "30 7 * * MON-FRI"'),
  every: z
    .union([z.string(), z.number()])
    .optional()
    .describe('In place of a pattern: an interval from 1s to 366d, such as "15m"'),
  timeZone: z
    .string()
    .optional()
    .describe('The time zone of the pattern, such as "Europe/Berlin"; this machine\'s unless given'),
  input: z.unknown().optional().describe("The input of each run, JSON"),
  missed: z
    .enum(missedPolicies)
    .default("once")
    .describe(
      `What was due while nothing worked here: no run, one run for all, or one each (the last ${mostCaughtUp})`,
    ),
  overlap: z
    .enum(overlapPolicies)
    .default("allow")
    .describe("Whether a run is started while the one before it is still open"),
} as const;

const definition = z.object(definitionShape);
export type Definition = z.infer<typeof definition>;

export interface DefinitionPorts {
  readonly flows: FlowLoader;
  readonly payloads: Payloads;
  readonly clock: Clock;
  /** This process's own folder. */
  readonly folder: string;
}

/** The row of a new schedule; whatever a run would be refused for is refused here. */
export async function toRow(
  { flows, payloads, clock, folder: ownFolder }: DefinitionPorts,
  { name, flow, input, timeZone = ownTimeZone(), missed, overlap, ...times }: Definition,
  folder = ownFolder,
): Promise<ScheduleTable> {
  const now = clock.now();
  const cron = times.cron ?? null;
  const every = typeof times.every === "number" ? `${times.every}ms` : (times.every ?? null);
  const next = createRule({ cron, every, timeZone, anchorAt: now }).after(now);
  if (next === null) throw neverDue(cron);
  const found = await flows.get(flow, folder);
  refuseUnknownInput(found, input);
  // A schema may give what cannot be stored: every run would fail by it.
  encodeJson(parsed(found, input), `the input of flow "${found.name}"`);
  const text = input === undefined ? undefined : canonicalJson(input, `the input of schedule "${name}"`);
  return {
    name,
    flow: found.name,
    file: relativeFile(flows.fileOf?.(found) ?? null, folder),
    folder,
    cron,
    every,
    time_zone: timeZone,
    input: await payloads.place(text, `the input of schedule "${name}"`),
    missed,
    overlap,
    revision: now,
    anchor_at: now,
    created_at: now,
    paused_at: null,
    next_at: next,
    reckoned_at: now,
    last_at: null,
    last_run: null,
  };
}

function parsed(flow: AnyFlow, input: unknown): unknown {
  try {
    return parseInput(flow, input);
  } catch (error) {
    const isText = typeof input === "string" && error instanceof TuttiError && error.code === "flow.input_invalid";
    if (!isText) throw error;
    const hint = 'It is JSON as a whole: --input \'{"key":"value"}\'';
    throw new TuttiError(error.code, error.message, { cause: error, hint, data: error.data });
  }
}

const compared = ["flow", "file", "folder", "cron", "time_zone", "input", "missed", "overlap"] as const;

/** What one schedule says otherwise than another, in the words of its answer. */
export function differences(one: ScheduleTable, other: ScheduleRow): string[] {
  const different: string[] = compared.filter((column) => one[column] !== other[column]);
  if (everyMs(one) !== everyMs(other)) different.push("every");
  return different.map((column) => (column === "time_zone" ? "timeZone" : column));
}

function everyMs({ every }: Pick<ScheduleTable, "every">): number | null {
  return every === null ? null : toMs(every);
}

function neverDue(cron: string | null): TuttiError {
  return new TuttiError("usage.invalid", `the cron pattern ${JSON.stringify(cron)} is never due`, {
    hint: "No day is like that. The fields are: minute, hour, day of the month, month, day of the week.",
  });
}
