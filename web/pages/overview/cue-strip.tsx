import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { now } from "../../data/clock.ts";
import { duration } from "../../data/format.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Ago } from "../../ui/time.tsx";

export interface OpenReview {
  readonly id: string;
  readonly title: string;
  readonly flow: string | null;
  readonly createdAt: number;
  readonly dueAt: number | null;
}

// The oldest; the rest is one click away.
const mostShown = 5;

/** What waits for a person, oldest first. */
export function CueStrip({ reviews }: { readonly reviews: readonly OpenReview[] }): JSX.Element | null {
  if (reviews.length === 0) return null;
  return (
    <ul class="cue-strip" aria-label="Waiting for you">
      {reviews.slice(0, mostShown).map((review) => (
        <Cue key={review.id} review={review} />
      ))}
      {reviews.length > mostShown ? (
        <li class="cue-row">
          <span />
          <Link href="/reviews" class="link">
            {reviews.length - mostShown} more
          </Link>
        </li>
      ) : null}
    </ul>
  );
}

function Cue({ review: { id, title, flow, createdAt, dueAt } }: { readonly review: OpenReview }): JSX.Element {
  return (
    <li class="cue-row">
      <Glyph status="open" />
      <b class="cut">{title}</b>
      <span class="wide cut muted">{flow}</span>
      <span class="wide muted right">
        <Ago at={createdAt} /> ago
      </span>
      <span class="wide right">
        {dueAt === null ? (
          <span class="faint">no time limit</span>
        ) : (
          <>
            <span class="muted">times out </span>
            <span class="is-cue">in {duration(Math.max(0, dueAt - now.value))}</span>
          </>
        )}
      </span>
      <Link href={`/reviews/${id}`} class="btn short">
        Review
      </Link>
    </li>
  );
}
