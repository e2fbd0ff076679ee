import type { RunRecord } from "../core/step.ts";

/** What the process says when it ends; `docs/cli.md` has the same list. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  cancelled: 2,
  usage: 3,
  denied: 4,
  unreachable: 5,
  unverified: 6,
  waiting: 7,
  stopped: 8,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** The codes in words, for `tutti help exit-codes` and the docs. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: "the run succeeded, or the command did what it says",
  failed: "the run or the command failed, or the run is paused",
  cancelled: "the run was cancelled, or you left a question unanswered",
  usage: "flags, arguments, input or configuration are wrong, or name what is not there",
  denied: "not permitted",
  unreachable: "no daemon, no host or no model server answers",
  unverified: "it ran, but its effect could not be verified",
  waiting: "a run was left waiting for a review",
  stopped: "stopped by a budget or a policy",
  hungUp: "ended because its terminal was closed (SIGHUP)",
  interrupted: "ended by Ctrl-C",
  terminated: "told to end by SIGTERM; `tutti up` and `tutti work`, whose end that is, end with 0",
};

const usageErrors = [
  "alert.missing",
  "alert.silence_missing",
  "usage.",
  "config.",
  "flow.input_invalid",
  "flow.missing",
  "flow.syntax",
  "flow.invalid",
  "run.missing",
  "model.missing",
  "review.missing",
  "trace.missing",
  "budget.missing",
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
