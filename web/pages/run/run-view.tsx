import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { duration, percent, plural } from "../../data/format.ts";
import { lazy } from "../../data/lazy.tsx";
import type { LiveTexts } from "./data/live-text.ts";
import { runViews, type RunState, type RunViewName } from "./run-state.ts";
import { totalOf } from "./score/idle.ts";
import type { Score } from "./score/model.ts";
import { countHidden } from "./score/row.ts";
import { Waterfall } from "./score/waterfall.tsx";

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
    <div class="run-view" role="tabpanel" id="run-panel" aria-labelledby={`run-tab-${view}`}>
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
      {state.view === "waterfall" ? <Filters score={score} state={state} /> : null}
    </div>
  );
}

function Filters({ score, state }: { readonly score: Score; readonly state: RunState }): JSX.Element {
  const hidden = countHidden(score.tree);
  const { failures } = score.tree.root;
  return (
    <div class="view-filters">
      <span class="faint">{plural(score.tree.byId.size - 1, "line")}</span>
      {failures > 0 || state.errorsOnly ? (
        <Toggle isOn={state.errorsOnly} onToggle={() => state.toggle("errorsOnly")}>
          {state.errorsOnly ? "Show all" : `Errors only`}
        </Toggle>
      ) : null}
      {hidden > 0 ? (
        <Toggle isOn={state.showHidden} onToggle={() => state.toggle("showHidden")}>
          {state.showHidden ? "Hide the quiet" : plural(hidden, "hidden line")}
        </Toggle>
      ) : null}
      <Idle score={score} state={state} />
    </div>
  );
}

/** Offered where a good part of the page would be empty: `36.0 s, 99.6 % idle`. */
function Idle({ score, state }: { readonly score: Score; readonly state: RunState }): JSX.Element | null {
  const idle = totalOf(score.gaps);
  const share = idle / Math.max(1, score.now - score.zero);
  if (!state.compress && share < 0.1) return null;
  return (
    <Toggle isOn={state.compress} onToggle={() => state.toggle("compress")}>
      {state.compress ? `Draw the ${duration(idle)} idle` : `Compress ${duration(idle)} idle, ${percent(share)}`}
    </Toggle>
  );
}

function Toggle({
  isOn,
  onToggle,
  children,
}: {
  readonly isOn: boolean;
  readonly onToggle: () => void;
  readonly children: JSX.Element | string;
}): JSX.Element {
  return (
    <button type="button" class="link filter" aria-pressed={isOn} onClick={onToggle}>
      {children}
    </button>
  );
}
