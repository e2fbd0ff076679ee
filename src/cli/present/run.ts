import { formatMs } from "../../core/duration.ts";
import type { RunRecord, StepRecord } from "../../core/step.ts";
import { receipt } from "./receipt.ts";
import { table, type TableLook } from "./table.ts";

/** One run: its receipt, its steps, its output. */
export function presentRun(run: RunRecord, look: TableLook): string {
  const rows = run.steps.map((step) => [step.key, step.kind, step.status, took(step), step.error?.message ?? ""]);
  const steps = rows.length > 0 ? `\n${table(["step", "kind", "status", "took", ""], rows, look)}` : "";
  const output = run.output === null || run.output === undefined ? "" : `\n\n${essence(run.output)}`;
  return `${run.flow}  ${receipt(run, look)}${steps}${output}`;
}

/** What a flow wants to be printed: text, or the `summary` of its output, or the output as JSON. */
export function essence(output: unknown): string {
  if (typeof output === "string") return output;
  if (typeof output === "object" && output !== null && "summary" in output && typeof output.summary === "string") {
    return output.summary;
  }
  return JSON.stringify(output, null, 2) ?? "";
}

/** How long something took; a dash where that is not known. */
export function took({ startedAt, finishedAt }: Pick<StepRecord, "startedAt" | "finishedAt">): string {
  return startedAt === null || finishedAt === null ? "–" : formatMs(finishedAt - startedAt);
}
