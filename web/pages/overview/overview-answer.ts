import { plural } from "../../data/format.ts";

interface Known {
  readonly stats: { readonly byStatus: Readonly<Record<string, number>>; readonly total: number } | undefined;
  readonly reviews: readonly unknown[] | undefined;
  readonly isNew: boolean;
}

/** How things are, in one or two sentences; nothing until it is known. */
export function answerOf({ stats, reviews, isNew }: Known): string | undefined {
  if (isNew) return "Nothing has run yet.";
  if (!stats || !reviews) return undefined;
  const waiting = reviews.length;
  const failed = stats.byStatus["failed"] ?? 0;
  const running = (stats.byStatus["running"] ?? 0) + (stats.byStatus["queued"] ?? 0);
  const cue = waiting === 0 ? "" : `${plural(waiting, "decision")} ${waiting === 1 ? "waits" : "wait"} for you. `;
  if (failed > 0) return `${cue}${plural(failed, "run")} failed in the last 24 h.`;
  if (running > 0)
    return `${cue}${plural(running, "run")} ${running === 1 ? "is" : "are"} under way; nothing has failed in the last 24 h.`;
  if (stats.total === 0) return `${cue}Nothing has run in the last 24 h.`;
  return `${cue}${waiting === 0 ? "Nothing waits for you. " : ""}Nothing has failed in the last 24 h.`;
}
