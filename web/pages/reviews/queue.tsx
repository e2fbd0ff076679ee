import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { now } from "../../data/clock.ts";
import { duration } from "../../data/format.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Ago } from "../../ui/time.tsx";

export interface QueuedReview {
  readonly id: string;
  readonly title: string;
  readonly flow: string | null;
  readonly status: string;
  readonly createdAt: number;
  readonly dueAt: number | null;
}

/** The reviews, oldest first. */
export function Queue({
  reviews,
  open,
  suffix,
}: {
  readonly reviews: readonly QueuedReview[];
  readonly open: string | undefined;
  readonly suffix: string;
}): JSX.Element {
  return (
    <ul class="queue" aria-label="Reviews">
      {reviews.map(({ id, title, flow, status, createdAt, dueAt }) => (
        <li key={id}>
          <Link href={`/reviews/${id}${suffix}`} aria-current={id === open ? "true" : undefined}>
            <Glyph status={status} label={status === "open" ? "waits for you" : status} />
            <b>{title}</b>
            <span class="muted">{flow}</span>
            <span class="faint small">
              {status !== "open" ? (
                <>
                  {status}, asked <Ago at={createdAt} /> ago
                </>
              ) : dueAt === null ? (
                <>
                  asked <Ago at={createdAt} /> ago
                </>
              ) : (
                `times out in ${duration(Math.max(0, dueAt - now.value))}`
              )}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
