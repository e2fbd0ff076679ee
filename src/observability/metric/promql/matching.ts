import type { TuttiError } from "../../../core/error.ts";
import { comparisonOperators, isOneOf, type Binary, type Many } from "./expression.ts";
import {
  deriving,
  onlyLabels,
  toLabelSet,
  withoutLabels,
  type LabelSet,
  type Sample,
  type Vector,
} from "./label-set.ts";
import { mistake } from "./mistake.ts";

/** Null where a comparison does not hold: then the sample is left out. */
export type Cell = (left: number, right: number) => number | null;

/** The labels that two samples must share to be one pair. */
export function signatureOf({ matching: { on, labels } }: Binary): (set: LabelSet) => LabelSet {
  return deriving(on ? onlyLabels(labels) : withoutLabels([...labels, "__name__"]));
}

/** The samples of both sides whose labels agree: one with one, or many with one. */
export function pairing(text: string, binary: Binary): (left: Vector, right: Vector, cell: Cell) => Vector {
  const signature = signatureOf(binary);
  const { many } = binary.matching;
  const manySide = many?.side ?? "left";
  const oneSide = manySide === "left" ? "right" : "left";
  const resultOf = many === null ? resulting(binary, signature) : grouped(binary, many);
  return (left, right, cell) => {
    const [of, others] = manySide === "left" ? [left, right] : [right, left];
    const ones = bySignature(others, signature, () => ambiguous(text, binary, oneSide));
    const results = of.flatMap((sample): Sample[] => {
      const other = ones.get(signature(sample.set).key);
      if (!other) return [];
      const value = manySide === "left" ? cell(sample.value, other.value) : cell(other.value, sample.value);
      return value === null ? [] : [{ set: resultOf(sample.set, other.set), value }];
    });
    const paired = many === null ? of.filter(({ set }) => ones.has(signature(set).key)) : results;
    // Also where a comparison lets none of them through.
    bySignature(paired, many === null ? signature : (set) => set, () => ambiguous(text, binary, manySide));
    return results;
  };
}

function bySignature(
  vector: Vector,
  signature: (set: LabelSet) => LabelSet,
  error: () => TuttiError,
): Map<string, Sample> {
  const found = new Map<string, Sample>();
  for (const sample of vector) {
    const { key } = signature(sample.set);
    if (found.has(key)) throw error();
    found.set(key, sample);
  }
  return found;
}

/** A comparison only chooses, and keeps what the figure is called. */
function dropsName({ operator, isBool }: Binary): boolean {
  return isBool || !isOneOf(comparisonOperators, operator);
}

function resulting(binary: Binary, signature: (set: LabelSet) => LabelSet): (set: LabelSet) => LabelSet {
  const { on, labels } = binary.matching;
  return on ? signature : deriving(withoutLabels(dropsName(binary) ? [...labels, "__name__"] : labels));
}

/** The labels of the many, with those that are wanted of the one. */
function grouped(binary: Binary, { taking }: Many): (many: LabelSet, one: LabelSet) => LabelSet {
  const kept = deriving(withoutLabels(dropsName(binary) ? [...taking, "__name__"] : taking));
  if (taking.length === 0) return kept;
  const taken = deriving(onlyLabels(taking));
  return (many, one) => toLabelSet({ ...kept(many).labels, ...taken(one).labels });
}

function ambiguous(text: string, { operator, place }: Binary, side: "left" | "right"): TuttiError {
  const hint =
    "Sum one side by the labels that both have, as in sum by (model) (…), or pair many with one by group_left.";
  return mistake(text, place, `several series on the ${side} side of ${operator} fit one on the other`, hint);
}
