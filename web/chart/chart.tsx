import { useEffect, useRef, useState } from "preact/hooks";
import { now } from "../data/clock.ts";
import { clockTime } from "../data/format.ts";
import { look } from "../data/setting.ts";
import { moved, zoomed } from "./chart-key.ts";
import type { ChartData } from "./chart-data.ts";
import { Legend } from "./legend.tsx";
import type { Mark, Plot, View } from "./plot.ts";
import "./chart.css";

export interface ChartProps extends Omit<View, "marks"> {
  /** What it shows, in words. */
  readonly name: string;
  readonly height: number;
  readonly marks?: readonly Mark[];
  /** With what each line comes to, or only with its name and value. */
  readonly isWhole?: boolean;
  readonly onZoom: (from: number, to: number) => void;
  /** Back to all of the time. */
  readonly onBack: () => void;
}

const noMarks: readonly Mark[] = [];

/** Lines over time, drawn by uPlot, with a cursor that the pointer and the arrow keys move, and their values in words. */
export function Chart({ name, height, marks = noMarks, isWhole = false, onZoom, onBack, ...view }: ChartProps) {
  const { data, format } = view;
  const [cursor, setCursor] = useState<number | null>(null);
  const { element, plot } = usePlot({ height, onZoom, onBack, view: { ...view, marks }, onCursor: setCursor });
  const { utc } = look.value;
  const last = data.times.length - 1;
  const at = cursor === null ? undefined : data.times[cursor];
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const index = moved(event.key, cursor, last);
    const range = zoomed(event.key, data.times, cursor);
    if (index !== undefined) plot.current?.move(index);
    else if (range) onZoom(...range);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="chart">
      <div
        class="chart-drawing"
        ref={element}
        style={{ height: `${height}px` }}
        role="slider"
        tabIndex={0}
        aria-label={`${name}: time`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={cursor ?? Math.max(0, last)}
        aria-valuetext={spoken(data, cursor ?? last, format)}
        onKeyDown={onKeyDown}
        onBlur={() => plot.current?.move(null)}
      />
      <Legend data={data} format={format} cursor={cursor} isWhole={isWhole} />
      <p class="chart-time small faint mono" aria-hidden="true">
        {at === undefined ? "" : clockTime(at, now.peek(), { utc })}
      </p>
    </div>
  );
}

function spoken({ times, lines }: ChartData, index: number, format: ChartProps["format"]): string {
  const at = clockTime(times[index], Date.now(), look.peek());
  const said = lines.map(({ name, values }) => {
    const value = values[index] ?? null;
    return `${name} ${value === null ? "unknown" : format(value)}`;
  });
  return `${at}: ${said.join(", ")}`;
}

interface PlotUse extends Pick<ChartProps, "height" | "onZoom" | "onBack"> {
  readonly view: View;
  readonly onCursor: (index: number | null) => void;
}

/** The drawing, which is loaded when the first one is needed, and made anew where its lines or its colours are others. */
function usePlot(use: PlotUse) {
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const latest = useRef(use);
  latest.current = use;
  const scheme = useScheme();
  const [failure, setFailure] = useState<unknown>();
  // The page's boundary shows it, with a way to try again.
  if (failure !== undefined) throw failure;
  const { utc } = look.value;
  const { data, marks, format } = use.view;
  useEffect(() => {
    let isWanted = true;
    import("./plot.ts").then(({ createPlot }) => {
      if (!isWanted || !element.current) return;
      plot.current = createPlot({
        element: element.current,
        height: use.height,
        utc,
        view: () => latest.current.view,
        onCursor: (index) => latest.current.onCursor(index),
        onZoom: (from, to) => latest.current.onZoom(from, to),
        onBack: () => latest.current.onBack(),
      });
    }, setFailure);
    return () => {
      isWanted = false;
      plot.current?.[Symbol.dispose]();
      plot.current = null;
    };
  }, [data.lines.map(({ isOthers }) => isOthers).join(), use.height, utc, scheme]);
  useEffect(() => plot.current?.renew(), [data, marks, format]);
  return { element, plot };
}

/** Changes with what the tokens mean. */
function useScheme(): string {
  const dark = "(prefers-color-scheme: dark)";
  const [isDark, setDark] = useState(() => matchMedia(dark).matches);
  useEffect(() => {
    const query = matchMedia(dark);
    const changed = (): void => setDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return `${look.value.theme} ${isDark}`;
}
