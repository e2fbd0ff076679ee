import { table, type TableLook } from "./table.ts";

interface ShownProblem {
  readonly code: string;
  readonly message: string;
}

interface ShownSchedule {
  readonly name: string;
  readonly flow: string;
  readonly cron: string | null;
  readonly every: string | null;
  readonly timeZone: string;
  readonly input: unknown;
  readonly missed: "skip" | "once" | "all";
  readonly overlap: "allow" | "skip";
  readonly isPaused: boolean;
  readonly nextAt: number | null;
  readonly lastAt: number | null;
  readonly lastRun: string | null;
  readonly problem: ShownProblem | null;
}

interface ShownFire {
  readonly dueAt: number;
  readonly firstDueAt: number;
  readonly count: number;
  readonly at: number;
  readonly outcome: "started" | "missed" | "skipped";
  readonly run: string | null;
  readonly reason: ShownProblem | null;
}

interface WholeSchedule extends ShownSchedule {
  readonly upcoming: readonly number[];
  readonly fires: readonly ShownFire[];
  readonly change?: "created" | "replaced" | "unchanged";
}

/** One line for each; times are in the schedule's own zone. */
export function presentSchedules(schedules: readonly ShownSchedule[], look: TableLook): string {
  const rows = schedules.map((schedule) => {
    const { name, flow, lastAt, timeZone, problem } = schedule;
    const last = lastAt === null ? "–" : localTime(lastAt, timeZone);
    return [name, flow, rhythm(schedule), next(schedule), last, timeZone, problem ? `✕ ${problem.message}` : ""];
  });
  return table(["name", "flow", "when", "next", "last", "time zone", ""], rows, look);
}

export function presentSchedule(schedule: WholeSchedule, look: TableLook): string {
  const { name, flow, timeZone, input, change, problem, upcoming, fires, isPaused } = schedule;
  const { bold, dim, red } = look.color;
  const words = change === undefined ? "" : dim(`  ${changeWords[change]}`);
  return [
    `${bold(name)}  starts ${flow}, ${rhythm(schedule)} (${timeZone})${words}`,
    ...(isPaused ? [line("paused", `go on with: tutti schedule resume ${name}`)] : []),
    ...(problem ? [`${red("problem")}  ${problem.message}`] : []),
    ...(isPaused ? [] : [line("next", upcoming.map((at) => localTime(at, timeZone)).join(", ") || "never")]),
    ...(input === null ? [] : [line("input", JSON.stringify(input))]),
    line("missed", missedWords[schedule.missed]),
    line("overlap", overlapWords[schedule.overlap]),
    ...(fires.length > 0 ? ["", firesOf(schedule, look)] : []),
    ...(change === undefined ? [] : ["", dim("It starts runs while `tutti up` or `tutti work` is running.")]),
  ].join("\n");
}

function line(label: string, text: string): string {
  return `${label.padEnd(9)}${text}`;
}

const changeWords = { created: "added", replaced: "replaced", unchanged: "is there already" } as const;
const missedWords = {
  skip: "what is due while nothing works here gets no run",
  once: "what is due while nothing works here gets one run together",
  all: "what is due while nothing works here gets a run each, 100 at most",
} as const;
const overlapWords = {
  allow: "a run is started though the one before it is still open",
  skip: "no run is started while the one before it is open",
} as const;

function firesOf({ fires, timeZone }: WholeSchedule, look: TableLook): string {
  const rows = fires.map(({ dueAt, count, outcome, run, reason }) => [
    localTime(dueAt, timeZone),
    count === 1 ? outcome : `${count} ${outcome}`,
    run ?? reason?.message ?? "",
  ]);
  return table(["due", "", ""], rows, look);
}

function rhythm({ cron, every }: ShownSchedule): string {
  return cron ?? `every ${every}`;
}

function next({ isPaused, nextAt, timeZone }: ShownSchedule): string {
  if (isPaused) return "paused";
  return nextAt === null ? "never" : localTime(nextAt, timeZone);
}

/** `2026-11-25 07:30`, with seconds where there are any. */
function localTime(at: number, timeZone: string): string {
  const text = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(at);
  return text.replace(/:00$/, "");
}
