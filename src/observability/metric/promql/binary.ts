import {
  comparisonOperators,
  isOneOf,
  setOperators,
  type ArithmeticOperator,
  type Binary,
  type ComparisonOperator,
  type SetOperator,
} from "./expression.ts";
import { withoutName, type LabelSet, type Sample, type Vector } from "./label-set.ts";
import { pairing, signatureOf, type Cell } from "./matching.ts";
import { compare, compute } from "./operator.ts";

export type Value = number | Vector;

/** An operator between two values, ready for every time that is asked for. */
export function binaryOf(text: string, binary: Binary): (left: Value, right: Value) => Value {
  const { operator } = binary;
  if (isOneOf(setOperators, operator)) {
    const signature = signatureOf(binary);
    return (left, right) => setOperation(operator, { left: toVector(left), right: toVector(right), signature });
  }
  const cell = cellOf(operator, binary.isBool);
  const dropName = withoutName();
  // A comparison only chooses; whatever computes has a new meaning.
  const rename = isOneOf(comparisonOperators, operator) && !binary.isBool ? (set: LabelSet) => set : dropName;
  const pair = pairing(text, binary);
  return (left, right) => {
    if (typeof left === "number" && typeof right === "number") return cell(left, right) ?? 0;
    if (typeof right === "number") return mapped(toVector(left), rename, (value) => cell(value, right));
    if (typeof left === "number") return mapped(right, rename, (value) => flipped(cell(left, value), value, binary));
    return pair(left, right, cell);
  };
}

function toVector(value: Value): Vector {
  return typeof value === "number" ? [] : value;
}

/** Null where a comparison does not hold: then the sample is left out. */
function cellOf(operator: ArithmeticOperator | ComparisonOperator, isBool: boolean): Cell {
  if (!isOneOf(comparisonOperators, operator)) return (left, right) => compute(operator, left, right);
  if (isBool) return (left, right) => (compare(operator, left, right) ? 1 : 0);
  return (left, right) => (compare(operator, left, right) ? left : null);
}

/** What a comparison lets through is the sample, on whichever side it stands. */
function flipped(result: number | null, sample: number, { operator, isBool }: Binary): number | null {
  return result !== null && !isBool && isOneOf(comparisonOperators, operator) ? sample : result;
}

function mapped(
  vector: Vector,
  rename: (set: LabelSet) => LabelSet,
  change: (value: number) => number | null,
): Sample[] {
  return vector.flatMap(({ set, value }) => {
    const result = change(value);
    return result === null ? [] : [{ set: rename(set), value: result }];
  });
}

interface SetSides {
  readonly left: Vector;
  readonly right: Vector;
  readonly signature: (set: LabelSet) => LabelSet;
}

function setOperation(operator: SetOperator, { left, right, signature }: SetSides): Vector {
  const keysOf = (vector: Vector): Set<string> => new Set(vector.map(({ set }) => signature(set).key));
  if (operator === "or") {
    const there = keysOf(left);
    return [...left, ...right.filter(({ set }) => !there.has(signature(set).key))];
  }
  const others = keysOf(right);
  return left.filter(({ set }) => others.has(signature(set).key) === (operator === "and"));
}
