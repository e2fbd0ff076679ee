import type { Aggregate, AggregateOperator } from "./expression.ts";
import { deriving, groupedBy, type LabelSet, type Sample, type Vector } from "./label-set.ts";

type Combining = Exclude<AggregateOperator, "topk" | "bottomk">;

/** An aggregation, ready for every time that is asked for; `count` is how many topk and bottomk let through. */
export function aggregateOf({ operator, grouping }: Aggregate): (vector: Vector, count: number) => Vector {
  const group = deriving(groupedBy(grouping));
  return (vector, count) => {
    const groups = Map.groupBy(vector, ({ set }) => group(set).key);
    return [...groups.values()].flatMap((samples) => {
      if (operator === "topk" || operator === "bottomk") return ranked(operator, samples, count);
      const [first] = samples;
      return first ? [combined(operator, group(first.set), samples)] : [];
    });
  };
}

function ranked(operator: "topk" | "bottomk", samples: readonly Sample[], count: number): readonly Sample[] {
  const sorted = sortSamples(samples, operator === "topk" ? "falling" : "rising");
  return sorted.slice(0, Math.max(0, Math.trunc(count) || 0));
}

/** By value; what is not a number comes last. */
export function sortSamples(samples: Vector, order: "rising" | "falling"): Sample[] {
  const sign = order === "rising" ? 1 : -1;
  return samples.toSorted(({ value: left }, { value: right }) => {
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return left === right ? 0 : sign * (left < right ? -1 : 1);
  });
}

function combined(operator: Combining, set: LabelSet, samples: readonly Sample[]): Sample {
  const values = samples.map(({ value }) => value);
  const sum = (): number => values.reduce((total, value) => total + value, 0);
  switch (operator) {
    case "sum":
      return { set, value: sum() };
    case "avg":
      return { set, value: sum() / values.length };
    case "count":
      return { set, value: values.length };
    case "min":
      return { set, value: values.reduce((left, right) => (right < left || Number.isNaN(left) ? right : left)) };
    case "max":
      return { set, value: values.reduce((left, right) => (right > left || Number.isNaN(left) ? right : left)) };
    default:
      return operator satisfies never;
  }
}
