import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { tokenRowHeight, useWindow } from "../ui/window.ts";
import { laneOf } from "./bar.ts";
import { bracketsOf, type Bracket } from "./bracket.ts";
import { Lane, type LaneFrame } from "./lane.tsx";
import { totalOf } from "./idle.ts";
import { marksOf } from "./measure.ts";
import { wholeOf, type Score } from "./model.ts";
import type { Row } from "./row.ts";
import { Ruler } from "./ruler.tsx";
import { createScale } from "./scale.ts";
import type { ScoreState } from "./score-state.ts";
import { around, kept, panned, zoomedAt } from "./zoom.ts";

// Room behind the end for the duration of what ends there.
const margin = 96;
const stackedBelow = 480;

/** A run or a trace as a score: a line for each part, time from left to right. */
export function Waterfall({ score, state }: { readonly score: Score; readonly state: ScoreState }): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const { rows } = state;
  const size = useSize(scroller);
  const isStacked = size.width > 0 && size.width < stackedBelow;
  const rowHeight = isStacked ? 44 : tokenRowHeight();
  const gutter = isStacked ? 0 : state.gutter;
  const width = Math.max(80, size.width - gutter - margin - (isStacked ? 16 : 0));
  const frame = useFrame(score, state, { width, rowHeight });
  const shown = useWindow(scroller, { count: rows.length, rowHeight });
  const brackets = useMemo(() => bracketsOf(rows), [rows]);
  useInSight(scroller, { index: state.selectedIndex, rowHeight, isAsked: state.moves });
  useWheel(scroller, { score, state, frame, gutter });
  return (
    <div class={isStacked ? "score stacked" : "score"} style={{ "--part": `${gutter}px`, "--row": `${rowHeight}px` }}>
      <Ruler
        frame={frame}
        isOpen={score.isOpen}
        isZoomed={state.zoom !== null}
        onBrush={(from, to) => state.setZoom(kept({ from: from - score.zero, to: to - score.zero }, wholeOf(score)))}
        onReset={() => state.setZoom(null)}
      />
      <div
        class="system"
        ref={scroller}
        role="treegrid"
        aria-label="Waterfall"
        aria-rowcount={rows.length + 1}
        aria-colcount={2}
      >
        <Head />
        <div class="system-in" role="rowgroup" style={{ height: `${shown.height}px` }}>
          <Measures frame={frame} score={score} />
          <Brackets brackets={brackets} shown={shown} rowHeight={rowHeight} />
          <Lanes score={score} state={state} frame={frame} shown={shown} />
        </div>
        <GutterHandle state={state} height={shown.height} />
      </div>
    </div>
  );
}

/** Heard, not seen: the ruler shows the same. */
function Head(): JSX.Element {
  return (
    <div class="spoken" role="rowgroup">
      <div role="row" aria-rowindex={1}>
        <span role="columnheader">part</span>
        <span role="columnheader">time</span>
      </div>
    </div>
  );
}

function useFrame(
  { zero, now, end, gaps }: Score,
  { zoom, compress }: ScoreState,
  { width, rowHeight }: { readonly width: number; readonly rowHeight: number },
): LaneFrame {
  return useMemo(() => {
    const from = zero + (zoom?.from ?? 0);
    const to = zoom === null ? (compress ? endOfWork({ zero, now, end, gaps }) : end) : zero + zoom.to;
    const scale = createScale(from, to, compress ? gaps : []);
    // Beyond the window: nothing to keep clear of.
    const edge = Math.min(width + margin, scale.share(now) * width);
    return { scale, width, margin, rowHeight, zero, now, edge };
  }, [zero, now, end, gaps, zoom, compress, width, rowHeight]);
}

// A little air behind the playhead, as a share of the time that is drawn.
const airShare = 0.06;

/** With idle time left out the time ahead of an open run is left out too. */
function endOfWork({ zero, now, end, gaps }: Pick<Score, "zero" | "now" | "end" | "gaps">): number {
  return Math.min(end, now + Math.max(1, (now - zero - totalOf(gaps)) * airShare));
}

interface LanesProps {
  readonly score: Score;
  readonly state: ScoreState;
  readonly frame: LaneFrame;
  readonly shown: { readonly from: number; readonly to: number };
}

/** The lines in sight, and the selected one wherever it is: it has the focus. */
function Lanes({ score, state, frame, shown }: LanesProps): JSX.Element {
  const { rows, selectedIndex } = state;
  // A line that is the same as before is the same node, and costs nothing while scrolling.
  const drawn = useMemo(() => new Map<string, JSX.Element>(), [rows, frame]);
  const lanes: JSX.Element[] = [];
  const add = (index: number): void => {
    const row = rows[index];
    if (!row) return;
    const isSelected = index === selectedIndex;
    const name = `${row.part.id}${isSelected ? " *" : ""}`;
    const lane = drawn.get(name) ?? (
      <Lane
        key={row.part.id}
        row={row}
        index={index}
        isSelected={isSelected}
        frame={frame}
        onSelect={state.select}
        onFold={state.fold}
        onFit={() => state.setZoom(fitOf(row, { score, frame, state }))}
      />
    );
    drawn.set(name, lane);
    lanes.push(lane);
  };
  if (selectedIndex >= 0 && selectedIndex < shown.from) add(selectedIndex);
  for (let index = shown.from; index < shown.to; index++) add(index);
  if (selectedIndex >= shown.to) add(selectedIndex);
  return <>{lanes}</>;
}

