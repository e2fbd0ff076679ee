import { formatMs } from "../../core/duration.ts";
import type { StepRecord } from "../../core/step.ts";
import { amount } from "./amount.ts";
import { table, type TableLook } from "./table.ts";

/** What a model step keeps of its answer, as far as it is shown; what its server does not tell is absent. */
interface Answer {
  readonly model?: string;
  readonly usage?: { readonly inputTokens?: number; readonly outputTokens?: number; readonly cachedTokens?: number };
  readonly timings?: {
    readonly totalMs?: number;
    readonly queueMs?: number;
    readonly loadMs?: number;
    readonly promptMs?: number;
    readonly generateMs?: number;
    readonly firstTokenMs?: number;
  };
  readonly calls?: number;
  readonly compacted?: { readonly messages: number };
  readonly grown?: { readonly from: number; readonly to: number };
  readonly repairs?: readonly { readonly kind: string }[];
}

/** Where the time of each model step went: our line, the server's own, the load of its model, reading, writing. */
export function presentModelCalls(steps: readonly StepRecord[], look: TableLook): string {
  const rows = steps
    .filter(({ kind }) => kind === "model")
    .flatMap((step) => {
      const answer = answerOf(step);
      return answer ? [toRow(step.key, answer)] : [];
    });
  return rows.length === 0 ? "" : table([...heads], rows, look);
}

const heads = [
  "model step",
  "queue",
  "server queue",
  "load",
  "read",
  "write",
  "first token",
  "in",
  "out",
  "model",
  "",
] as const;

function answerOf({ output }: StepRecord): Answer | undefined {
  // What a model step stores; one that was skipped or failed has none of it.
  return typeof output === "object" && output !== null && "timings" in output ? (output as Answer) : undefined;
}

function toRow(key: string, { timings = {}, usage = {}, model, ...rest }: Answer): readonly string[] {
  const { queueMs, loadMs, promptMs, generateMs, firstTokenMs } = timings;
  const times = [queueMs, unexplained(timings), loadMs, promptMs, generateMs, firstTokenMs].map((ms) =>
    ms === undefined ? "–" : formatMs(ms),
  );
  const tokens = [usage.inputTokens, usage.outputTokens].map((count) => (count === undefined ? "–" : amount(count)));
  return [key, ...times, ...tokens, model ?? "–", notesOf(rest)];
}

/** What the server does not account for: the call stood behind those of other programs, or of other processes of ours. */
function unexplained({ totalMs, loadMs, promptMs, generateMs }: NonNullable<Answer["timings"]>): number | undefined {
  if (totalMs === undefined || loadMs === undefined || promptMs === undefined || generateMs === undefined)
    return undefined;
  return Math.max(0, totalMs - loadMs - promptMs - generateMs);
}

/** What was done to get the answer, in a few words; the context of the step says more. */
function notesOf({ calls = 1, compacted, grown, repairs = [] }: Answer): string {
  return [
    ...(calls > 1 ? [`asked ${calls} times`] : []),
    ...(grown ? [`context ${grown.from} to ${grown.to}`] : []),
    ...(compacted ? [`${compacted.messages} old messages left out`] : []),
    ...(repairs.some(({ kind }) => kind !== "asked_again" && kind !== "call_in_doubt") ? ["repaired"] : []),
  ].join(", ");
}
