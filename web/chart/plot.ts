import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { lonely, type ChartData } from "./chart-data.ts";
import { colourName, createInk, dashes } from "./ink.ts";
import { tickText, zoned } from "./tick.ts";

/** A moment worth a mark: an alert began to fire. */
export interface Mark {
  readonly at: number;
  readonly text: string;
}

/** What is drawn now; asked for at each drawing. */
export interface View {
  readonly data: ChartData;
  readonly format: (value: number) => string;
  /** How far the lines of the scale may lie apart. */
  readonly steps: readonly number[];
  readonly marks: readonly Mark[];
}

export interface PlotPorts {
  readonly element: HTMLElement;
  readonly height: number;
  readonly utc: boolean;
  readonly view: () => View;
  readonly onCursor: (index: number | null) => void;
  readonly onZoom: (from: number, to: number) => void;
  readonly onBack: () => void;
}

export interface Plot extends Disposable {
  /** What `view` gives is another now, with as many lines. */
  renew(): void;
  move(index: number | null): void;
}

const syncKey = "charts";
// A click that trembles is no choice of a time.
const leastDrag = 6;

export function createPlot(ports: PlotPorts): Plot {
  const { element, height, view } = ports;
  const plot = new uPlot({ ...look(ports), width: element.clientWidth, height }, alignedOf(view().data), element);
  const sizes = new ResizeObserver(() => {
    if (element.clientWidth > 0 && element.clientWidth !== plot.width)
      plot.setSize({ width: element.clientWidth, height });
  });
  sizes.observe(element);
  return {
    renew: () => plot.setData(alignedOf(view().data)),
    move(index) {
      const at = index === null ? undefined : plot.data[0]?.[index];
      plot.setCursor(at === undefined ? { left: -10, top: -10 } : { left: plot.valToPos(at, "x"), top: 0 });
    },
    [Symbol.dispose]() {
      sizes.disconnect();
      plot.destroy();
    },
  };
}

function alignedOf({ times, lines }: ChartData): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])];
}

function look(ports: PlotPorts): Omit<uPlot.Options, "width" | "height"> {
  const { utc, view } = ports;
  const ink = createInk(ports.element);
  return {
    ms: 1,
    tzDate: (at) => zoned(at, utc),
    legend: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      x: { time: true, range: () => edgesOf(view().data) },
      y: { range: (_plot, least, most) => [Math.min(0, least ?? 0), topOf(most ?? 0)] },
    },
    axes: axesOf(ports, ink),
    series: [{}, ...linesOf(view().data, ink)],
    cursor: cursorOf(ports),
    hooks: hooksOf(ports, ink),
  };
}

function edgesOf({ times }: ChartData): [number, number] {
  return [times[0] ?? 0, times.at(-1) ?? 1];
}

// Room above the highest; a line of nothing but zeros lies on the ground of a scale that is not empty.
function topOf(most: number): number {
  return most > 0 ? most * 1.08 : 1;
}

type Ink = ReturnType<typeof createInk>;

function axesOf({ utc, view }: PlotPorts, ink: Ink): uPlot.Axis[] {
  const common: uPlot.Axis = {
    font: "11px system-ui, sans-serif",
    stroke: () => ink("var(--faint)"),
    grid: { stroke: () => ink("var(--stave)"), width: 1 },
    ticks: { show: false },
  };
  return [
    {
      ...common,
      size: 24,
      gap: 6,
      space: 72,
      grid: { show: false },
      values: (...[, splits, , , apart]) => splits.map((at) => tickText(at, apart, utc)),
    },
    {
      ...common,
      size: 68,
      gap: 6,
      space: 36,
      incrs: () => [...view().steps],
      // Its own way rounds what is no usual step.
      splits: (...[, , least, most, apart]) => multiples(least, most, apart),
      values: (_plot, splits) => splits.map((value) => view().format(value)),
    },
  ];
}

function multiples(least: number, most: number, apart: number): number[] {
  const first = Math.ceil(least / apart);
  return Array.from({ length: Math.floor(most / apart) - first + 1 }, (_none, index) => (first + index) * apart);
}

function linesOf({ lines }: ChartData, ink: Ink): uPlot.Series[] {
  return lines.map(({ name, isOthers }, index) => {
    const colour = `var(${colourName(index, isOthers)})`;
    const stroke = (): string => ink(colour);
    const isAlone = lines.length === 1;
    return {
      label: name,
      stroke,
      width: isOthers ? 1 : 1.75,
      dash: [...(dashes[index] ?? [])],
      ...(isAlone ? { fill: () => ink(`color-mix(in oklab, ${colour} 9%, transparent)`) } : {}),
      points: {
        size: 5,
        width: 0,
        fill: stroke,
        show: false,
        filter: (plot, at) => lonely([...(plot.data[at] ?? [])]),
      },
    };
  });
}

function cursorOf({ onBack }: PlotPorts): uPlot.Cursor {
  return {
    y: false,
    drag: { x: true, y: false, setScale: false },
    points: { size: 7 },
    // The cursor stands at the same time in all charts; what is dragged is meant for one.
    sync: {
      key: syncKey,
      scales: ["x", null],
      filters: { pub: (type) => type === "mousemove" || type === "mouseleave" },
    },
    bind: {
      dblclick: () => () => {
        onBack();
        return null;
      },
    },
  };
}

function hooksOf({ view, onCursor, onZoom }: PlotPorts, ink: Ink): uPlot.Hooks.Arrays {
  let last: number | null = null;
  return {
    setCursor: [
      ({ cursor }) => {
        const index = cursor.idx ?? null;
        if (index !== last) onCursor(index);
        last = index;
      },
    ],
    setSelect: [
      (plot) => {
        const { left, width } = plot.select;
        if (width < leastDrag) return;
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        onZoom(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
      },
    ],
    draw: [(plot) => drawMarks(plot, view().marks, ink("var(--fail)"))],
  };
}

const markSize = 5;

/** A line through the chart with a triangle at its head, for each moment. */
function drawMarks(plot: uPlot, marks: readonly Mark[], colour: string): void {
  const { ctx, bbox } = plot;
  const [from, to] = [plot.scales["x"]?.min ?? 0, plot.scales["x"]?.max ?? 0];
  const size = markSize * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  for (const { at } of marks.filter((mark) => mark.at >= from && mark.at <= to)) {
    const x = Math.round(plot.valToPos(at, "x", true));
    ctx.setLineDash([size / 2, size / 2]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - size, bbox.top);
    ctx.lineTo(x + size, bbox.top);
    ctx.lineTo(x, bbox.top + size * 1.4);
    ctx.fill();
  }
  ctx.restore();
}
