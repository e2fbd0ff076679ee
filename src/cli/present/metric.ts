import { formatMs } from "../../core/duration.ts";
import { cutText } from "../text-width.ts";
import { chart } from "./chart.ts";
import { table, type TableLook } from "./table.ts";

interface ShownSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [number, number | null])[];
}

interface ShownQuery {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly series: readonly ShownSeries[];
}

interface ShownFamily {
  readonly name: string;
  readonly type: string | null;
  readonly labels: readonly string[];
  readonly help: string;
}

// More would be a wall; sum by (…) and topk(…) make fewer of them.
const mostShown = 30;
const widestChart = 120;
const rowsOfOne = 6;

/** Figures with what they mean. */
export function presentFamilies(families: readonly ShownFamily[], look: TableLook): string {
  const rows = families.map(({ name, type, labels, help }) => [name, type ?? "–", labels.join(", "), help]);
  return table(["name", "type", "labels", "what it tells"], rows, look);
}

/** The value now of each series, or how it went over the time that was asked for. */
export function presentQuery({ from, to, stepMs, series }: ShownQuery, look: TableLook): string {
  if (series.length === 0) return "Nothing: no such figure in this time, or none that the expression lets through.";
  const shown = series.slice(0, mostShown);
  const more = series.length - shown.length;
  const rest = more > 0 ? [look.color.dim(`… and ${more} more; fewer by sum by (…) or topk(…), all by --json`)] : [];
  if (stepMs === 0) return [presentNow(shown, look), ...rest].join("\n");
  const every = `${time(from)} to ${time(to)} UTC, a value each ${formatMs(stepMs)}`;
  const charts = shown.map((one) =>
    presentCourse(one, timesOf({ from, to, stepMs }), { look, isOnly: series.length === 1 }),
  );
  return [...charts, ...rest, look.color.dim(every)].join("\n");
}

function presentNow(series: readonly ShownSeries[], look: TableLook): string {
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))].toSorted();
  const heads = names.map((name) => (name === "__name__" ? "name" : name));
  const rows = series.map(({ labels, points }) => [
    ...names.map((name) => labels[name] ?? ""),
    figure(points[0]?.[1] ?? null),
  ]);
  return table([...heads, "value"], rows, look);
}

function timesOf({ from, to, stepMs }: Omit<ShownQuery, "series">): number[] {
  const times = Array.from({ length: Math.floor((to - from) / stepMs) + 1 }, (_none, at) => from + at * stepMs);
  return times.at(-1) === to ? times : [...times, to];
}

interface CourseLook {
  readonly look: TableLook;
  readonly isOnly: boolean;
}

function presentCourse(
  { labels, points }: ShownSeries,
  times: readonly number[],
  { look, isOnly }: CourseLook,
): string {
  const known = new Map(points);
  const values = times.map((at) => known.get(at) ?? null);
  const there = values.filter((value) => value !== null);
  const figures = `last ${figure(there.at(-1) ?? null)}  least ${figure(least(there))}  most ${figure(most(there))}`;
  const title = look.color.bold(cutText(nameOf(labels), look.width - figures.length - 2));
  const size = { columns: Math.min(look.width, widestChart), rows: isOnly ? rowsOfOne : 1 };
  return [`${title}  ${figures}`.trim(), ...chart(values, size), ""].join("\n");
}

const least = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.min(...values));
const most = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.max(...values));

/** As PromQL writes it: `tutti_runs_open{status="queued"}`. */
function nameOf({ __name__: name = "", ...labels }: ShownSeries["labels"]): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(", ")}}`;
}

function figure(value: number | null): string {
  if (value === null) return "–";
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

function time(at: number): string {
  return new Date(at).toISOString().replace("T", " ").slice(0, 16);
}
