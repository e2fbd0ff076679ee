import { bytes, duration, percent } from "../../data/format.ts";
import { wayOf, type ChosenFigure } from "./chart-choice.ts";
import type { Family } from "./family.ts";

export interface Unit {
  readonly of: "number" | "seconds" | "bytes" | "ratio";
  /** So many in a second. */
  readonly isSpeed: boolean;
}

type Known = Pick<Family, "name" | "type" | "unit">;

export function unitOf(choice: ChosenFigure, family: Known): Unit {
  const way = wayOf(choice, family);
  if (way === "count") return { of: "number", isSpeed: true };
  return { of: kindOf(family), isSpeed: way === "rate" || way === "amount" };
}

function kindOf({ name, unit }: Pick<Family, "name" | "unit">): Unit["of"] {
  const said = unit === "" ? (/_(seconds|bytes|ratio)(_total)?$/.exec(name)?.[1] ?? "") : unit;
  return said === "seconds" || said === "bytes" || said === "ratio" ? said : "number";
}

/** What all of some expressions are measured in; what differs has no unit. */
export function unitOfTexts(texts: readonly string[]): Unit {
  const [first = plain, ...others] = texts.map(unitOfText);
  return others.every(({ of, isSpeed }) => of === first.of && isSpeed === first.isSpeed) ? first : plain;
}

const plain: Unit = { of: "number", isSpeed: false };

/** As far as its names tell; what is divided or compared has none. */
function unitOfText(text: string): Unit {
  const bare = text.replaceAll(/"[^"]*"|\[[^\]]*\]/g, "");
  const isSpeed = /\brate\s*\(/.test(bare) && !bare.includes("histogram_quantile");
  if (/[/*<>=^%]/.test(bare.replaceAll(/\{[^}]*\}/g, ""))) return plain;
  const [, said] = /\w_(seconds|bytes|ratio)(?:_total|_sum|_bucket)?\b/.exec(bare) ?? [];
  if (said === undefined || /_(seconds|bytes|ratio)_count\b/.test(bare)) return { of: "number", isSpeed };
  return { of: said as Unit["of"], isSpeed };
}

const speeds = [
  [1, "s"],
  [60, "min"],
  [3_600, "h"],
] as const;
const thin = "\u202f";

/** How values are written, and where a scale has its lines. */
export interface Scale {
  readonly format: (value: number) => string;
  readonly steps: readonly number[];
}

/** The scale of a chart whose highest value is known: rare things are counted by the minute or by the hour. */
export function scaleOf({ of, isSpeed }: Unit, highest: number): Scale {
  const write = { ratio: percent, seconds, bytes: (value: number) => bytes(Math.round(value)), number }[of];
  if (!isSpeed) return { format: write, steps: of === "seconds" ? timeSteps : decimalSteps };
  if (of !== "number") return { format: (value) => `${write(value)}/s`, steps: decimalSteps };
  const [times, name] = speeds.find(([factor]) => highest * factor >= 1) ?? [3_600, "h"];
  return {
    format: (value) => `${number(value * times)}/${name}`,
    steps: decimalSteps.map((step) => step / times),
  };
}

const decimalSteps = Array.from({ length: 24 }, (_none, index) => 10 ** (index - 9)).flatMap((size) => [
  size,
  2 * size,
  5 * size,
]);
const longTimes = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400];
const timeSteps = [
  ...decimalSteps.filter((step) => step < 1),
  ...longTimes,
  ...[2, 5, 10, 20, 50, 100].map((days) => days * 86_400),
];

function seconds(value: number): string {
  if (value === 0) return `0${thin}s`;
  if (value < 0) return `-${seconds(-value)}`;
  return value < 0.001 ? `${number(value * 1e6)}${thin}µs` : duration(value * 1_000);
}

const sizes = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** At most three digits that count. */
function number(value: number): string {
  const [size, name] = sizes.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  const text = String(Number((value / size).toPrecision(3)));
  return name === "" ? text : `${text}${thin}${name}`;
}
