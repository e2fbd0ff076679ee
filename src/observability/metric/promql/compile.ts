import { aggregateOf, sortSamples } from "./aggregate.ts";
import { binaryOf, type Value } from "./binary.ts";
import { rangeFunction } from "./range-function.ts";
import type { Call, Expression, Matcher, Selector } from "./expression.ts";
import {
  deriving,
  noLabels,
  toLabelSet,
  withoutLabels,
  withoutName,
  type LabelSet,
  type Sample,
  type Vector,
} from "./label-set.ts";
import type { Loaded } from "./load.ts";
import { lastUpTo } from "./loaded.ts";
import { bucketQuantile, type Bucket } from "./quantile.ts";

/** What an expression gives at a time, epoch milliseconds. */
export type Evaluate = (at: number) => Value;

export interface CompilePorts {
  readonly text: string;
  readonly loaded: ReadonlyMap<Selector, Loaded>;
}

/** An expression whose figures have been read, ready for each time. */
export function compile(ports: CompilePorts, expression: Expression): Evaluate {
  switch (expression.kind) {
    case "number":
      return () => expression.value;
    case "string":
      return () => Number.NaN; // no function that is there takes a text
    case "negative":
      return negative(compile(ports, expression.of));
    case "selector":
      return instant(ports, expression);
    case "call":
      return call(ports, expression);
    case "aggregate": {
      const count = expression.parameter === null ? () => 0 : compile(ports, expression.parameter);
      const [of, combine] = [compile(ports, expression.of), aggregateOf(expression)];
      return (at) => combine(vectorOf(of(at)), numberOf(count(at)));
    }
    case "binary": {
      const [left, right] = [compile(ports, expression.left), compile(ports, expression.right)];
      const combine = binaryOf(ports.text, expression);
      return (at) => combine(left(at), right(at));
    }
    default:
      return expression satisfies never;
  }
}

function vectorOf(value: Value): Vector {
  return typeof value === "number" ? [{ set: noLabels, value }] : value;
}

function numberOf(value: Value): number {
  return typeof value === "number" ? value : Number.NaN;
}

function negative(of: Evaluate): Evaluate {
  const dropName = withoutName();
  return (at) => {
    const value = of(at);
    return typeof value === "number" ? -value : value.map((one) => ({ set: dropName(one.set), value: -one.value }));
  };
}

/** The newest figure of each series that is not stale. */
function instant({ loaded }: CompilePorts, selector: Selector): Evaluate {
  const { series = [], staleAfterMs = 0 } = loaded.get(selector) ?? {};
  return (time) => {
    const at = time - selector.offsetMs;
    return series.flatMap(({ set, at: times, value }) => {
      const last = lastUpTo(times, at);
      const [then = -Infinity, figure] = [times[last], value[last]];
      return figure !== undefined && then > at - staleAfterMs ? [{ set, value: figure }] : [];
    });
  };
}

function overTime({ loaded }: CompilePorts, { name, arguments: [selector] }: Call): Evaluate | null {
  const compute = rangeFunction(name);
  if (compute === null || selector?.kind !== "selector") return null;
  const { series = [], ...about } = loaded.get(selector) ?? { resolutionMs: 1, storedTo: 0, staleAfterMs: 0 };
  // What is the last of a time is still the figure itself.
  const rename = name === "last_over_time" ? (set: LabelSet) => set : withoutName();
  return (time) => {
    const to = time - selector.offsetMs;
    const from = to - (selector.windowMs ?? 0);
    return series.flatMap((one) => {
      const value = compute({ series: one, from, to, ...about });
      return value === null ? [] : [{ set: rename(one.set), value }];
    });
  };
}

function call(ports: CompilePorts, expression: Call): Evaluate {
  const ranged = overTime(ports, expression);
  if (ranged) return ranged;
  const [first, second] = expression.arguments.map((argument) => compile(ports, argument));
  const [one, other] = [first ?? (() => Number.NaN), second ?? (() => Number.NaN)];
  const vector = (at: number): Vector => vectorOf(one(at));
  switch (expression.name) {
    case "time":
      return (at) => at / 1_000;
    case "vector":
      return (at) => [{ set: noLabels, value: numberOf(one(at)) }];
    case "scalar":
      return (at) => {
        const [only, more] = vector(at);
        return only && !more ? only.value : Number.NaN;
      };
    case "absent":
      return absent(vector, expression.arguments[0]);
    case "histogram_quantile":
      return histogramQuantile(one, (at) => vectorOf(other(at)));
    case "sort":
      return (at) => sortSamples(vector(at), "rising");
    case "sort_desc":
      return (at) => sortSamples(vector(at), "falling");
    default:
      return each(
        vector,
        mathOf(expression, (at) => numberOf(other(at))),
      );
  }
}

function each(vector: (at: number) => Vector, change: (value: number, at: number) => number): Evaluate {
  const dropName = withoutName();
  return (at) => vector(at).map(({ set, value }) => ({ set: dropName(set), value: change(value, at) }));
}

function mathOf({ name, arguments: given }: Call, other: (at: number) => number) {
  const changes: Partial<Record<typeof name, (value: number, at: number) => number>> = {
    abs: Math.abs,
    ceil: Math.ceil,
    floor: Math.floor,
    clamp_min: (value, at) => Math.max(value, other(at)),
    clamp_max: (value, at) => Math.min(value, other(at)),
    // To the nearest multiple; what lies between two goes up.
    round(value, at) {
      const unit = given.length > 1 ? other(at) : 1;
      return Math.floor(value / unit + 0.5) * unit;
    },
  };
  return changes[name] ?? (() => Number.NaN);
}

function absent(vector: (at: number) => Vector, of: Expression | undefined): Evaluate {
  const matchers: readonly Matcher[] = of?.kind === "selector" ? of.matchers : [];
  const equal = matchers.filter(({ op, value }) => op === "=" && value !== "");
  const set = toLabelSet(Object.fromEntries(equal.map(({ label, value }) => [label, value])));
  return (at) => (vector(at).length === 0 ? [{ set, value: 1 }] : []);
}

function histogramQuantile(share: Evaluate, vector: (at: number) => Vector): Evaluate {
  const group = deriving(withoutLabels(["le", "__name__"]));
  return (at) => {
    const buckets = vector(at).filter(({ set }) => set.labels["le"] !== undefined);
    const groups = Map.groupBy(buckets, ({ set }) => group(set).key);
    return [...groups.values()].flatMap((samples): Sample[] => {
      const [first] = samples;
      return first
        ? [{ set: group(first.set), value: bucketQuantile(numberOf(share(at)), samples.map(toBucket)) }]
        : [];
    });
  };
}

function toBucket({ set, value }: Sample): Bucket {
  const bound = set.labels["le"] ?? "";
  return { upTo: bound === "+Inf" ? Infinity : Number(bound), count: value };
}
