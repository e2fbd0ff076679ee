import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { now } from "../../data/clock.ts";
import { duration } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { Glyph, Status } from "../../ui/glyph.tsx";
import { useTitle } from "../../ui/page.tsx";
import { Failure, Shown } from "../../ui/state.tsx";
import { Ago, Clock } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { Context } from "./context.tsx";
import { Payload } from "./payload.tsx";
import { VerdictBar } from "./verdict-bar.tsx";
import { decide } from "./decide.ts";
import { wayOf, type Verdict } from "./verdict.ts";

export interface ItemProps {
  readonly id: string;
  /** It was decided here. */
  readonly onDecided: () => void;
  readonly onSkip: () => void;
}

/** One review: what will happen, exactly; the decision; the run that asks. */
export function Item({ id, onDecided, onSkip }: ItemProps): JSX.Element {
  const review = useQuery(`review ${id}`, (signal) => tutti.review.show({ id }, { signal }), {
    changedBy: ({ type }) => type.startsWith("tutti.review."),
  });
  return (
    <>
      <div class="review-item">
        <Shown answer={review} lines={8}>
          {(shown) => <Asked key={shown.id} review={shown} onDecided={onDecided} onSkip={onSkip} />}
        </Shown>
      </div>
      {review.data ? <Context run={review.data.run} step={review.data.step} /> : <aside class="review-context" />}
    </>
  );
}

type Shown = Awaited<ReturnType<typeof tutti.review.show>>;

interface AskedProps extends Omit<ItemProps, "id"> {
  readonly review: Shown;
}

function Asked({ review, onDecided, onSkip }: AskedProps): JSX.Element {
  useTitle(review.title);
  const { end, isSeen } = useSeen();
  const [failure, setFailure] = useState<Error | null>(null);
  const [isAtWork, setIsAtWork] = useState(false);
  const onVerdict = (verdict: Verdict): void => {
    setIsAtWork(true);
    setFailure(null);
    decide(review.id, verdict).then(
      () => {
        toast(`${{ approve: "Approved", reject: "Rejected", answer: "Answered" }[verdict.kind]}: ${review.title}`);
        onDecided();
      },
      (error: unknown) => {
        setFailure(error instanceof Error ? error : new Error(String(error)));
        setIsAtWork(false);
      },
    );
  };
  const isOpen = review.status === "open";
  return (
    <>
      <Head review={review} />
      <div class="review-body" tabIndex={0}>
        <h1>{review.title}</h1>
        {wayOf(review) === "words" ? null : <Payload payload={review.payload} />}
        {isOpen ? <AtTimeout dueAt={review.dueAt} /> : <Decided review={review} />}
        {failure ? <Failure error={failure} /> : null}
        <div ref={end} class="review-end" />
      </div>
      {isOpen ? (
        <VerdictBar review={review} isSeen={isSeen} isAtWork={isAtWork} onVerdict={onVerdict} onSkip={onSkip} />
      ) : null}
    </>
  );
}

function Head({ review }: { readonly review: Shown }): JSX.Element {
  if (review.status !== "open") {
    return (
      <header class="review-head">
        <Status status={review.status} />
      </header>
    );
  }
  const left = review.dueAt === null ? null : Math.max(0, review.dueAt - now.value);
  const share = review.dueAt === null || left === null ? 0 : 1 - left / Math.max(1, review.dueAt - review.createdAt);
  return (
    <header class="review-head is-open">
      <span class="line is-cue">
        <Glyph status="open" />
        <b>Waits for you</b>
      </span>
      <span class="muted">
        <Ago at={review.createdAt} />
      </span>
      {left === null ? (
        <span class="push faint">no time limit</span>
      ) : (
        <span class="push muted">
          times out in <b class="mono">{duration(left)}</b>
        </span>
      )}
      {left === null ? null : <i class="countdown" style={{ width: `${share * 100}%` }} />}
    </header>
  );
}

function AtTimeout({ dueAt }: { readonly dueAt: number | null }): JSX.Element {
  return (
    <p class="muted">
      {dueAt === null ? (
        "There is no time limit: the run waits for as long as it takes."
      ) : (
        <>
          At <Clock at={dueAt} /> the step fails with <code>engine.deadline</code>, unless it was decided.
        </>
      )}
    </p>
  );
}

function Decided({ review: { decision, status } }: { readonly review: Shown }): JSX.Element {
  if (!decision) return <p class="muted">It was withdrawn: nobody has to decide it any more.</p>;
  return (
    <dl class="facts">
      <dt>decision</dt>
      <dd>{decision.answer ?? status}</dd>
      <dt>by</dt>
      <dd>
        {decision.by}, <Clock at={decision.at} />
      </dd>
      {decision.reason === null ? null : (
        <>
          <dt>reason</dt>
          <dd>{decision.reason}</dd>
        </>
      )}
    </dl>
  );
}

/** Whether the end has been on the screen: nobody is asked to approve what he could not see. */
function useSeen(): { readonly end: { current: HTMLDivElement | null }; readonly isSeen: boolean } {
  const end = useRef<HTMLDivElement>(null);
  const [isSeen, setIsSeen] = useState(false);
  useEffect(() => {
    if (!end.current) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setIsSeen(true);
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  return { end, isSeen };
}
