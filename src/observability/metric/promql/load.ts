import type { EpochMs } from "../../../core/clock.ts";
import { TuttiError } from "../../../core/error.ts";
import type { Series, SeriesFilter, SeriesResult, TelemetryStore } from "../../store/telemetry-store.ts";
import type { Selected, Selector } from "./expression.ts";
import { toLoaded, type Bases, type LoadedSeries, type Named } from "./loaded.ts";
import { mistake } from "./mistake.ts";
import { matches } from "./parse-selector.ts";
import { totalsBefore } from "./total.ts";

/** The times that are asked for. */
export interface Times {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly stepMs: number;
  readonly now: EpochMs;
}

export interface Loaded {
  readonly series: readonly LoadedSeries[];
  readonly resolutionMs: number;
  /** Up to where everything that has happened is stored. */
  readonly storedTo: EpochMs;
  readonly staleAfterMs: number;
}

const finestMs = 10_000;
const dayMs = 86_400_000;
// The store has the finest figures of about this long.
const recentMs = 3_600_000;
/** As in Prometheus: what nobody has told for as long is no more. */
const staleAfterMs = 300_000;
// Figures are read into memory: a hundred megabytes or so.
const mostPoints = 1_000_000;

/** What an expression needs of the store, by its selectors. */
export async function loadAll(
  ports: { readonly store: TelemetryStore; readonly text: string },
  selected: readonly Selected[],
  times: Times,
): Promise<ReadonlyMap<Selector, Loaded>> {
  const loaded = new Map<Selector, Loaded>();
  let points = 0;
  for (const one of selected) {
    const result = await load(ports, one, times);
    points += result.series.reduce((sum, { at }) => sum + at.length, 0);
    if (points > mostPoints) throw tooMuch(points);
    loaded.set(one.selector, result);
  }
  return loaded;
}

async function load(
  { store, text }: { readonly store: TelemetryStore; readonly text: string },
  { selector, within }: Selected,
  times: Times,
): Promise<Loaded> {
  const { named, filter, result } = await find(store, selector, times);
  const { resolutionMs } = result;
  // An interval that begins before what was asked for belongs to it as a whole.
  const from = Math.floor(filter.from / resolutionMs) * resolutionMs;
  const storedTo = Math.floor(times.now / finestMs) * finestMs;
  const stored = result.series.map((series) => between(series, from, storedTo));
  const type = stored[0]?.points[0]?.point.type;
  if (type === "histogram" && named.part === null) throw isHistogram(text, selector);
  const isCount = type === "counter" || type === "histogram";
  // What a count has grown by is told without knowing where it began.
  const needsTotals = isCount && within !== "rate" && within !== "increase";
  const totals = needsTotals ? await totalsBefore(store, { ...filter, from }, named) : null;
  const base: Bases = ({ key }) => totals?.get(key) ?? 0;
  const series = stored
    .flatMap((one) => toLoaded(one, named, base))
    .filter(({ set }) => selector.matchers.every((matcher) => matches(matcher, set.labels[matcher.label] ?? "")))
    .toSorted((left, right) => (left.set.key < right.set.key ? -1 : 1));
  return { series, resolutionMs, storedTo, staleAfterMs: Math.max(staleAfterMs, resolutionMs) };
}

interface Found {
  readonly named: Named;
  readonly filter: SeriesFilter;
  readonly result: SeriesResult;
}

/** By the name as it stands there, or else as a part of a histogram. */
async function find(store: TelemetryStore, selector: Selector, times: Times): Promise<Found> {
  const { name, matchers } = selector;
  const filter: SeriesFilter = { ...rangeOf(selector, times), name, matchers };
  await refuseTooMuch(store, filter);
  const result = await store.series(filter);
  const [, family, part] = /^(.+)_(bucket|sum|count)$/.exec(name) ?? [];
  if (result.series.length > 0 || family === undefined) return { named: { name, part: null }, filter, result };
  const ofFamily = { ...filter, name: family, matchers: matchers.filter(({ label }) => label !== "le") };
  await refuseTooMuch(store, ofFamily);
  const named = { name, part: part === "bucket" || part === "sum" ? part : "count" } as const;
  return { named, filter: ofFamily, result: await store.series(ofFamily) };
}

// Up to here all series that there may be are within `mostPoints`.
const neverTooMany = 200;

/** Told by the days that there are of each series, before all of it is read. */
async function refuseTooMuch(store: TelemetryStore, filter: SeriesFilter): Promise<void> {
  const intervals = (filter.to - filter.from) / filter.stepMs;
  if (intervals <= neverTooMany) return;
  const { series } = await store.series({ ...filter, stepMs: dayMs });
  if (series.length * intervals > mostPoints) throw tooMuch(Math.round(series.length * intervals));
}

function rangeOf({ windowMs, offsetMs }: Selector, times: Times): Pick<SeriesFilter, "from" | "to" | "stepMs"> {
  const { now } = times;
  const [first, to] = [times.from - offsetMs, times.to - offsetMs];
  const wanted = windowMs === null ? times.stepMs : windowMs / 5;
  const begin = first - Math.max(windowMs ?? 0, staleAfterMs);
  const stepMs = begin >= now - recentMs ? finestMs : Math.max(finestMs, wanted);
  return { from: begin - Math.min(stepMs, dayMs), to, stepMs };
}

/** An interval that is still open ends now. */
function between({ labels, points }: Series, from: EpochMs, end: EpochMs): Series {
  const inside = points.filter(({ at }) => at > from);
  return { labels, points: inside.map(({ at, point }) => ({ at: Math.min(at, end), point })) };
}

function isHistogram(text: string, selector: Selector): TuttiError {
  const { name, place } = selector;
  return mistake(text, place, `${name} is a histogram`, `Ask for ${name}_bucket, ${name}_sum or ${name}_count.`);
}

function tooMuch(points: number): TuttiError {
  return new TuttiError("usage.invalid", `that would read ${points} figures; at most ${mostPoints} are read at once`, {
    hint: 'Ask for less time, a larger step, or fewer series by {label="value"}.',
  });
}
