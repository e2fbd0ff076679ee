import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { lazy } from "../../data/lazy.tsx";
import type { LiveTexts } from "./data/live-text.ts";
import { runViews, type RunState, type RunViewName } from "./run-state.ts";
import type { Score } from "../../score/model.ts";
import { ScoreFilters } from "../../score/score-filter.tsx";
import { Waterfall } from "../../score/waterfall.tsx";

const Transcript = lazy(async () => (await import("./transcript/transcript.tsx")).Transcript);
const RunLog = lazy(async () => (await import("./log/run-log.tsx")).RunLog);
const Graph = lazy(async () => (await import("./graph/graph.tsx")).Graph);

const names: Readonly<Record<RunViewName, string>> = {
  waterfall: "Waterfall",
  transcript: "Transcript",
  log: "Log",
  graph: "Graph",
};

export interface RunViewProps {
  readonly score: Score;
  readonly state: RunState;
  readonly live: LiveTexts;
}

export function RunView(props: RunViewProps): JSX.Element {
  const { view } = props.state;
  return (
    <div class="score-view" role="tabpanel" id="run-panel" aria-labelledby={`run-tab-${view}`}>
      {view === "waterfall" ? <Waterfall score={props.score} state={props.state} /> : null}
      {view === "transcript" ? <Transcript {...props} /> : null}
      {view === "log" ? <RunLog {...props} /> : null}
      {view === "graph" ? <Graph {...props} /> : null}
    </div>
  );
}

/** Four ways to look at a run, and what can be left out of the first. */
export function ViewTabs({ score, state }: { readonly score: Score; readonly state: RunState }): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = (runViews.indexOf(state.view) + by + runViews.length) % runViews.length;
    const next = runViews[at];
    if (next) state.setView(next);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[at]?.focus();
  };
  return (
    <div class="view-tabs">
      <div class="tabs" role="tablist" aria-label="Views" ref={list} onKeyDown={move}>
        {runViews.map((view, index) => (
          <button
            key={view}
            type="button"
            role="tab"
            id={`run-tab-${view}`}
            aria-selected={view === state.view}
            aria-controls="run-panel"
            tabIndex={view === state.view ? 0 : -1}
            onClick={() => state.setView(view)}
          >
            {names[view]} <kbd aria-hidden="true">{index + 1}</kbd>
          </button>
        ))}
      </div>
      {state.view === "waterfall" ? <ScoreFilters score={score} state={state} /> : null}
    </div>
  );
}
