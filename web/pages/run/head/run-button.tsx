import type { JSX } from "preact";
import { Link } from "wouter-preact";
import type { TimelineRun } from "../../../score/timeline.ts";

export type RunAct = "pause" | "resume" | "cancel" | "retry" | "compare" | "export";

interface Offer {
  readonly act: RunAct;
  readonly word: string;
  readonly look: "quiet" | "plain" | "primary";
}

/** What can be done with a run as it stands, the likeliest last. */
export function offersOf({ status }: Pick<TimelineRun, "status">): readonly Offer[] {
  const always: Offer[] = [
    { act: "compare", word: "Compare", look: "quiet" },
    { act: "export", word: "Export", look: "quiet" },
  ];
  const cancel: Offer = { act: "cancel", word: "Cancel run", look: "plain" };
  if (status === "paused") return [...always, cancel, { act: "resume", word: "Resume", look: "primary" }];
  if (status === "running" || status === "waiting" || status === "queued") {
    return [...always, { act: "pause", word: "Pause", look: "plain" }, cancel];
  }
  if (status === "failed" || status === "cancelled") {
    return [...always, { act: "retry", word: "Retry", look: "primary" }];
  }
  return always;
}

export function RunButtons({
  run,
  onAct,
}: {
  readonly run: TimelineRun;
  readonly onAct: (act: RunAct) => void;
}): JSX.Element {
  return (
    <>
      <Link class="btn quiet" href={`/traces/${run.id}`}>
        Trace
      </Link>
      <Link class="btn quiet" href={`/logs?q=run:${run.id}`}>
        Logs
      </Link>
      {offersOf(run).map(({ act, word, look }) => (
        <button key={act} type="button" class={look === "plain" ? "btn" : `btn ${look}`} onClick={() => onAct(act)}>
          {word}
        </button>
      ))}
    </>
  );
}
