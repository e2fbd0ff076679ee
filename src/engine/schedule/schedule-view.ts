import { z } from "zod";
import { toFailure, type Failure } from "../../core/error.ts";
import type { Payloads } from "../../storage/payload.ts";
import { parseInput } from "../flow-input.ts";
import { findFlow } from "../engine.ts";
import type { FlowSource } from "../flow.ts";
import { ruleOf } from "./firing.ts";
import type { ScheduleFireRow, ScheduleRow } from "./schedule-table.ts";
import { missedPolicies, type MissedPolicy } from "./turn.ts";

export const overlapPolicies = ["allow", "skip"] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];

const failure = z.object({ code: z.string(), message: z.string() });
const time = z.number().nullable();

const common = {
  name: z.string(),
  flow: z.string(),
  cron: z.string().nullable(),
  every: z.string().nullable(),
  timeZone: z.string(),
  missed: z.enum(missedPolicies),
  overlap: z.enum(overlapPolicies),
  folder: z.string(),
  isPaused: z.boolean(),
  nextAt: time.describe("When it is due next; null while it is paused"),
  lastAt: time.describe("When its last run was due"),
  lastRun: z.string().nullable(),
  problem: failure.nullable().describe("Why it would start no run if it were due now"),
};

/** In lists a large input is left out. */
export const scheduleEntry = z.object({ ...common, input: z.unknown(), isInputCut: z.boolean() });
export type ScheduleEntry = z.infer<typeof scheduleEntry>;

const fireShape = z.object({
  dueAt: z.number(),
  firstDueAt: z.number().describe("Another than `dueAt` where several were missed together"),
  count: z.number().describe("How many due times; counted up to 1,000"),
  at: z.number().describe("When it was dealt with"),
  outcome: z.enum(["started", "missed", "skipped"]),
  run: z.string().nullable(),
  reason: failure.nullable(),
});

export const scheduleView = z.object({
  ...common,
  input: z.unknown(),
  upcoming: z.array(z.number()).describe("The next due times"),
  fires: z.array(fireShape).describe("What became of the last due times, newest first"),
});
export type ScheduleView = z.infer<typeof scheduleView>;

export interface ViewPorts {
  readonly flows: FlowSource;
  readonly payloads: Payloads;
}

export async function toEntry(ports: ViewPorts, row: ScheduleRow): Promise<ScheduleEntry> {
  const isInputCut = row.input?.startsWith("@") ?? false;
  const input = await ports.payloads.load(row.input);
  const problem = await problemOf(ports, row, input);
  return { ...commonOf(row), problem, input: isInputCut ? null : (input ?? null), isInputCut };
}

const upcomingShown = 5;

export async function toView(
  ports: ViewPorts,
  row: ScheduleRow,
  fires: readonly ScheduleFireRow[],
): Promise<ScheduleView> {
  const input = await ports.payloads.load(row.input);
  const problem = await problemOf(ports, row, input);
  return {
    ...commonOf(row),
    problem,
    input: input ?? null,
    upcoming: upcomingOf(row),
    fires: fires.map((fire) => ({
      dueAt: fire.due_at,
      firstDueAt: fire.first_due_at,
      count: fire.due_count,
      at: fire.at,
      outcome: fire.outcome as "started" | "missed" | "skipped",
      run: fire.run_id,
      reason: fire.reason === null ? null : (JSON.parse(fire.reason) as Failure),
    })),
  };
}

function commonOf(row: ScheduleRow) {
  return {
    name: row.name,
    flow: row.flow,
    cron: row.cron,
    every: row.every,
    timeZone: row.time_zone,
    missed: row.missed as MissedPolicy,
    overlap: row.overlap as OverlapPolicy,
    folder: row.folder,
    isPaused: row.paused_at !== null,
    nextAt: row.next_at,
    lastAt: row.last_at,
    lastRun: row.last_run,
  };
}

/** A flow that is gone, or takes another input by now, is told before it is due; as this process sees it. */
async function problemOf(
  { flows }: ViewPorts,
  row: ScheduleRow,
  input: unknown,
): Promise<Pick<Failure, "code" | "message"> | null> {
  const rule = ruleOf(row);
  if ("code" in rule) return { code: rule.code, message: rule.message };
  try {
    parseInput(await findFlow({ flows }, row.flow, { file: row.file, folder: row.folder }), input);
    return null;
  } catch (error) {
    const { code, message } = toFailure(error, "flow.failed");
    return { code, message };
  }
}

function upcomingOf(row: ScheduleRow): number[] {
  const rule = ruleOf(row);
  if ("code" in rule || row.next_at === null) return [];
  const upcoming: number[] = [];
  for (let at: number | null = row.next_at; at !== null && upcoming.length < upcomingShown; at = rule.after(at)) {
    upcoming.push(at);
  }
  return upcoming;
}
