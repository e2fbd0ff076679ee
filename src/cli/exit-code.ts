import type { RunRecord } from "../core/step.ts";

/** What the process says when it ends; `docs/cli.md` has the same list. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  cancelled: 2,
  usage: 3,
  denied: 4,
  unreachable: 5,
  waiting: 7,
  stopped: 8,
  interrupted: 130,
} as const;

const usageErrors = [
  "usage.",
  "config.",
  "flow.input_invalid",
  "flow.missing",
  "flow.syntax",
  "flow.invalid",
  "run.missing",
  "review.missing",
];

export function exitCodeOfError(code: string): number {
  if (usageErrors.some((beginning) => code.startsWith(beginning))) return exitCodes.usage;
  if (code === "model.unreachable" || code === "host.unreachable") return exitCodes.unreachable;
  if (code.startsWith("budget.") || code.startsWith("policy.")) return exitCodes.stopped;
  return exitCodes.failed;
}

/** By the state in which a run was left; `isReviewOpen` tells whether it waits for a human. */
export function exitCodeOfRun({ status, error }: Pick<RunRecord, "status" | "error">, isReviewOpen: boolean): number {
  const code = error?.code ?? "";
  const isStopped = code.startsWith("budget.") || code.startsWith("policy.");
  switch (status) {
    case "succeeded":
      return exitCodes.ok;
    case "failed":
      if (code === "model.unreachable") return exitCodes.unreachable;
      return isStopped ? exitCodes.stopped : exitCodes.failed;
    case "cancelled":
      return exitCodes.cancelled;
    case "paused":
      return isStopped ? exitCodes.stopped : exitCodes.failed;
    case "waiting":
      return isReviewOpen ? exitCodes.waiting : exitCodes.ok;
    default:
      return exitCodes.ok;
  }
}
