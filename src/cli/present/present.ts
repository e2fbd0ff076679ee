import { formatMs } from "../../core/duration.ts";
import type { RunRecord } from "../../core/step.ts";
import type { Output } from "../output.ts";
import { receipt } from "./receipt.ts";
import { table } from "./table.ts";

type Color = Output["color"];

/** A result as text for people; what has no form of its own is shown as a table or as JSON. */
export function present(operation: string, result: unknown, color: Color): string {
  if (Array.isArray(result)) return list(operation, result as Record<string, unknown>[], color);
  if (typeof result === "object" && result !== null && "steps" in result) return run(result as RunRecord, color);
  return JSON.stringify(result, null, 2) ?? "";
}

const columns: Readonly<Record<string, readonly string[]>> = {
  "run.list": ["id", "flow", "status", "createdAt", "took"],
  "flow.list": ["name", "file", "description", "problem"],
  "review.list": ["id", "title", "run", "step", "createdAt"],
  "models.list": ["name", "kind", "sizeBytes", "contextLength", "loaded"],
  "tool.list": ["name", "effect", "description"],
  doctor: ["group", "name", "status", "message", "fix"],
};

const emptyTexts: Readonly<Record<string, string>> = {
  "run.list": "No runs yet. Start one: tutti run <flow>",
  "flow.list": "No flows found. Put one into flows/NAME.ts, or: tutti init",
  "review.list": "Nothing waits for you.",
  "models.list": "The model server has no models. Get one: ollama pull llama3.2",
};

function list(operation: string, rows: readonly Record<string, unknown>[], color: Color): string {
  const [first] = rows;
  if (!first) return emptyTexts[operation] ?? "Nothing.";
  const names = columns[operation] ?? Object.keys(first).filter((key) => typeof first[key] !== "object");
  return table(
    names,
    rows.map((row) => names.map((name) => cell(name, row))),
    color,
  );
}

function cell(name: string, row: Readonly<Record<string, unknown>>): string {
  const value = row[name];
  if (name === "took")
    return typeof row["finishedAt"] === "number" && typeof row["startedAt"] === "number"
      ? formatMs(row["finishedAt"] - row["startedAt"])
      : "–";
  if (name.endsWith("At"))
    return typeof value === "number" ? new Date(value).toISOString().replace("T", " ").slice(0, 19) : "–";
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function run(record: RunRecord, color: Color): string {
  const names = ["step", "kind", "status", "took"];
  const rows = record.steps.map((step) => [
    step.key,
    step.kind,
    step.status,
    step.startedAt !== null && step.finishedAt !== null ? formatMs(step.finishedAt - step.startedAt) : "–",
  ]);
  const steps = rows.length > 0 ? `\n${table(names, rows, color)}` : "";
  const output = record.output === null ? "" : `\n\n${JSON.stringify(record.output, null, 2)}`;
  return `${record.flow}  ${receipt(record, color)}${steps}${output}`;
}
