import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { plural } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { useUrlState } from "../../data/url-state.ts";
import { useKeys } from "../../shell/keys.ts";
import { useTitle } from "../../ui/page.tsx";
import { Empty, Shown } from "../../ui/state.tsx";
import { Item } from "./item.tsx";
import { Queue, type QueuedReview } from "./queue.tsx";
import "./reviews.css";

/** `/reviews` and `/reviews/:id`: what waits for a decision, and one of them whole. `?status=all` shows the decided too. */
export function ReviewsPage({ rest }: { readonly rest: string }): JSX.Element {
  const url = useUrlState();
  const isAll = url.get("status") === "all";
  const reviews = useQuery(
    isAll ? "reviews.all" : "reviews.open",
    (signal) => tutti.review.list(isAll ? { status: "all" } : {}, { signal }),
    {
      changedBy: ({ type }) => type.startsWith("tutti.review.") || type.startsWith("tutti.run.cancel"),
    },
  );
  // A decision is known here before the list has heard of it.
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set());
  const list = (reviews.data ?? []).filter(({ id, status }) => status !== "open" || !decided.has(id));
  const go = useMoves(list, rest, isAll ? "?status=all" : "");
  const onDecided = (): void => {
    setDecided((old) => new Set([...old, rest]));
    go.onwards();
  };
  useTitle("Reviews");
  return (
    <div class={rest === "" ? "reviews-page no-item" : "reviews-page"}>
      <section class="review-queue">
        <header>
          <h1>Reviews</h1>
          <p class="muted">{reviews.data ? answerOf(list) : ""}</p>
        </header>
        <Shown answer={reviews}>
          {() =>
            list.length === 0 ? null : (
              <Queue reviews={list} open={rest || undefined} suffix={isAll ? "?status=all" : ""} />
            )
          }
        </Shown>
        <footer>
          <button type="button" class="link muted" onClick={() => url.set({ status: isAll ? null : "all" })}>
            {isAll ? "Only what waits" : "History"}
          </button>
        </footer>
      </section>
      {rest === "" ? (
        <Nobody isKnown={reviews.data !== undefined} waiting={list.filter(({ status }) => status === "open").length} />
      ) : (
        <Item key={rest} id={rest} onDecided={onDecided} onSkip={go.onwards} />
      )}
    </div>
  );
}

interface Moves {
  readonly onwards: () => void;
}

/** j and k, and the next one after a decision. On a wide screen one is always open, as long as one waits. */
function useMoves(list: readonly QueuedReview[], open: string, suffix: string): Moves {
  const [, navigate] = useLocation();
  const to = (review: QueuedReview | undefined, how: { readonly replace?: boolean } = {}): void =>
    navigate(review === undefined ? `/reviews${suffix}` : `/reviews/${review.id}${suffix}`, how);
  const at = list.findIndex(({ id }) => id === open);
  const oldest = list.find(({ status }) => status === "open");
  useEffect(() => {
    if (open === "" && oldest && matchMedia("(min-width: 901px)").matches) to(oldest, { replace: true });
  }, [oldest?.id, open]);
  const move = (step: number): void => {
    const next = list[Math.max(0, Math.min(list.length - 1, at + step))];
    if (next) to(next);
  };
  useKeys("Reviews", [
    { keys: "j", does: "next review", run: () => move(1) },
    { keys: "k", does: "previous review", run: () => move(-1) },
  ]);
  const others = list.filter(({ id, status }) => id !== open && status === "open");
  return { onwards: () => to(others.find(({ id }) => list.findIndex((review) => review.id === id) > at) ?? others[0]) };
}

function answerOf(list: readonly QueuedReview[]): string {
  const open = list.filter(({ status }) => status === "open").length;
  return open === 0 ? "nothing waits" : `${plural(open, "decision")} ${open === 1 ? "waits" : "wait"}`;
}

function Nobody({ isKnown, waiting }: { readonly isKnown: boolean; readonly waiting: number }): JSX.Element {
  return (
    <div class="review-item">
      <div class="review-body">
        {!isKnown || waiting > 0 ? null : (
          <Empty title="Nothing waits for you">
            <p>
              A step <code>step.review(…)</code> of a flow, a tool that has to be approved, or a budget that asks puts
              its question here, and the run waits until it is answered.
            </p>
          </Empty>
        )}
      </div>
    </div>
  );
}
