import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { takeBoot } from "../../data/boot.ts";
import { useQuery } from "../../data/query.ts";
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

const recent = 20;

export function OverviewPage(): JSX.Element {
  const stats = useQuery("stats.24h", (signal) => tutti.run.stats({ since: "24h", bucket: "1h" }, { signal }), {
    changedBy: changesRuns,
    everyMs: 60_000,
    first: takeBoot("run.stats"),
  });
  const runs = useQuery("runs.recent", (signal) => tutti.run.list({ limit: recent }, { signal }), {
    changedBy: changesRuns,
    first: takeBoot("run.list"),
  });
  const reviews = useQuery("reviews.open", (signal) => tutti.review.list({}, { signal }), {
    changedBy: ({ type }) => type.startsWith("tutti.review."),
    first: takeBoot("review.list"),
  });
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
