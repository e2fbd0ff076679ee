import type { KeyBinding } from "../shell/keys.ts";
import { laneOf } from "./bar.ts";
import { wholeOf, type Score } from "./model.ts";
import { foldedToLevel } from "./row.ts";
import type { ScoreState } from "./score-state.ts";
import { moved, nextFailure } from "./selection.ts";
import { rootId } from "./tree.ts";
import { around, zoomedAt } from "./zoom.ts";

interface ScorePorts {
  readonly score: Score;
  readonly state: ScoreState;
}

/** The keys of a waterfall. Those that move do so only where the focus is not in something that scrolls by itself. */
export function scoreKeys(ports: ScorePorts): KeyBinding[] {
  return [...moveKeys(ports), ...foldKeys(ports), ...zoomKeys(ports)];
}

/** Those that are there in the other views, too. */
export function failureKeys({ score, state }: ScorePorts): KeyBinding[] {
  return [
    {
      keys: "n",
      does: "go to the next failure",
      run: () => {
        const found = nextFailure(score.tree, state.selected);
        if (found) state.goTo(found.id);
      },
    },
    { keys: "x", does: "show errors only, or all", run: () => state.toggle("errorsOnly") },
  ];
}

function moveKeys({ score, state }: ScorePorts): KeyBinding[] {
  const { rows, selectedIndex } = state;
  const shown = rows[selectedIndex]?.part.id ?? state.selected;
  const step = (by: number) => (): void => state.goTo(moved(rows, shown, by));
  const parent = score.tree.byId.get(shown)?.parent;
  // In a list that scrolls, or on tabs, the arrows belong to it.
  const arrows: KeyBinding[] = isElsewhere()
    ? []
    : [
        { keys: "ArrowDown", does: "next line", run: step(1) },
        { keys: "ArrowUp", does: "line before", run: step(-1) },
        { keys: "PageDown", does: "20 lines on", run: step(20) },
        { keys: "PageUp", does: "20 lines back", run: step(-20) },
        { keys: "Home", does: "first line", run: step(-rows.length) },
        { keys: "End", does: "last line", run: step(rows.length) },
        { keys: "ArrowRight", does: "unfold, or go in", run: () => goIn({ score, state }) },
        { keys: "ArrowLeft", does: "fold, or go out", run: () => goOut({ score, state }) },
      ];
  return [
    ...arrows,
    { keys: "t", does: "go to the whole", run: () => state.goTo(rootId) },
    { keys: "p", does: "go to what it lies in", run: () => void (parent && state.goTo(parent.id)) },
  ];
}

function isElsewhere(): boolean {
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body || activeElement.id === "main") return false;
  return activeElement.closest(".system") === null;
}

function goIn({ state }: ScorePorts): void {
  const row = state.rows[state.selectedIndex];
  if (!row?.isExpandable) return;
  if (!row.isExpanded) state.fold(row.part.id);
  else state.goTo(moved(state.rows, row.part.id, 1));
}

function goOut({ state }: ScorePorts): void {
  const row = state.rows[state.selectedIndex];
  if (!row) return;
  if (row.isExpanded) state.fold(row.part.id);
  else if (row.part.parent) state.goTo(row.part.parent.id);
}

const mostLevels = 9;

function foldKeys({ score: { tree }, state }: ScorePorts): KeyBinding[] {
  return [
    { keys: "e", does: "unfold everything", run: () => state.setFolded(new Set()) },
    { keys: "w", does: "fold everything", run: () => state.setFolded(foldedToLevel(tree, 1)) },
    ...Array.from({ length: mostLevels }, (_, index) => ({
      keys: `l ${index + 1}`,
      does: index === 0 ? "show one level; l 2 … l 9: so many" : `show ${index + 1} levels`,
      run: () => state.setFolded(foldedToLevel(tree, index + 1)),
    })),
  ];
}

function zoomKeys({ score, state }: ScorePorts): KeyBinding[] {
  const whole = wholeOf(score);
  const by = (factor: number) => (): void => {
    const zoom = state.zoom ?? whole;
    state.setZoom(zoomedAt(zoom, { at: (zoom.from + zoom.to) / 2, factor, whole }));
  };
  const fit = (): void => {
    const part = score.tree.byId.get(state.selected);
    if (!part) return;
    const { from, to } = laneOf(part, score);
    if (from !== null && to !== null) state.setZoom(around(from - score.zero, to - score.zero, whole));
  };
  return [
    { keys: "+", does: "look closer", run: by(0.6) },
    { keys: "-", does: "look from further away", run: by(1 / 0.6) },
    { keys: "f", does: "fit the line into the page", run: fit },
    { keys: "0", does: "show all of the time", run: () => state.setZoom(null) },
    { keys: "c", does: "compress idle time, or draw it", run: () => state.toggle("compress") },
  ];
}
