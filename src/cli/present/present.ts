import type { RunRecord } from "../../core/step.ts";
import type { Output } from "../output.ts";
import { presentContext } from "./context.ts";
import { presentChecks } from "./doctor.ts";
import { presentExplanation } from "./explanation.ts";
import { presentReview } from "./review.ts";
import { presentRun, took } from "./run.ts";
import { presentVerification } from "./verification.ts";
import { table, type TableLook } from "./table.ts";

/** A result as text for people; what has no form of its own is shown as a table or as JSON. */
export function present(operation: string, result: unknown, output: Pick<Output, "dataColor" | "dataWidth">): string {
  const look: TableLook = { color: output.dataColor, width: output.dataWidth };
  if (operation === "doctor" && Array.isArray(result)) return presentChecks(result as never, look.color);
  if (Array.isArray(result)) return presentList(operation, result as Record<string, unknown>[], look);
  if (result === null || result === undefined) return "Done.";
  if (typeof result !== "object") return typeof result === "string" ? result : JSON.stringify(result);
  if ("context" in result && operation === "run.get") return presentContext(result.context as never, look.color);
  if ("steps" in result && "flow" in result) return presentRun(result as RunRecord, look);
  if (operation === "flow.verify") return presentVerification(result as never, look.color);
  if (operation.startsWith("review.")) return presentReview(result as never, look.color);
  if (operation === "config.explain") return presentExplanation(result as never, look);
  if (operation === "config.get" || operation === "config.path") return presentValue(result);
  return JSON.stringify(result, null, 2);
}

const columns: Readonly<Record<string, readonly string[]>> = {
  "run.list": ["id", "flow", "status", "createdAt", "took"],
  "flow.list": ["name", "file", "description", "problem"],
  "review.list": ["id", "title", "run", "step", "createdAt"],
  "models.list": ["name", "kind", "sizeBytes", "contextLength", "loaded"],
  "tool.list": ["name", "effect", "description"],
  "config.list": ["key", "value", "source"],
};

const emptyTexts: Readonly<Record<string, string>> = {
  "run.list": "No runs yet. Start one: tutti run <flow>",
  "flow.list": "No flows found. Put one into flows/NAME.ts, or: tutti init",
  "review.list": "Nothing waits for you.",
  "models.list": "The model server has no models. Get one: ollama pull llama3.2",
};

function presentList(operation: string, rows: readonly Record<string, unknown>[], look: TableLook): string {
  const [first] = rows;
  if (!first) return emptyTexts[operation] ?? "Nothing.";
  const names = columns[operation] ?? Object.keys(first).filter((key) => typeof first[key] !== "object");
  const heads = names.map((name) => titles[name] ?? name);
  return table(
    heads,
    rows.map((row) => names.map((name) => cell(name, row))),
    look,
  );
}

const titles: Readonly<Record<string, string>> = {
  createdAt: "created",
  sizeBytes: "size",
  contextLength: "context",
};

function cell(name: string, row: Readonly<Record<string, unknown>>): string {
  const value = row[name];
  if (name === "took") return took(row as never);
  if (value === null || value === undefined) return "–";
  if (name === "sizeBytes") return size(Number(value));
  if (name.endsWith("At")) return new Date(Number(value)).toISOString().replace("T", " ").slice(0, 19);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function presentValue(result: object): string {
  const value: unknown = "value" in result ? result.value : "path" in result ? result.path : undefined;
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
