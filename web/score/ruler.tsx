import type { JSX, RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { duration } from "../data/format.ts";
import type { LaneFrame } from "./lane.tsx";
import { marksOf } from "./measure.ts";

export interface RulerProps {
  readonly frame: LaneFrame;
  readonly isOpen: boolean;
  readonly isZoomed: boolean;
  /** Two instants between which the pointer was drawn. */
  readonly onBrush: (from: number, to: number) => void;
  readonly onReset: () => void;
}

// A shorter pull is a click with an unsteady hand.
const leastPull = 6;

/** Measures of time. Drawing over it zooms, a double click shows all again. */
export function Ruler({ frame, isOpen, isZoomed, onBrush, onReset }: RulerProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const { pull, handlers } = usePull(element, (from, to) => {
    const { scale, width } = frame;
    onBrush(scale.time(from / width), scale.time(to / width));
  });
  const { scale, width, zero, now } = frame;
  const beat = scale.share(now) * width;
  return (
    <div class="ruler" role="presentation">
      <div class="ruler-part">
        part
        {isZoomed ? (
          <button type="button" class="link push" onClick={onReset}>
            show all <kbd>0</kbd>
          </button>
        ) : null}
      </div>
      <div class="ruler-time" ref={element} onDblClick={onReset} title="Draw over a part to look closer" {...handlers}>
        {marksOf(scale, zero, width).map(({ at, share, label }) => (
          <span
            key={at}
            class={share < 0.01 ? "measure-word first" : "measure-word"}
            style={{ left: `${share * width}px` }}
          >
            {isOpen && Math.abs(share * width - beat) < 44 ? "" : label}
          </span>
        ))}
        {gapsWithRoom(frame).map(({ from, to, left, right }) => (
          <span
            key={from}
            class="measure-word gap"
            title={`${duration(to - from)} in which nothing worked`}
            style={{ left: `${((left + right) / 2) * width}px` }}
          >
            ⋯
          </span>
        ))}
        {isOpen && beat >= 0 && beat <= width + 1 ? (
          <b class="beat-time" style={{ left: `${beat}px` }}>
            {duration(now - zero)}
          </b>
        ) : null}
        {pull ? <i class="pull" style={{ left: `${pull.from}px`, width: `${pull.to - pull.from}px` }} /> : null}
      </div>
    </div>
  );
}

// The first word of the ruler needs this much.
const firstWord = 48;

function gapsWithRoom({ scale, width }: LaneFrame): LaneFrame["scale"]["gaps"] {
  return scale.gaps.filter(({ left, right }) => ((left + right) / 2) * width > firstWord);
}

interface Pull {
  readonly from: number;
  readonly to: number;
}

interface PullState {
  readonly pull: Pull | null;
  readonly handlers: JSX.HTMLAttributes<HTMLDivElement>;
}

function usePull(element: RefObject<HTMLDivElement>, done: (from: number, to: number) => void): PullState {
  const start = useRef<number | null>(null);
  const [pull, setPull] = useState<Pull | null>(null);
  const placeOf = (event: PointerEvent): number => event.clientX - (element.current?.getBoundingClientRect().left ?? 0);
  const end = (): void => {
    start.current = null;
    setPull(null);
  };
  return {
    pull,
    handlers: {
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        start.current = placeOf(event);
        element.current?.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event) => {
        if (start.current === null) return;
        const at = placeOf(event);
        setPull({ from: Math.min(start.current, at), to: Math.max(start.current, at) });
      },
      onPointerUp: () => {
        if (pull && pull.to - pull.from >= leastPull) done(pull.from, pull.to);
        end();
      },
      onPointerCancel: end,
    },
  };
}
