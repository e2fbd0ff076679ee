import type { Others } from "../../chart/chart-data.ts";
import { duration } from "../../data/format.ts";
import { wayOf, wayWords, type ChartChoice, type ChosenFigure, type Way } from "./chart-choice.ts";
import { expressionsOf, splitExpressions, windowOf } from "./expression.ts";
import { shortName, type Family } from "./family.ts";
import { unitOf, unitOfTexts, type Unit } from "./unit.ts";

/** What has to be asked for a chart, and how its answer is read. */
export interface ChartPlan {
  readonly title: string;
  readonly expressions: readonly string[];
  readonly unit: Unit;
  readonly others: Others;
}

/** Null where there is no figure of this name. */
export function planOf(choice: ChartChoice, families: readonly Family[], stepMs: number): ChartPlan | null {
  if ("text" in choice) {
    const expressions = splitExpressions(choice.text);
    return { title: choice.text, expressions, unit: unitOfTexts(expressions), others: "highest" };
  }
  const family = families.find(({ name }) => name === choice.metric);
  if (!family) return null;
  const way = wayOf(choice, family);
  const unit = unitOf(choice, family);
  return {
    title: titleOf(choice, wayText(way, stepMs)),
    expressions: expressionsOf(choice, family, stepMs),
    unit,
    others: addsUp.has(way) || (way === "each" && unit.of !== "seconds" && unit.of !== "ratio") ? "sum" : "highest",
  };
}

const addsUp: ReadonlySet<Way> = new Set<Way>(["rate", "added", "total", "count", "amount", "sum"]);

function wayText(way: Way, stepMs: number): string {
  if (way === "each") return "";
  return way === "added" ? `${wayWords.added} in ${duration(windowOf(stepMs))}` : wayWords[way];
}

function titleOf({ metric, by, where }: ChosenFigure, way: string): string {
  const short = shortName(metric);
  const words = `${short.slice(0, 1).toUpperCase()}${short.slice(1)}`;
  const only = Object.values(where).flat();
  return [words, way, by.length === 0 ? "" : `by ${by.join(", ")}`, only.length === 0 ? "" : `only ${only.join(", ")}`]
    .filter(Boolean)
    .join(", ");
}
