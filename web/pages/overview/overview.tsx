import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { useCall } from "../../data/query.ts";
import { openReviews, recentRuns, stats24h } from "../../first.ts";
import { Page } from "../../ui/page.tsx";
import { Shown, Wait } from "../../ui/state.tsx";
import { RunTable } from "../runs/run-table.tsx";
import { changesRuns } from "../runs/run-row.ts";
import { AlertStrip } from "./alert-strip.tsx";
import { CueStrip } from "./cue-strip.tsx";
import { Figures } from "./figures.tsx";
import { FirstSteps } from "./first-steps.tsx";
import { Histogram } from "./histogram.tsx";
import { Machine } from "./machine.tsx";
import { answerOf } from "./overview-answer.ts";
import "./overview.css";

export function OverviewPage(): JSX.Element {
  const stats = useCall(stats24h, { changedBy: changesRuns, everyMs: 60_000 });
  const runs = useCall(recentRuns, { changedBy: changesRuns });
  const reviews = useCall(openReviews, { changedBy: ({ type }) => type.startsWith("tutti.review.") });
  const isNew = runs.data?.length === 0;
  const action = (
    <Link href="/flows" class="btn">
      Start a run
    </Link>
  );
  return (
    <Page
      title="Overview"
      answer={answerOf({ stats: stats.data, reviews: reviews.data, isNew })}
      action={isNew ? undefined : action}
    >
      <Shown answer={reviews}>{(open) => <CueStrip reviews={open} />}</Shown>
      <AlertStrip />
      {isNew ? (
        <FirstSteps />
      ) : (
        <>
          {stats.error ? <Shown answer={stats}>{() => null}</Shown> : null}
          <Figures stats={stats.data} waiting={reviews.data?.length} />
          {stats.data ? <Histogram buckets={stats.data.buckets} /> : <Wait lines={4} />}
          <div class="overview-columns">
            <section>
              <div class="recent-head">
                <h2>Recent runs</h2>
                <Link href="/runs" class="link muted small">
                  all runs
                </Link>
              </div>
              <Shown answer={runs} lines={12}>
                {(list) => <RunTable runs={list} label="Recent runs" />}
              </Shown>
            </section>
            <Machine />
          </div>
        </>
      )}
    </Page>
  );
}
