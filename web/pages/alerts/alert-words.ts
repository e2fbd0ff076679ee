import type { Output } from "../../data/call.ts";
import { bytes, count, duration, plural } from "../../data/format.ts";

export type Rule = Output<"alert.list">[number];
export type WholeRule = Output<"alert.get">;
export type Preview = Output<"alert.preview">;
export type RuleState = Rule["state"];
export type Instance = Rule["instances"][number];
export type Change = WholeRule["history"][number];
type Labels = Readonly<Record<string, string>>;

/** A state in the words of the page, and the glyph that stands with it. */
export const states: Readonly<Record<RuleState, { readonly word: string; readonly glyph: string }>> = {
  firing: { word: "firing", glyph: "fail" },
  pending: { word: "pending", glyph: "warn" },
  error: { word: "cannot be looked at", glyph: "retried" },
  no_data: { word: "no data", glyph: "skipped" },
  normal: { word: "normal", glyph: "ok" },
  disabled: { word: "off", glyph: "off" },
};

const headings: Readonly<Record<RuleState, string>> = {
  firing: "Firing",
  pending: "Pending",
  error: "Cannot be looked at",
  normal: "Normal",
  no_data: "No data yet",
  disabled: "Switched off",
};

export interface Group {
  readonly state: RuleState;
  readonly heading: string;
  readonly rules: readonly Rule[];
}

/** What matters first; groups without rules are left out. */
export function groupsOf(rules: readonly Rule[]): Group[] {
  return (Object.keys(headings) as RuleState[])
    .map((state) => ({ state, heading: headings[state], rules: rules.filter((rule) => rule.state === state) }))
    .filter((group) => group.rules.length > 0);
}

/** The sentence that the page begins with. */
export function answerOf(rules: readonly Rule[]): string {
  const firing = rules.filter(({ state }) => state === "firing");
  const looked = rules.filter(({ state }) => state !== "disabled").length;
  if (firing.length === 0) return `Nothing fires. ${plural(looked, "rule")} watched, every 15 seconds.`;
  const names = firing.slice(0, 3).map(({ name }) => name);
  const more = firing.length > names.length ? ` and ${firing.length - names.length} more` : "";
  return `${names.join(", ")}${more} ${firing.length === 1 ? "fires" : "fire"}.`;
}

export function queryText({ query }: Pick<Rule, "query">): string {
  if (query.kind === "metrics") return query.expression;
  const things = query.kind === "logs" ? "log records" : "traces";
  return `more than ${query.above} ${things} of the last ${duration(query.windowMs)} match ${query.query}`;
}

export function labelText(labels: Labels | null): string {
  if (labels === null) return "";
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

export type Unit = "seconds" | "bytes" | null;

/** In what a query measures, as far as the names of its figures say. */
export function unitOf({ query }: Pick<Rule, "query">): Unit {
  if (query.kind !== "metrics") return null;
  const { expression } = query;
  if (/histogram_quantile\(.*_seconds_bucket/s.test(expression)) return "seconds";
  // A share, or a count of something that is measured so, is neither.
  if (/[/]|rate\(|increase\(|_over_time\(|count\b/.test(expression)) return null;
  if (/_bytes\b/.test(expression)) return "bytes";
  return /_seconds\b/.test(expression) ? "seconds" : null;
}

/** Three or four significant digits; the largest number stands for what has no end. */
export function valueText(value: number | null, unit: Unit = null): string {
  if (value === null) return "–";
  if (Math.abs(value) === Number.MAX_VALUE) return value > 0 ? "∞" : "−∞";
  // Below this, whole milliseconds would say little.
  if (unit === "seconds" && Math.abs(value) < 0.01) return `${Number((value * 1_000).toPrecision(2))} ms`;
  if (unit === "seconds") return duration(value * 1_000);
  if (unit === "bytes") return bytes(Math.round(value));
  return Math.abs(value) < 10_000 ? String(Number(value.toPrecision(4))) : count(value);
}

/** `would have fired 2 times, for 14 min`. */
export function previewSentence({
  fired,
  firingMs,
  from,
  to,
}: Pick<Preview, "fired" | "firingMs" | "from" | "to">): string {
  const hours = Math.round((to - from) / 3_600_000);
  const past = `In the last ${hours > 48 ? plural(Math.round(hours / 24), "day") : plural(hours, "hour")} it would`;
  if (fired === 0) return `${past} not have fired.`;
  const long = firingMs === 0 ? "just now" : `for ${duration(firingMs)}`;
  return `${past} have fired ${fired === 1 ? "once" : `${fired} times`}, ${long}.`;
}

/** Whether everything that fires of it has been said to be known. */
export function isKnown({ instances }: Pick<Rule, "instances">): boolean {
  return instances.filter(({ state }) => state === "firing").every(({ ack }) => ack !== null);
}

export const changesAlerts = ({ type }: { readonly type: string }): boolean => type.startsWith("tutti.alert.");
