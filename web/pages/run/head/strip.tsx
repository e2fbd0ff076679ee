import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { duration, plural } from "../../../data/format.ts";
import { useCall } from "../../../data/query.ts";
import { openReviews } from "../../../first.ts";
import { Glyph } from "../../../ui/glyph.tsx";
import type { Score } from "../../../score/model.ts";
import type { Part } from "../../../score/tree.ts";
import { causeOf, keptBefore, stepOf, type Cause } from "./cause.ts";
import type { RunAct } from "./run-button.tsx";

export interface StripProps {
  readonly score: Score;
  readonly onShow: (id: string) => void;
  readonly onAct: (act: RunAct) => void;
}

/** One line under the figures: what is asked of you, why it failed, why it rests. Nothing where all is as it should be. */
export function Strip({ score, onShow, onAct }: StripProps): JSX.Element | null {
  const review = openReview(score);
  if (review) return <CueStrip part={review} now={score.now} />;
  const cause = causeOf(score.tree);
  if (cause) return <CauseStrip cause={cause} score={score} onShow={onShow} />;
  const { run } = score.timeline;
  if (run.status === "paused" && run.error) return <PauseStrip error={run.error} onAct={onAct} />;
  return null;
}

export function openReview({ tree }: Score): Part | undefined {
  return [...tree.byId.values()].find(({ span }) => span.kind === "review" && span.status === "waiting");
}

function CueStrip({ part, now }: { readonly part: Part; readonly now: number }): JSX.Element {
  const { name } = part;
  const { review } = part.span;
  // The list that the navigation counts: it knows when each falls due.
  const { data } = useCall(openReviews);
  const asked = data?.find(({ id }) => id === review);
  const dueAt = asked?.dueAt ?? null;
  return (
    <aside class="strip is-cue-strip" aria-label="Your cue">
      <Glyph status="open" />
      <b>Your cue.</b>
      <span class="cut">{asked?.title ?? name}</span>
      <span class="push muted small strip-due">
        {dueAt === null ? "waits as long as you like" : `times out in ${duration(dueAt - now)}`}
      </span>
      <Link class="btn short" href={review ? `/reviews/${review}` : "/reviews"}>
        Review <kbd aria-hidden="true">v</kbd>
      </Link>
    </aside>
  );
}

interface CauseStripProps extends Omit<StripProps, "onAct"> {
  readonly cause: Cause;
}

function CauseStrip({ cause, score, onShow }: CauseStripProps): JSX.Element {
  const { part, code, message, more } = cause;
  const step = part && stepOf(part);
  const kept = step === null ? 0 : keptBefore(score.tree, step);
  return (
    <aside class="strip is-fail-strip" aria-label="Why it failed">
      <Glyph status="failed" />
      <b>
        {step === null
          ? "The flow itself failed."
          : `${fullName(step)} failed${more[0]?.startsWith("after") ? ` ${more[0]}` : ""}.`}
      </b>
      <span class="strip-message" title={message}>
        {message}
      </span>
      <code class="faint">{code}</code>
      <span class="push line">
        <span class="muted small strip-due">
          {more.filter((word) => !word.startsWith("after")).join(", ") ||
            (kept > 0 ? `a retry keeps the ${plural(kept, "step")} before it` : "a retry begins anew")}
        </span>
        {part === null ? null : (
          <button type="button" class="btn short" onClick={() => onShow(part.id)}>
            Show the step
          </button>
        )}
      </span>
    </aside>
  );
}

/** A turn is nothing without its agent. */
function fullName({ name, parent }: Part): string {
  return /^(turn|item|attempt) \d+/.test(name) && parent !== null ? `${fullName(parent)} › ${name}` : name;
}

function PauseStrip({
  error,
  onAct,
}: {
  readonly error: { readonly code: string; readonly message: string };
  readonly onAct: (act: RunAct) => void;
}): JSX.Element {
  return (
    <aside class="strip is-idle-strip" aria-label="Why it is paused">
      <Glyph status="paused" />
      <b>Paused.</b>
      <span class="strip-message" title={error.message}>
        {error.message}
      </span>
      <code class="faint">{error.code}</code>
      <button type="button" class="btn short push" onClick={() => onAct("resume")}>
        Resume
      </button>
    </aside>
  );
}
