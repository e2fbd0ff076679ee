import { typeOf, type Family, type FamilyType } from "./family.ts";

/** Ways to look at a figure; which of them there are is its type's. */
export type Way = "rate" | "added" | "total" | "quantiles" | "mean" | "count" | "amount" | "each" | "sum" | "highest";

/** What a chart shows: a figure and a way to look at it, or expressions that somebody wrote. */
export type ChartChoice = ChosenFigure | WrittenChart;

export interface ChosenFigure {
  readonly metric: string;
  /** Null is the first way of its type. */
  readonly way: Way | null;
  readonly by: readonly string[];
  readonly where: Where;
}

export interface WrittenChart {
  /** One expression, or several, each on a line. */
  readonly text: string;
}

/** Values of labels that are looked at; of a label that is not in it, all. */
export type Where = Readonly<Record<string, readonly string[]>>;

const ways: Readonly<Record<FamilyType, readonly Way[]>> = {
  counter: ["rate", "added", "total"],
  histogram: ["quantiles", "mean", "count", "amount"],
  gauge: ["each", "sum", "highest"],
};

export const wayWords: Readonly<Record<Way, string>> = {
  rate: "how fast",
  added: "how many",
  total: "in all",
  quantiles: "p50 and p95",
  mean: "average",
  count: "how often",
  amount: "added up",
  each: "as it is",
  sum: "added up",
  highest: "highest",
};

export function waysOf(family: Pick<Family, "name" | "type">): readonly Way[] {
  return ways[typeOf(family)];
}

export function wayOf({ way }: ChosenFigure, family: Pick<Family, "name" | "type">): Way {
  const known = waysOf(family);
  return known.find((other) => other === way) ?? known[0] ?? "each";
}

export const choiceKeys = ["m", "way", "by", "where", "q"] as const;

/** What an address, or a chart that was kept, says; null where it says nothing. */
export function choiceIn(values: Pick<URLSearchParams, "get">): ChartChoice | null {
  const text = values.get("q")?.trim() ?? "";
  if (text !== "") return { text };
  const metric = values.get("m") ?? "";
  if (metric === "") return null;
  const by = (values.get("by") ?? "").split(",").filter(Boolean);
  const way = Object.keys(wayWords).find((known) => known === values.get("way")) as Way | undefined;
  return { metric, way: way ?? null, by, where: whereIn(values.get("where") ?? "") };
}

/** The same as parameters of an address; null is one that has to go. */
export function addressOf(choice: ChartChoice | null): Readonly<Record<(typeof choiceKeys)[number], string | null>> {
  const none = { m: null, way: null, by: null, where: null, q: null };
  if (choice === null) return none;
  if ("text" in choice) return { ...none, q: choice.text };
  const { metric, way, by, where } = choice;
  return { ...none, m: metric, way, by: by.join(",") || null, where: whereText(where) || null };
}

/** The same as text: what a kept chart is kept as. */
export function textOf(choice: ChartChoice): string {
  const entries = Object.entries(addressOf(choice)).flatMap(([key, value]) => (value === null ? [] : [[key, value]]));
  return new URLSearchParams(entries).toString();
}

function whereText(where: Where): string {
  return Object.entries(where)
    .flatMap(([label, values]) => values.map((value) => `${label}:${encodeURIComponent(value)}`))
    .join(",");
}

function whereIn(text: string): Where {
  const pairs = text.split(",").flatMap((part) => {
    const [label = "", value] = part.split(":", 2);
    const decoded = value === undefined ? null : decodedOf(value);
    return label === "" || decoded === null ? [] : [[label, decoded] as const];
  });
  const grouped = Map.groupBy(pairs, ([label]) => label);
  return Object.fromEntries([...grouped].map(([label, own]) => [label, own.map(([, value]) => value)]));
}

function decodedOf(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // an address that was cut
  }
}
