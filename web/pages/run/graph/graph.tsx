import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { duration, whole } from "../../../data/format.ts";
import { Empty } from "../../../ui/state.tsx";
import { Glyph, lookOf } from "../../../ui/glyph.tsx";
import type { RunState } from "../run-state.ts";
import type { RunViewProps } from "../run-view.tsx";
import { shortModel } from "../../../score/label.ts";
import { countOf, groupsOf, statusOf, type Group } from "./group.ts";
import { frame, planOf, type Box, type Line, type Plan } from "./layout.ts";
import "./graph.css";

/** The form of a run: what follows on what, the same step of many items as one box. It is a view, and never the first. */
export function Graph({ score, state }: RunViewProps): JSX.Element {
  const groups = useMemo(() => groupsOf(score.tree.root.children), [score.tree]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const plan = useMemo(() => planOf(groups, ({ id }) => !closed.has(id)), [groups, closed]);
  if (groups.length === 0) {
    return (
      <Empty title="Nothing to draw yet">
        <p>The run has not begun a step.</p>
      </Empty>
    );
  }
  const toggle = (id: string): void => {
    const next = new Set(closed);
    if (!next.delete(id)) next.add(id);
    setClosed(next);
  };
  return (
    <div class="graph" tabIndex={0} role="group" aria-label="Graph of the run, from top to bottom in time">
      <div class="graph-in" style={{ width: `${plan.width}px`, height: `${plan.height}px` }}>
        <Boxes plan={plan} state={state} now={score.now} onToggle={toggle} />
      </div>
    </div>
  );
}

interface BoxesProps {
  readonly plan: Plan;
  readonly state: RunState;
  readonly now: number;
  readonly onToggle: (id: string) => void;
}

function Boxes({ plan, state, now, onToggle }: BoxesProps): JSX.Element {
  return (
    <>
      <svg class="graph-lines" width={plan.width} height={plan.height} aria-hidden="true">
        {plan.lines.map((line, index) => (
          <path key={index} d={pathOf(line)} />
        ))}
      </svg>
      {plan.boxes.map((box) => (
        <GraphBox key={box.group.id} box={box} state={state} now={now} onToggle={onToggle} />
      ))}
    </>
  );
}

function pathOf({ from, to }: Line): string {
  const middle = (from.y + to.y) / 2;
  return `M${from.x} ${from.y}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`;
}

interface GraphBoxProps extends Omit<BoxesProps, "plan"> {
  readonly box: Box;
}

/** A frame is as wide as what it holds, so its own words stand at its left. */
function GraphBox({ box, state, now, onToggle }: GraphBoxProps): JSX.Element {
  const { group, x, y, width, height, inner } = box;
  const status = statusOf(group);
  const isPicked = group.parts.some(({ id }) => id === state.selected);
  const classes = ["graph-box", inner === null ? "" : "open", isPicked ? "picked" : "", `tone-${lookOf(status).tone}`];
  return (
    <div
      class={classes.filter(Boolean).join(" ")}
      style={{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` }}
    >
      <header>
        <button type="button" class="graph-name" onClick={() => state.goTo(mostTelling(group))} title={group.name}>
          <span class="line">
            <Glyph status={status} label={status} />
            <span class="cut">{group.name}</span>
          </span>
          {inner === null ? <small class="cut">{smallWords(group, now)}</small> : null}
        </button>
        {countOf(group) === "" ? null : <span class="graph-count">{countOf(group)}</span>}
        {group.inner.length === 0 ? null : (
          <button
            type="button"
            class="fold-count"
            aria-expanded={inner !== null}
            aria-label={inner === null ? `open ${group.name}` : `close ${group.name}`}
            onClick={() => onToggle(group.id)}
          >
            {inner === null ? "+" : "−"}
          </button>
        )}
      </header>
      {inner === null ? null : (
        <div class="graph-inner" style={{ left: `${frame.padding}px`, top: `${frame.title}px` }}>
          <Boxes plan={inner} state={state} now={now} onToggle={onToggle} />
        </div>
      )}
    </div>
  );
}

/** Of many the one to look at: a failed one, one at work, else the last. */
function mostTelling({ parts }: Group): string {
  const found =
    parts.find(({ span }) => span.status === "failed") ??
    parts.find(({ span }) => span.status === "running" || span.status === "waiting") ??
    parts.at(-1);
  return found?.id ?? "";
}

function smallWords({ parts, kind, from, to }: Group, now: number): string {
  const model = parts.find(({ span }) => span.model !== null)?.span.model;
  const what = model ? shortModel(model) : kind;
  const time = Number.isFinite(from) ? duration(Math.min(to, now) - from) : "not begun";
  const failed = parts.filter(({ span }) => span.status === "failed").length;
  return [what, time, ...(failed > 0 && parts.length > 1 ? [`${whole(failed)} failed`] : [])].join(", ");
}
