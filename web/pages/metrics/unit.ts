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

/** What an expression is measured in, as far as its names tell; what is divided or compared has none. */
export function unitOfText(text: string): Unit {
  const bare = text.replaceAll(/"[^"]*"|\[[^\]]*\]/g, "");
  const isSpeed = /\brate\s*\(/.test(bare) && !bare.includes("histogram_quantile");
  if (/[/*<>=^%]/.test(bare.replaceAll(/\{[^}]*\}/g, ""))) return { of: "number", isSpeed: false };
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

/** How values of a unit are written in a chart whose highest is known: rare things by the minute or by the hour. */
export function formatOf({ of, isSpeed }: Unit, highest: number): (value: number) => string {
  if (of === "ratio") return (value) => percent(value);
  if (!isSpeed) return of === "seconds" ? seconds : of === "bytes" ? (value) => bytes(Math.round(value)) : number;
  if (of === "bytes") return (value) => `${bytes(Math.round(value))}/s`;
  if (of === "seconds") return (value) => `${seconds(value)}/s`;
  const [times, name] = speeds.find(([factor]) => highest * factor >= 1) ?? [3_600, "h"];
  return (value) => `${number(value * times)}/${name}`;
}

function seconds(value: number): string {
  if (value === 0) return `0${thin}s`;
  if (value < 0) return `-${seconds(-value)}`;
  return value < 0.001 ? `${number(value * 1e6)}${thin}µs` : duration(value < 0.01 ? value * 1_000 : Math.round(value * 1_000));
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
