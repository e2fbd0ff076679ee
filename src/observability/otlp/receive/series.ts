import type { Labels, MetricFamily } from "../../../core/metric.ts";
import type { AttributeValue } from "../../../core/trace.ts";
import type { EpochUs, Origin, Point, SeriesPoint } from "../../record.ts";
import { microsOf, numberOf, textOf, type Message } from "../wire/field.ts";
import type { CountedPoint, Deltas } from "./cumulative.ts";
import type { Receiving } from "./span.ts";
import { readAttributes } from "./value.ts";

/** What one metric of a request became. */
export interface Figures {
  readonly families: readonly MetricFamily[];
  readonly points: readonly SeriesPoint[];
}

/** A metric on its way in. */
export interface Incoming {
  readonly metric: Message;
  readonly origin: Origin;
  readonly deltas: Deltas;
  readonly receiving: Receiving;
}

/** A point as it came, with what every kind of it has. */
export interface Reading {
  readonly point: Message;
  readonly labels: Labels;
  readonly start: EpochUs | undefined;
  readonly at: EpochUs;
  readonly identity: string;
}

const noRecordedValue = 1;

/** Null for a point that says that there is no value. */
export function readPoint(point: Message, { metric, origin, receiving }: Incoming): Reading | null {
  if (((numberOf(point, "flags") ?? 0) & noRecordedValue) !== 0) return null;
  const { values } = readAttributes(point);
  const pairs = Object.entries(values).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return {
    point,
    // As Prometheus calls who a figure is of.
    labels: { ...labelsOf(pairs), job: origin.service },
    start: microsOf(point, "startTimeUnixNano"),
    // A clock that is ahead must not keep a figure longer than others.
    at: Math.min(microsOf(point, "timeUnixNano") ?? receiving.nowUs, receiving.nowUs),
    identity: JSON.stringify([origin.service, origin.scope, origin.resource, textOf(metric, "name"), pairs]),
  };
}

export function counted({ identity, start, at }: Reading, values: readonly number[]): CountedPoint {
  return { identity, start, at, values };
}

const mostLabels = 32;

/** Names and values as they came: who keeps the figures checks them, and leaves out what names one of many. */
function labelsOf(pairs: readonly (readonly [string, AttributeValue])[]): Labels {
  return Object.fromEntries(pairs.slice(0, mostLabels).map(([key, value]) => [key, String(value)]));
}

/** A family with the points of it. */
export function figuresOf(
  { metric }: Incoming,
  type: MetricFamily["type"],
  read: readonly { readonly labels: Labels; readonly at: EpochUs; readonly point: Point }[],
): Figures {
  const [name, unit] = [textOf(metric, "name"), textOf(metric, "unit")];
  const labels = [...new Set(read.flatMap((point) => Object.keys(point.labels)))].toSorted();
  const bounds = read.flatMap(({ point }) => (point.type === "histogram" ? [point.bounds] : []))[0];
  const help = textOf(metric, "description");
  return {
    families: [{ name, type, help, unit, labels, ...(bounds ? { buckets: bounds } : {}) }],
    points: read.map((point) => ({ name, ...point })),
  };
}