/** A bar is shown as wide as the page; a second time shows all again. */
export function fitOf(
  { part }: Row,
  { score, frame, state }: { readonly score: Score; readonly frame: LaneFrame; readonly state: ScoreState },
): ScoreState["zoom"] {
  const { from, to } = laneOf(part, frame);
  if (from === null || to === null || part.parent === null) return null;
  const next = around(from - score.zero, to - score.zero, wholeOf(score));
  const isThere = state.zoom !== null && next !== null && Math.abs(state.zoom.from - next.from) < 1;
  return isThere ? null : next;
}

function Measures({ frame, score }: { readonly frame: LaneFrame; readonly score: Score }): JSX.Element {
  const { scale, width, zero, now } = frame;
  const beat = scale.share(now) * width;
  const end = scale.share(score.end) * width;
  return (
    <div class="measures" aria-hidden="true">
      {scale.share(zero) >= 0 ? (
        <i class="score-line first" style={{ left: `${scale.share(zero) * width}px` }} />
      ) : null}
      {marksOf(scale, zero, width).map(({ at, share }) =>
        at === 0 ? null : <i key={at} class="score-line" style={{ left: `${share * width}px` }} />,
      )}
      {scale.gaps.map(({ from, left, right }) => (
        <i key={from} class="gap" style={{ left: `${left * width}px`, width: `${(right - left) * width}px` }} />
      ))}
      {score.isOpen && beat <= width + 1 ? <i class="beat" style={{ left: `${beat}px` }} /> : null}
      {!score.isOpen && end <= width + 1 ? <i class="score-line last" style={{ left: `${end}px` }} /> : null}
    </div>
  );
}

interface BracketsProps {
  readonly brackets: readonly Bracket[];
  readonly shown: { readonly from: number; readonly to: number };
  readonly rowHeight: number;
}

function Brackets({ brackets, shown, rowHeight }: BracketsProps): JSX.Element {
  return (
    <div aria-hidden="true">
      {brackets
        .filter(({ from, to }) => to >= shown.from && from < shown.to)
        .map(({ from, to, level, weight }) => (
          <i
            key={from}
            class={`gutter-bracket is-${weight}`}
            style={{
              left: `${15 + level * 14}px`,
              top: `${from * rowHeight + 4}px`,
              height: `${(to - from + 1) * rowHeight - 8}px`,
            }}
          />
        ))}
    </div>
  );
}

/** The edge between names and time can be moved. */
function GutterHandle({ state, height }: { readonly state: ScoreState; readonly height: number }): JSX.Element {
  const start = useRef<{ readonly x: number; readonly gutter: number } | null>(null);
  const end = (): void => {
    start.current = null;
  };
  return (
    <div
      class="gutter-handle"
      aria-hidden="true"
      style={{ height: `${height}px` }}
      onPointerDown={(event) => {
        start.current = { x: event.clientX, gutter: state.gutter };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (start.current) state.setGutter(start.current.gutter + event.clientX - start.current.x);
      }}
      onPointerUp={end}
      onPointerCancel={end}
    />
  );
}

function useSize(element: RefObject<HTMLElement>): { readonly width: number } {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const watched = element.current;
    if (!watched) return undefined;
    const observer = new ResizeObserver(() => setWidth(watched.clientWidth));
    setWidth(watched.clientWidth);
    observer.observe(watched);
    return () => observer.disconnect();
  }, []);
  return { width };
}

interface Sight {
  readonly index: number;
  readonly rowHeight: number;
  /** Counts the moves by key: after one the line is scrolled to and takes the focus. */
  readonly isAsked: number;
}

function useInSight(scroller: RefObject<HTMLElement>, { index, rowHeight, isAsked }: Sight): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element || index < 0) return;
    const top = index * rowHeight;
    const isAbove = top < element.scrollTop + rowHeight;
    const isBelow = top + rowHeight * 2 > element.scrollTop + element.clientHeight;
    if (isAbove) element.scrollTop = Math.max(0, top - rowHeight * 2);
    else if (isBelow) element.scrollTop = top + rowHeight * 3 - element.clientHeight;
    if (isAsked > 0) element.querySelector<HTMLElement>(`#lane-${index}`)?.focus({ preventScroll: true });
  }, [isAsked]);
}

interface WheelPorts {
  readonly score: Score;
  readonly state: ScoreState;
  readonly frame: LaneFrame;
  readonly gutter: number;
}

/** Ctrl or ⌘ with the wheel zooms around the pointer; sideways moves a window that is zoomed. */
function useWheel(scroller: RefObject<HTMLElement>, ports: WheelPorts): void {
  const latest = useRef(ports);
  latest.current = ports;
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const onWheel = (event: WheelEvent): void => {
      const { score, state, frame, gutter } = latest.current;
      const whole = wholeOf(score);
      const zoom = state.zoom ?? whole;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const x = event.clientX - element.getBoundingClientRect().left - gutter;
        const at = frame.scale.time(Math.min(1, Math.max(0, x / frame.width))) - score.zero;
        state.setZoom(zoomedAt(zoom, { at, factor: Math.exp(Math.sign(event.deltaY) * 0.25), whole }));
      } else if (state.zoom !== null && Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        state.setZoom(panned(zoom, event.deltaX / frame.width, whole));
      }
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, []);
}
