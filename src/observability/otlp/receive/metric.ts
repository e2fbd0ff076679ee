import {
  choiceOf,
  malformed,
  messageOf,
  messagesOf,
  numberOf,
  numbersOf,
  textOf,
  truthOf,
  type Message,
} from "../wire/field.ts";
import type { Point } from "../../record.ts";
import { commonBounds, toCommonBuckets } from "./exponential.ts";
import { counted, figuresOf, readPoint, type Figures, type Incoming, type Reading } from "./series.ts";

const delta = 1;
const cumulative = 2;

/** Throws `request.malformed` for what is no metric; the others of its request are taken all the same. */
export function readMetric(incoming: Incoming): Figures {
  const { metric } = incoming;
  if (textOf(metric, "name") === "") throw malformed("a metric has no name");
  for (const [key, read] of Object.entries(readers)) {
    const data = messageOf(metric, key);
    if (data) return read(data, incoming);
  }
  throw malformed(`the metric ${textOf(metric, "name")} is of no kind that is known`);
}

type Reader = (data: Message, incoming: Incoming) => Figures;

const readers: Readonly<Record<string, Reader>> = {
  sum: (data, incoming) => (truthOf(data, "isMonotonic") ? readCounter(data, incoming) : readStanding(data, incoming)),
  gauge: readGauge,
  histogram: (data, incoming) => readHistogram(data, incoming, explicitBuckets),
  exponentialHistogram: (data, incoming) => readHistogram(data, incoming, exponentialBuckets),
  summary: readSummary,
};

/** How many points of a metric there are: what is rejected is counted in points. */
export function pointsIn(metric: Message): number {
  const sizes = Object.keys(readers).map((key) => messagesOf(messageOf(metric, key) ?? {}, "dataPoints").length);
  return Math.max(...sizes);
}

function readings(data: Message, incoming: Incoming): Reading[] {
  return messagesOf(data, "dataPoints").flatMap((point) => readPoint(point, incoming) ?? []);
}

function temporalityOf(data: Message): number {
  const temporality = choiceOf(data, "aggregationTemporality");
  if (temporality !== delta && temporality !== cumulative) throw malformed("a metric has no aggregationTemporality");
  return temporality;
}

function valueOf({ point }: Reading): number {
  const value = numberOf(point, "asDouble") ?? numberOf(point, "asInt");
  if (value === undefined || !Number.isFinite(value)) throw malformed("a point has no finite value");
  return value;
}

function added(
  data: Message,
  { deltas }: Incoming,
): (reading: Reading, values: readonly number[]) => readonly number[] | null {
  const isDelta = temporalityOf(data) === delta;
  return (reading, values) => {
    const point = counted(reading, values);
    return isDelta ? deltas.ofDelta(point) : deltas.ofCumulative(point);
  };
}

function readCounter(data: Message, incoming: Incoming): Figures {
  const addedSince = added(data, incoming);
  const points = readings(data, incoming).flatMap((reading) => {
    const [sum] = addedSince(reading, [valueOf(reading)]) ?? [];
    return sum === undefined ? [] : [{ ...placeOf(reading), point: { type: "counter", sum } as const }];
  });
  return figuresOf(incoming, "counter", points);
}

function readStanding(data: Message, incoming: Incoming): Figures {
  const isDelta = temporalityOf(data) === delta;
  const points = readings(data, incoming).flatMap((reading) => {
    const value = valueOf(reading);
    const standing = isDelta ? incoming.deltas.standing(counted(reading, [value])) : value;
    return standing === null ? [] : [{ ...placeOf(reading), point: gauge(standing) }];
  });
  return figuresOf(incoming, "gauge", points);
}

function readGauge(data: Message, incoming: Incoming): Figures {
  const points = readings(data, incoming).flatMap((reading) => [
    { ...placeOf(reading), point: gauge(valueOf(reading)) },
  ]);
  return figuresOf(incoming, "gauge", points);
}

interface Buckets {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

function readHistogram(data: Message, incoming: Incoming, bucketsOf: (point: Message) => Buckets): Figures {
  const addedSince = added(data, incoming);
  const points = readings(data, incoming).flatMap((reading) => {
    const { bounds, counts } = bucketsOf(reading.point);
    // Other bounds make another series: what was counted by them cannot be taken off.
    const identity = `${reading.identity}${bounds.join()}`;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const since = addedSince({ ...reading, identity }, [total, numberOf(reading.point, "sum") ?? 0, ...counts]);
    if (since === null) return [];
    const [count = 0, sum = 0, ...inBuckets] = since;
    return [{ ...placeOf(reading), point: { type: "histogram", sum, count, bounds, counts: inBuckets } as const }];
  });
  return figuresOf(incoming, "histogram", points);
}

function explicitBuckets(point: Message): Buckets {
  const bounds = numbersOf(point, "explicitBounds");
  const counts = numbersOf(point, "bucketCounts");
  if (bounds.some((bound, index) => !(bound > (bounds[index - 1] ?? -Infinity)))) throw malformed("bounds do not grow");
  if (counts.length === 0) return { bounds: [], counts: [numberOf(point, "count") ?? 0] };
  if (counts.length !== bounds.length + 1) throw malformed("a histogram has not one bucket more than it has bounds");
  return { bounds, counts };
}

function exponentialBuckets(point: Message): Buckets {
  return { bounds: commonBounds, counts: toCommonBuckets(point) };
}

/** Its count and sum are counters; its quantiles gauges, since they cannot be added. */
function readSummary(data: Message, incoming: Incoming): Figures {
  const all = readings(data, incoming);
  const counter = (part: "sum" | "count"): Figures => {
    const points = all.flatMap((reading) => {
      const identity = `${reading.identity}${part}`;
      const value = numberOf(reading.point, part) ?? 0;
      const [sum] = incoming.deltas.ofCumulative(counted({ ...reading, identity }, [value])) ?? [];
      return sum === undefined ? [] : [{ ...placeOf(reading), point: { type: "counter", sum } as const }];
    });
    const name = `${textOf(incoming.metric, "name")}_${part}`;
    const unit = part === "sum" ? textOf(incoming.metric, "unit") : "";
    return figuresOf({ ...incoming, metric: { ...incoming.metric, name, unit } }, "counter", points);
  };
  const quantiles = all.flatMap(({ point, labels, at }) =>
    messagesOf(point, "quantileValues").map((entry) => ({
      labels: { ...labels, quantile: String(numberOf(entry, "quantile") ?? 0) },
      at,
      point: gauge(numberOf(entry, "value") ?? 0),
    })),
  );
  const figures = [counter("sum"), counter("count"), figuresOf(incoming, "gauge", quantiles)];
  return {
    families: figures.flatMap(({ families }) => families),
    points: figures.flatMap(({ points }) => points),
  };
}

function placeOf({ labels, at }: Reading): Pick<Reading, "labels" | "at"> {
  return { labels, at };
}

function gauge(value: number): Point {
  return { type: "gauge", last: value, min: value, max: value };
}
