import { z } from "zod";
import type { Recorder } from "./recorder.ts";
import { recordRun } from "./run-report.ts";

/** What is drawn over time; `web/report/chart.ts` has the same, and a test holds the two together. */
export const chartExpressions: readonly string[] = [
  "sum by (status) (increase(tutti_runs_total[5m]))",
  "histogram_quantile(0.95, sum by (le) (increase(tutti_run_duration_seconds_bucket[5m])))",
  "sum by (gen_ai_token_type) (increase(gen_ai_client_token_usage_sum[5m]))",
  "histogram_quantile(0.95, sum by (le, gen_ai_request_model) (increase(gen_ai_client_operation_duration_seconds_bucket[5m])))",
];

const mostRuns = 500;
// Whose page can be opened in the report: those that failed first, then the newest.
const mostOpened = 25;
const pointsWanted = 200;
const shortestStepMs = 60_000;
const hourMs = 3_600_000;

const runsShape = z.array(z.object({ id: z.string(), status: z.string() }).loose());

/** What happened in the last `sinceMs`: figures, charts, failures, the runs, and some of them from near. */
export async function recordPeriod(
  recorder: Recorder,
  { since, sinceMs, now }: { readonly since: string; readonly sinceMs: number; readonly now: number },
): Promise<string[]> {
  const bucket = `${Math.max(hourMs, Math.ceil(sinceMs / 48 / hourMs) * hourMs)}ms`;
  await recorder.record("run.stats", { since, bucket });
  await recorder.record("run.errors", { since, limit: 50 });
  await recorder.record("cost.show", { by: "model", since });
  const step = Math.max(shortestStepMs, Math.ceil(sinceMs / pointsWanted / shortestStepMs) * shortestStepMs);
  const span = { from: now - sinceMs, to: now, step: `${step}ms` };
  for (const expression of chartExpressions) await recorder.record("metric.query", { expression, ...span });
  const runs = runsShape.parse(
    await recorder.record("run.list", { query: `since:${new Date(now - sinceMs).toISOString()}`, limit: mostRuns }),
  );
  const failed = runs.filter(({ status }) => status === "failed");
  const opened = [...failed, ...runs.filter(({ status }) => status !== "failed")].slice(0, mostOpened);
  const left: string[] = [];
  for (const { id } of opened) {
    if (recorder.hasRoom) left.push(...(await recordRun(recorder, id)).left);
  }
  if (runs.length > opened.length)
    left.push(`${opened.length} of ${runs.length} runs can be opened here, those that failed first.`);
  return runs.length < mostRuns ? left : [...left, `Only the newest ${mostRuns} runs.`];
}
