import { formatMs } from "../../core/duration.ts";
import type { RunRecord } from "../../core/step.ts";
import type { Output } from "../output.ts";

/** The last lines of a run: what it was, how long, what it used, what was skipped and why, how to go on. */
export function receipt(run: RunRecord, color: Output["color"]): string {
  const { dim, bold } = color;
  const took =
    run.startedAt !== null && run.finishedAt !== null ? ` in ${formatMs(run.finishedAt - run.startedAt)}` : "";
  const skipped = run.steps.filter((step) => step.skipped !== null);
  const reasons = [...new Map(skipped.map((step) => [step.skipped?.reason, step.skipped])).values()];
  return [
    `${bold(run.status)} ${run.id}${took}  ${dim(`${run.steps.length} steps`)}`,
    ...usageLine(run),
    ...reasons.flatMap((reason) =>
      reason
        ? [
            `skipped  ${skipped.filter((step) => step.skipped?.reason === reason.reason).length} × ${reason.reason}`,
            `         ${dim(reason.hint)}`,
          ]
        : [],
    ),
    ...(run.error ? [`error    ${run.error.message}  ${dim(run.error.code)}`, ...hintOf(run.error.data)] : []),
    ...nextLine(run),
  ].join("\n");
}

function usageLine({ usage }: RunRecord): string[] {
  if (usage.calls === 0) return [];
  const tokens = `${usage.inputTokens ?? "–"} tokens in, ${usage.outputTokens ?? "–"} out`;
  return [
    `model    ${(usage.models ?? []).join(", ")}: ${usage.calls} calls, ${tokens}${usage.modelMs === undefined ? "" : `, ${formatMs(usage.modelMs)}`}`,
  ];
}

function hintOf(data: unknown): string[] {
  if (typeof data !== "object" || data === null || !("hint" in data) || typeof data.hint !== "string") return [];
  return [`fix      ${data.hint}`];
}

function nextLine({ id, status }: RunRecord): string[] {
  if (status === "paused") return [`go on    tutti run resume ${id}`];
  if (status === "failed") return [`again    tutti run retry ${id}`];
  if (status === "waiting") return [`watch    tutti run watch ${id}`];
  return [];
}
