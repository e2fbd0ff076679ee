import { oneLine } from "../../core/brief.ts";
import { formatMs } from "../../core/duration.ts";

const longestSummary = 200;

/** What a run's row says of why it is where it is. */
export interface SummaryFacts {
  readonly status: string;
  readonly brief: string | null;
  readonly error: { readonly code: string; readonly step: string | null; readonly message: string } | null;
  readonly waits: readonly SummaryWait[];
  readonly now: number;
}

/** Open waits of one kind: how many, and the first of them. */
export interface SummaryWait {
  readonly kind: string;
  readonly count: number;
  readonly name: string;
  readonly event: string | null;
  readonly dueAt: number | null;
  /** Of a review. */
  readonly title?: string | undefined;
}

/** One line of at most 200 bytes: why it failed and in which step, what it waits for, or a short word on its input. */
export function summaryOf({ status, brief, error, waits, now }: SummaryFacts): string {
  if (error !== null && ["failed", "paused", "cancelled"].includes(status)) {
    const where = error.step === null ? "" : `${error.step}: `;
    return oneLine(`${where}${error.message}`, longestSummary);
  }
  const [first] = waits;
  if (status === "waiting" && first) {
    const count = waits.reduce((sum, wait) => sum + wait.count, 0);
    return oneLine(`${waitText(first, now)}${count > 1 ? ` and ${count - 1} more` : ""}`, longestSummary);
  }
  return oneLine(brief ?? "", longestSummary);
}

function waitText({ kind, name, event, dueAt, title }: SummaryWait, now: number): string {
  const until = dueAt === null ? "" : `, ${dueAt > now ? `${formatMs(dueAt - now)} left` : "due now"}`;
  switch (kind) {
    case "review":
      return `waits for you: ${title ?? name}${until}`;
    case "sleep":
      return `sleeps${until}`;
    case "waitFor":
      return `waits for the event ${event ?? name}${until}`;
    case "flow":
      return `waits for a run of ${name}`;
    default:
      return `waits in ${name}${until}`;
  }
}
