import { wayOf, type ChosenFigure, type Where } from "./chart-choice.ts";
import { typeOf, type Family } from "./family.ts";
import { promDuration } from "./time-range.ts";

// A count that stands still is told again within five minutes, so that a window of less may be empty.
const leastWindowMs = 300_000;

/** The time behind each value of a chart that what happened is summed up over. */
export function windowOf(stepMs: number): number {
  return Math.max(stepMs, leastWindowMs);
}

type Known = Pick<Family, "name" | "type" | "labels" | "unit">;

/** The PromQL that a choice stands for: an expression, or one for each of two lines. */
export function expressionsOf(choice: ChosenFigure, family: Known, stepMs: number): readonly string[] {
  const { by, where } = choice;
  const of = (suffix = ""): string => `${family.name}${suffix}${matchersOf(where)}`;
  const window = promDuration(windowOf(stepMs));
  const rate = (suffix = ""): string => `rate(${of(suffix)}[${window}])`;
  const total = (inner: string): string => together("sum", by, inner);
  switch (wayOf(choice, family)) {
    case "rate":
      return [total(rate())];
    case "added":
      return [total(`increase(${of()}[${window}])`)];
    case "total":
    case "sum":
      return [total(of())];
    case "highest":
      return [together("max", by, of())];
    case "count":
      return [total(rate("_count"))];
    case "amount":
      return [total(rate("_sum"))];
    case "mean":
      return [`${total(rate("_sum"))} / ${total(rate("_count"))}`];
    case "quantiles":
      return [0.5, 0.95].map((share) => quantile(share, by, rate("_bucket")));
    default:
      return [by.length === 0 ? of() : together(isLevel(family) ? "max" : "sum", by, of())];
  }
}

/** Ages and shares do not add up. */
function isLevel({ unit, name }: Pick<Family, "unit" | "name">): boolean {
  return /^(seconds|ratio)$/.test(unit) || /_(seconds|ratio)$/.test(name);
}

function quantile(share: number, by: readonly string[], rate: string): string {
  return `histogram_quantile(${share}, ${together("sum", ["le", ...by], rate)})`;
}

function together(how: string, by: readonly string[], inner: string): string {
  return by.length === 0 ? `${how}(${inner})` : `${how} by (${by.join(", ")}) (${inner})`;
}

function matchersOf(where: Where): string {
  const matchers = Object.entries(where)
    .filter(([, values]) => values.length > 0)
    .map(([label, values]) => {
      const [only] = values;
      return values.length === 1 && only !== undefined
        ? `${label}=${JSON.stringify(only)}`
        : `${label}=~${JSON.stringify(values.map(escaped).join("|"))}`;
    });
  return matchers.length === 0 ? "" : `{${matchers.join(", ")}}`;
}

function escaped(value: string): string {
  return value.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Asked once, it gives all sets of labels that a figure has had lately. */
export function labelsExpression(family: Pick<Family, "name" | "type">): string {
  const { name } = family;
  const type = typeOf(family);
  if (type === "histogram") return `${name}_count`;
  return type === "counter" ? name : `last_over_time(${name}[1d])`;
}

/** Expressions stand on lines of their own; one whose brackets are open goes on in the next line. */
export function splitExpressions(text: string): readonly string[] {
  const expressions: string[] = [];
  let open = "";
  for (const line of text.split("\n")) {
    open = open === "" ? line : `${open}\n${line}`;
    if (depthOf(open) > 0) continue;
    if (open.trim() !== "") expressions.push(open.trim());
    open = "";
  }
  return open.trim() === "" ? expressions : [...expressions, open.trim()];
}

function depthOf(text: string): number {
  const bare = text.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, "");
  return bare.replaceAll(/[^([{]/g, "").length - bare.replaceAll(/[^)\]}]/g, "").length;
}
