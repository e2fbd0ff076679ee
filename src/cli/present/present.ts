import type { RunRecord } from "../../core/step.ts";
import type { Output } from "../output.ts";
import { presentAdvice } from "./advice.ts";
import {
  presentAlert,
  presentAlerts,
  presentHistory,
  presentPreview,
  presentRemovedAlert,
  presentSilence,
  presentSilences,
  presentTest,
} from "./alert.ts";
import { presentBudget, presentBudgets, presentRemovedBudget } from "./budget.ts";
import { presentClaude } from "./claude.ts";
import { presentCost } from "./cost.ts";
import { presentComparison, presentQueues } from "./comparison.ts";
import { presentContext } from "./context.ts";
import { presentChecks } from "./doctor.ts";
import { eventCells, presentEvent } from "./event.ts";
import { presentExplanation } from "./explanation.ts";
import { nearPlace } from "./place.ts";
import { presentProvision } from "./provision.ts";
import { presentFamilies, presentQuery } from "./metric.ts";
import { formatBytes } from "../../core/byte-size.ts";
import { presentModel } from "./model.ts";
import { presentReview } from "./review.ts";
import { formatMs } from "../../core/duration.ts";
import { presentRun, took } from "./run.ts";
import { presentSchedule, presentSchedules } from "./schedule.ts";
import { presentPruned, presentStorage, presentVacuumed } from "./storage.ts";
import { presentStats, presentStep, presentTimeline } from "./timeline.ts";
import { presentSpan, presentTrace, presentTraces } from "./trace.ts";
import { presentVerification } from "./verification.ts";
import { table, type TableLook } from "./table.ts";

/** What was asked of an operation, as far as its result is shown by it, and the result. */
export interface Answered {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly result: unknown;
}

/** A result as text for people; what has no form of its own is shown as a table or as JSON. */
export function present(
  { operation, input, result }: Answered,
  output: Pick<Output, "dataColor" | "dataWidth">,
): string {
  const look: TableLook = { color: output.dataColor, width: output.dataWidth };
  if (operation === "doctor" && Array.isArray(result)) return presentChecks(result as never, look.color);
  const form = forms[operation];
  if (form && !(Array.isArray(result) && result.length === 0)) return form(result as never, look);
  if (Array.isArray(result)) return presentList(operation, { rows: result as Record<string, unknown>[], input }, look);
  if (result === null || result === undefined) return "Done.";
  if (typeof result !== "object") return typeof result === "string" ? result : JSON.stringify(result);
  if ("context" in result && operation === "run.get") return presentContext(result.context as never, look.color);
  if ("steps" in result && "flow" in result) return presentRun(result as RunRecord, look);
  if (operation === "flow.verify") return presentVerification(result as never, look.color);
  if (operation.startsWith("review.")) return presentReview(result as never, look.color);
  if (operation === "config.explain") return presentExplanation(result as never, look);
  if (operation === "event.emit") return presentEmitted(result as never);
  if (operation === "config.get" || operation === "config.path") return presentValue(result);
  return presentModel(operation, result, look.color) ?? JSON.stringify(result, null, 2);
}

const forms: Readonly<Record<string, (result: never, look: TableLook) => string>> = {
  "claude.show": presentClaude,
  "alert.list": presentAlerts,
  "alert.get": presentAlert,
  "alert.add": presentAlert,
  "alert.ack": presentAlert,
  "alert.enable": presentAlert,
  "alert.disable": presentAlert,
  "alert.remove": presentRemovedAlert,
  "alert.history": presentHistory,
  "alert.silence": presentSilence,
  "alert.silences": presentSilences,
  "alert.unsilence": () => "Ended. What still fires is told of at the next look, within 15 seconds.",
  "alert.preview": presentPreview,
  "alert.test": presentTest,
  "cost.show": presentCost,
  "budget.set": presentBudget,
  "budget.show": presentBudget,
  "budget.list": presentBudgets,
  "budget.remove": presentRemovedBudget,
  "models.advise": presentAdvice,
  "schedule.list": presentSchedules,
  "schedule.show": presentSchedule,
  "schedule.add": presentSchedule,
  "schedule.pause": presentSchedule,
  "schedule.resume": presentSchedule,
  "schedule.remove": () => "Removed. Runs that it has started go on: tutti run list",
  "storage.show": presentStorage,
  "storage.prune": presentPruned,
  "storage.vacuum": presentVacuumed,
  "run.compare": presentComparison,
  "models.queue": presentQueues,
  "run.timeline": presentTimeline,
  "run.step": presentStep,
  "run.stats": presentStats,
  "metric.list": presentFamilies,
  "metric.query": presentQuery,
  "trace.list": presentTraces,
  "trace.search": presentTraces,
  "trace.get": presentTrace,
  "trace.span": presentSpan,
  "event.list": eventCells,
  "event.tail": presentEvent,
  "grafana.provision": presentProvision,
  "notify.test": ({ channel }: { channel: string }) => `Told by ${channel}.`,
};

const columns: Readonly<Record<string, readonly string[]>> = {
  "run.list": ["id", "flow", "status", "createdAt", "took", "summary"],
  "flow.list": ["name", "runs24h", "failed24h", "medianMs", "file", "description"],
  "flow.inputs": ["run", "createdAt", "brief"],
  "notify.list": ["name", "kind", "target"],
  "run.errors": ["count", "code", "flow", "step", "lastAt", "example", "message"],
  // What may be long comes last.
  "review.list": ["id", "createdAt", "step", "title"],
  "models.list": ["model", "sizeBytes", "contextLength", "loaded", "probe", "capabilities"],
  "models.servers": ["name", "kind", "url", "reachable", "loaded", "inFlight", "waiting", "swaps"],
  "tool.list": ["name", "effect", "description"],
  "config.list": ["key", "value", "source"],
};

