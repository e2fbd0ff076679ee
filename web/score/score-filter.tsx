import type { JSX } from "preact";
import { duration, percent, plural } from "../data/format.ts";
import { totalOf } from "./idle.ts";
import type { Score } from "./model.ts";
import { countHidden } from "./row.ts";
import type { ScoreState } from "./score-state.ts";

interface ScoreFiltersProps {
  readonly score: Score;
  readonly state: ScoreState;
}

/** What can be left out of a waterfall, and what is left out. */
export function ScoreFilters({ score, state }: ScoreFiltersProps): JSX.Element {
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
function Idle({ score, state }: ScoreFiltersProps): JSX.Element | null {
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
