import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { tutti } from "../../../data/api.ts";
import { now } from "../../../data/clock.ts";
import { useQuery } from "../../../data/query.ts";
import { useUrlState } from "../../../data/url-state.ts";
import { Legend } from "../../../score/legend.tsx";
import { createScore, treeOf } from "../../../score/model.ts";
import { ScoreFilters } from "../../../score/score-filter.tsx";
import { failureKeys, scoreKeys } from "../../../score/score-key.ts";
import { useScoreState } from "../../../score/score-state.ts";
import { Waterfall } from "../../../score/waterfall.tsx";
import { useKeys } from "../../../shell/keys.ts";
import { Page, useTitle } from "../../../ui/page.tsx";
import { Failure, Wait } from "../../../ui/state.tsx";
import { isTraceOpen, shownName, stateOf } from "../trace-row.ts";
import { SpanInspector } from "./span-inspector.tsx";
import { TraceHead } from "./trace-head.tsx";
import { toTimeline, type Trace } from "./trace-timeline.ts";
import "../../../score/frame.css";
import "./trace.css";

// While it goes on, spans come as they end.
const lookAgainMs = 2_000;

/** One trace: what lay in what, how long each took, and what each span says. */
export function TracePage({ id }: { readonly id: string }): JSX.Element {
  const answer = useQuery(`trace ${id}`, (signal) => tutti.trace.get({ id }, { signal }));
  const { data, error, reload } = answer;
  if (data) return <TraceView trace={data} error={error} onRenew={reload} />;
  return <Page title="Trace">{error ? <Failure error={error} retry={reload} /> : <Wait lines={8} />}</Page>;
}

interface TraceViewProps {
  readonly trace: Trace;
  readonly error: Error | undefined;
  readonly onRenew: () => void;
}

function TraceView({ trace, error, onRenew }: TraceViewProps): JSX.Element {
  useTitle(`${shownName(trace.name)}, ${stateOf(trace, now.value)}`);
  const { isOpen, time } = useOpenTime(trace, onRenew);
  const timeline = useMemo(() => toTimeline(trace, isOpen), [trace, isOpen]);
  const tree = useMemo(() => treeOf(timeline), [timeline]);
  const score = useMemo(() => createScore(timeline, tree, time), [timeline, tree, time]);
  const state = useScoreState(tree, useUrlState());
  useKeys("This trace", failureKeys({ score, state }));
  useKeys("Its waterfall", scoreKeys({ score, state }));
  return (
    <div class="score-page">
      <TraceHead trace={trace} score={score} />
      {error ? <Failure error={error} retry={onRenew} /> : null}
      <div class="score-body">
        <section class="score-main" aria-label="The trace">
          <div class="view-tabs">
            <h2>Waterfall</h2>
            <ScoreFilters score={score} state={state} />
          </div>
          <div class="score-view">
            <Waterfall score={score} state={state} />
          </div>
        </section>
        <SpanInspector trace={trace} score={score} state={state} />
      </div>
      <Legend score={score} />
    </div>
  );
}

/** The time up to which an open trace is drawn; of one that has ended nothing moves. */
function useOpenTime(trace: Trace, onRenew: () => void): { readonly isOpen: boolean; readonly time: number } {
  const end = trace.startedAt + trace.durationMs;
  const isOpen = isTraceOpen(trace, now.value);
  useEffect(() => {
    if (!isOpen) return undefined;
    const timer = window.setInterval(() => document.visibilityState === "visible" && onRenew(), lookAgainMs);
    return () => window.clearInterval(timer);
  }, [isOpen]);
  return { isOpen, time: isOpen ? now.value : end };
}