const emptyTexts: Readonly<Record<string, string>> = {
  "alert.list": "There are no rules yet; those that Tutti comes with are there once something has run.",
  "alert.history": "No alert has changed its state yet.",
  "alert.silences": "Nothing is silenced.",
  "event.list": "Nothing has happened yet.",
  "metric.list":
    "No figure is called like that, or nothing has run here yet. All of them, once something has: tutti metrics list",
  "run.list": "No runs yet. Start one: tutti run <flow>",
  "run.errors": "No run has failed in this time.",
  "trace.list": "No traces yet: each run makes one.",
  "trace.search": "No trace is like that. All of them: tutti trace list",
  "flow.inputs": "This flow has not run yet.",
  "flow.list": "No flows found. Put one into flows/NAME.ts, or: tutti init",
  "review.list": "Nothing waits for you.",
  "budget.list": "No budgets yet. Set one: tutti budget set daily --window day --tokens 200000",
  "schedule.list": 'No schedules yet. Add one: tutti schedule add nightly <flow> --cron "30 2 * * *"',
  "models.advise": "The model servers list no chat model. Get one: tutti models pull llama3.2",
  "models.list": "The model server has no models. Get one: tutti models pull llama3.2",
};

const noMatchTexts: Readonly<Record<string, string>> = {
  "alert.list": "No rule is in this state. All of them: tutti alert list",
  "event.list": "No event is like that. The newest of all: tutti event list",
  "run.list": "No run is like that. All of them: tutti run list",
  "trace.list": "No trace is like that. All of them: tutti trace list",
  "review.list": "No review is like that. All of them: tutti review list --status all",
};

interface Listed {
  readonly rows: readonly Row[];
  readonly input: Answered["input"];
}

type Row = Readonly<Record<string, unknown>>;

function presentList(operation: string, { rows, input }: Listed, look: TableLook): string {
  const [first] = rows;
  if (!first) return (hasFilter(input) ? noMatchTexts[operation] : undefined) ?? emptyTexts[operation] ?? "Nothing.";
  const names =
    columnsFor(operation, input, look) ?? Object.keys(first).filter((key) => typeof first[key] !== "object");
  const heads = names.map((name) => titles[name] ?? name);
  return table(
    heads,
    rows.map((row) => names.map((name) => ownCell(operation, name, row) ?? cell(name, row))),
    look,
  );
}

/** Whether less was asked for than all that a list has without flags. */
function hasFilter({ limit: _limit, ...filters }: Answered["input"]): boolean {
  return Object.entries(filters).some(([key, value]) => !(key === "status" && (value === "open" || value === "all")));
}

// Below this the line that says most of a run would be nothing but its sign that there was more.
const roomForTimes = 100;

function columnsFor(
  operation: string,
  { status }: Answered["input"],
  { width }: TableLook,
): readonly string[] | undefined {
  if (operation === "run.list" && width < roomForTimes) return columns[operation]?.filter((name) => name !== "took");
  // Without a word about them only open ones are listed.
  const isMixed = operation === "review.list" && status !== undefined;
  return isMixed ? ["id", "createdAt", "status", "step", "title"] : columns[operation];
}

const titles: Readonly<Record<string, string>> = {
  createdAt: "created",
  runs24h: "24 h",
  failed24h: "failed",
  medianMs: "median",
  lastAt: "last",
  brief: "input",
  sizeBytes: "size",
  contextLength: "context",
  inFlight: "in flight",
  probe: "probed",
  capabilities: "can",
};

/** Cells that say more than their value does. */
function ownCell(operation: string, name: string, row: Row): string | undefined {
  if (operation === "flow.list" && name === "file")
    return row["isBuiltIn"] ? "built in" : nearPlace(String(row["file"]));
  if (operation === "flow.list" && name === "description" && row["problem"]) return `✕ ${cell("problem", row)}`;
  return undefined;
}

function cell(name: string, row: Row): string {
  const value = row[name];
  if (name === "took") return took(row as never);
  if (value === null || value === undefined) return "–";
  if (name === "medianMs") return formatMs(Number(value));
  if (name === "sizeBytes") return formatBytes(Number(value));
  if (name === "capabilities") return can(row as unknown as Able);
  if (name === "probe") return probed(value as { probedAt: number; isStale: boolean });
  if (name === "loaded" && typeof value === "boolean") return value ? "yes" : "no";
  if (name.endsWith("At")) return new Date(Number(value)).toISOString().replace("T", " ").slice(0, 19);
  if (Array.isArray(value)) return value.length === 0 ? "–" : value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

interface Able {
  readonly problem: string | null;
  readonly capabilities: readonly string[];
}

function can({ problem, capabilities }: Able): string {
  return problem ?? capabilities.join(", ");
}

function probed({ probedAt, isStale }: { readonly probedAt: number; readonly isStale: boolean }): string {
  return isStale ? "changed since" : new Date(probedAt).toISOString().slice(0, 10);
}

function presentValue(result: object): string {
  const value: unknown = "value" in result ? result.value : "path" in result ? result.path : undefined;
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

function presentEmitted({ name, run }: { readonly name: string; readonly run: string | null }): string {
  if (run !== null) return `Run ${run} has taken ${name}.`;
  return `No run waits for ${name}; it is kept for the first one that does.`;
}
