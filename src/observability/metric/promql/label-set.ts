import type { Labels } from "../../../core/metric.ts";
import { labelKey } from "../label.ts";
import type { Grouping } from "./expression.ts";

/** Labels with what tells them from others, made once for each series. */
export interface LabelSet {
  readonly labels: Labels;
  readonly key: string;
}

export interface Sample {
  readonly set: LabelSet;
  readonly value: number;
}

/** At most one sample for each set of labels. */
export type Vector = readonly Sample[];

export const noLabels: LabelSet = { labels: {}, key: "" };

export function toLabelSet(labels: Labels): LabelSet {
  return { labels, key: labelKey(labels) };
}

/** Makes one set of labels of another, and remembers it: the same series come at each time. */
export function deriving(change: (labels: Labels) => Labels): (set: LabelSet) => LabelSet {
  const made = new WeakMap<LabelSet, LabelSet>();
  return (set) => {
    const known = made.get(set);
    if (known) return known;
    const derived = toLabelSet(change(set.labels));
    made.set(set, derived);
    return derived;
  };
}

export function withoutLabels(names: readonly string[]): (labels: Labels) => Labels {
  return (labels) => Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}

export function onlyLabels(names: readonly string[]): (labels: Labels) => Labels {
  return (labels) => Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));
}

export function groupedBy({ without, labels }: Grouping): (labels: Labels) => Labels {
  return without ? withoutLabels([...labels, "__name__"]) : onlyLabels(labels);
}

/** What a figure is called is no longer true of what was computed from it. */
export const withoutName = (): ((set: LabelSet) => LabelSet) => deriving(withoutLabels(["__name__"]));
