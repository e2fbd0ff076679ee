import { formatMs } from "../../core/duration.ts";
import type { RunRecord, StepRecord } from "../../core/step.ts";
import { presentModelCalls } from "./model-call.ts";
import { receipt } from "./receipt.ts";
import { table, type TableLook } from "./table.ts";

/** One run: its receipt, its steps, where the time of its model calls went, its output; or those of one step alone. */
export function presentRun(run: RunRecord & { readonly step?: string }, look: TableLook): string {
  const rows = run.steps.map((step) => [step.key, step.kind, step.status, took(step), step.error?.message ?? ""]);
  const steps = rows.length > 0 ? `\n${table(["step", "kind", "status", "took", ""], rows, look)}` : "";
  const calls = presentModelCalls(run.steps, look);
  const result = run.step === undefined ? run.output : run.steps.find(({ key }) => key === run.step)?.output;
  const output = result === null || result === undefined ? "" : `\n\n${essence(result)}`;
  const head = run.step === undefined ? receipt(run, look) : `${run.status} ${run.id}`;
  return `${run.flow}  ${head}${steps}${calls === "" ? "" : `\n\n${calls}`}${output}`;
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
