import type { Labels, MetricFamily } from "../../core/metric.ts";
import { createFamilyTable, type FamilyTable } from "./family-table.ts";
import type { LiveSeries } from "./series.ts";

/** Why a figure was not counted. */
export type DropReason = "too_many_series" | "not_a_number" | "other_type";

interface Sought {
  readonly family: MetricFamily;
  readonly labels: Labels;
  readonly value: number;
}

/** Finds the series of a figure, makes it where there is room, and counts what is dropped. */
export interface SeriesFinder {
  /** Null where the figure is none, is of another type, or would be one series too many. */
  find(sought: Sought, type?: LiveSeries["type"]): LiveSeries | null;
  /** The table of a family; null where its name is of another type. */
  of(family: MetricFamily, options?: { readonly isBounded: boolean }): FamilyTable | null;
  /** By the names of their families. */
  ordered(): FamilyTable[];
  readonly dropped: ReadonlyMap<DropReason, number>;
}

export function createSeriesFinder(mostSeries: number): SeriesFinder {
  const tables = new Map<string, FamilyTable>();
  const dropped = new Map<DropReason, number>();
  let seriesCount = 0;
  const bounded = {
    take: () => (seriesCount < mostSeries ? ((seriesCount += 1), true) : false),
    give: (count: number) => void (seriesCount -= count),
  };
  const drop = (reason: DropReason): null => {
    dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
    return null;
  };
  const of = (family: MetricFamily, { isBounded } = { isBounded: true }): FamilyTable | null => {
    const known = tables.get(family.name) ?? createFamilyTable(family, isBounded ? bounded : endless);
    if (known.family.type !== family.type) return drop("other_type");
    tables.set(family.name, known);
    return known;
  };
  return {
    of: (family, options) => of(family, options),
    find({ family, labels, value }, type = family.type) {
      if (!Number.isFinite(value) || (type === "counter" && value < 0)) return drop("not_a_number");
      if (family.type !== type) return drop("other_type");
      const table = of(family);
      return table && (table.series(labels) ?? drop("too_many_series"));
    },
    ordered: () => [...tables.values()].toSorted((left, right) => (left.family.name < right.family.name ? -1 : 1)),
    dropped,
  };
}

// For what tells of the others that there is no more room for them.
const endless = { take: () => true, give: () => undefined };
