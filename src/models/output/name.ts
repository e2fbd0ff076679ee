import { editDistance } from "../../core/nearest.ts";

export interface Shape {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

export interface Renamed {
  readonly value: Readonly<Record<string, unknown>>;
  readonly names: readonly (readonly [from: string, to: string])[];
}

/** Puts a value that stands under a near miss of a missing property's name under that name, where only one can be meant. */
export function renameProperties(value: Readonly<Record<string, unknown>>, shape: Shape): Renamed {
  const known = Object.keys(shape.properties);
  const names = new Map<string, string>();
  for (const isNear of [isSameName, isTypo, isLongerName]) {
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(shape.properties, name) && !names.has(name));
    const taken = new Set(names.values());
    // Only another way of writing it is enough for what may be left out.
    const wanted = isNear === isSameName ? known : shape.required;
    const missing = wanted.filter((name) => !Object.hasOwn(value, name) && !taken.has(name));
    for (const [from, to] of pairs(unknown, missing, isNear)) names.set(from, to);
  }
  if (names.size === 0) return { value, names: [] };
  const entries = Object.entries(value).map(([name, inner]) => [names.get(name) ?? name, inner] as const);
  return { value: Object.fromEntries(entries), names: [...names] };
}

type Near = (given: string, wanted: string) => boolean;

/** Those that have each other as their only candidate. */
function pairs(unknown: readonly string[], missing: readonly string[], isNear: Near): [string, string][] {
  return unknown.flatMap((from): [string, string][] => {
    const targets = missing.filter((name) => isNear(from, name));
    const [to] = targets;
    if (to === undefined || targets.length > 1) return [];
    return unknown.filter((other) => isNear(other, to)).length === 1 ? [[from, to]] : [];
  });
}

function isSameName(given: string, wanted: string): boolean {
  return wordsOf(given).join("") === wordsOf(wanted).join("");
}

function isTypo(given: string, wanted: string): boolean {
  const [left, right] = [wordsOf(given).join(""), wordsOf(wanted).join("")];
  if (right.length >= 4 && sortedLetters(left) === sortedLetters(right)) return true;
  // Short words are too near each other: `rule` is no slip of `role`.
  return right.length >= 5 && left[0] === right[0] && editDistance(left, right) <= Math.floor(right.length / 4);
}

function sortedLetters(word: string): string {
  return word.split("").toSorted().join("");
}

// Words that say of what kind a value is, and not which one: `file_path` for `path`, `city_name` for `city`.
const kindWords = new Set("name value text string str path file param parameter arg argument input".split(" "));

function isLongerName(given: string, wanted: string): boolean {
  const [words, right] = [wordsOf(given), wordsOf(wanted)];
  const extra = words.filter((word) => !right.includes(word));
  return (
    right.length + extra.length === words.length && extra.length === 1 && extra.every((word) => kindWords.has(word))
  );
}

function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}
