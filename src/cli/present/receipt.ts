import { formatMs } from "../../core/duration.ts";
import type { RunRecord, Skipped } from "../../core/step.ts";
import type { Colors } from "../terminal-text.ts";
import { textOf } from "./json.ts";
import { nearPlace } from "./place.ts";
import { howToAnswer, type AnswerableReview } from "./review.ts";

export interface OpenReview extends AnswerableReview {
  readonly title: string;
}

/** The last lines of a run: what it was, how long, what it used, what was skipped and why, how to go on. */
export function receipt(
  run: RunRecord,
  { color, reviews = [] }: { color: Colors; reviews?: readonly OpenReview[] },
): string {
  const { startedAt, finishedAt } = run;
  const took = startedAt !== null && finishedAt !== null ? ` in ${formatMs(finishedAt - startedAt)}` : "";
  const steps = run.steps.length === 1 ? "1 step" : `${run.steps.length} steps`;
  return [
    `${color.bold(run.status)} ${run.id}${took}  ${color.dim(steps)}`,
    ...usageLine(run),
    ...skippedLines(run, color),
    ...errorLines(run, color),
    ...nextLines(run, reviews),
  ].join("\n");
}

function usageLine({ usage }: RunRecord): string[] {
  if (usage.calls === 0) return [];
  const calls = usage.calls === 1 ? "1 call" : `${usage.calls} calls`;
  const tokens = `${usage.inputTokens ?? "–"} tokens in, ${usage.outputTokens ?? "–"} out`;
  const time = usage.modelMs === undefined ? "" : `, ${formatMs(usage.modelMs)}`;
  return [`model    ${(usage.models ?? ["unknown"]).join(", ")}: ${calls}, ${tokens}${time}`];
}

function skippedLines({ steps }: RunRecord, { dim }: Colors): string[] {
  const counts = new Map<string, { skipped: Skipped; count: number }>();
  for (const { skipped } of steps) {
    if (skipped) counts.set(skipped.reason, { skipped, count: (counts.get(skipped.reason)?.count ?? 0) + 1 });
  }
  return [...counts.values()].flatMap(({ skipped, count }) => [
    `skipped  ${count} × ${skipped.reason}`,
    `         ${dim(skipped.hint)}`,
  ]);
}

/** What failed, where that is in the user's own code, and what to do. */
function errorLines({ error }: RunRecord, { dim }: Colors): string[] {
  if (!error) return [];
  const where = textOf(error.data, "where");
  const hint = textOf(error.data, "hint");
  return [
    `error    ${error.message}  ${dim(error.code)}`,
    ...(where === null ? [] : [`where    ${nearPlace(where)}`]),
    ...(hint === null ? [] : [`fix      ${hint}`]),
  ];
}

function nextLines({ id, status }: RunRecord, reviews: readonly OpenReview[]): string[] {
  if (status === "succeeded") return [`look     tutti run get ${id}`];
  if (status === "paused") return [`go on    tutti run resume ${id}`];
  if (status === "failed" || status === "cancelled") return [`again    tutti run retry ${id}`];
  if (status !== "waiting") return [];
  return [...reviews.map((review) => `answer   ${howToAnswer(review)[0]}`), `watch    tutti run watch ${id}`];
}
