import { duration } from "../../data/format.ts";
import type { Rule } from "./alert-words.ts";

export const kinds = ["figure", "promql", "logs", "traces"] as const;
export type Kind = (typeof kinds)[number];
export const comparisons = [">", ">=", "<", "<="] as const;
export const windows = ["5m", "10m", "15m", "30m", "1h", "6h", "24h"] as const;
export const waits = ["0s", "1m", "2m", "5m", "10m", "30m", "1h"] as const;

/** What the form holds, as it was typed. */
export interface RuleForm {
  readonly name: string;
  readonly kind: Kind;
  readonly metric: string;
  /** `status="failed"`; may be empty. */
  readonly only: string;
  readonly by: string;
  readonly comparison: (typeof comparisons)[number];
  readonly number: string;
  readonly window: string;
  readonly promql: string;
  readonly search: string;
  readonly wait: string;
  readonly severity: Rule["severity"];
  readonly summary: string;
  readonly advice: string;
  /** With commas; empty for those of the settings. */
  readonly channels: string;
}

export interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | null;
  readonly labels: readonly string[];
}

export const emptyForm: RuleForm = {
  name: "",
  kind: "figure",
  metric: "tutti_runs_total",
  only: 'status="failed"',
  by: "flow",
  comparison: ">",
  number: "3",
  window: "10m",
  promql: "",
  search: "level:error",
  wait: "0s",
  severity: "warning",
  summary: "",
  advice: "",
  channels: "",
};

/** A stored rule as the form holds it. */
export function formOf(rule: Rule): RuleForm {
  const { name, query, forMs, severity, summary, advice, channels } = rule;
  const common = { ...emptyForm, name, severity, summary, advice, wait: durationText(forMs) };
  const told = { channels: channels?.join(", ") ?? "" };
  if (query.kind === "metrics") return { ...common, ...told, kind: "promql", promql: query.expression };
  const { kind, above, windowMs } = query;
  return { ...common, ...told, kind, search: query.query, number: String(above), window: durationText(windowMs) };
}

/** The expression that the choices make. */
export function expressionOf(form: RuleForm, metric: Metric | undefined): string {
  if (form.kind === "promql") return form.promql.trim();
  const { comparison, number, window, by } = form;
  const only = form.only.trim() === "" ? "" : `{${form.only.trim()}}`;
  const type = metric?.type ?? (form.metric.endsWith("_total") ? "counter" : "gauge");
  const grouped = by.trim() === "" ? "" : ` by (${by.trim()})`;
  return `${looked()} ${comparison} ${number.trim()}`;

  function looked(): string {
    if (type === "counter") return `sum${grouped} (increase(${form.metric}${only}[${window}]))`;
    if (type === "gauge") return `${comparison.startsWith("<") ? "min" : "max"}${grouped} (${form.metric}${only})`;
    const parts = ["le", by.trim()].filter((part) => part !== "").join(", ");
    return `histogram_quantile(0.9, sum by (${parts}) (rate(${form.metric}_bucket${only}[${window}])))`;
  }
}

export interface QueryInput {
  readonly when?: string;
  readonly logs?: string;
  readonly traces?: string;
  readonly above?: number;
  readonly within?: string;
  readonly for: string;
}

/** The query as the daemon takes it; null while there is none. */
export function queryOf(form: RuleForm, metric: Metric | undefined): QueryInput | null {
  const { kind, search, number, window, wait } = form;
  if (kind === "logs" || kind === "traces") {
    if (search.trim() === "" || !/^\d+$/.test(number.trim())) return null;
    return { [kind]: search.trim(), above: Number(number), within: window, for: wait };
  }
  const isWhole = kind === "promql" ? form.promql.trim() !== "" : form.metric !== "" && isNumber(form.number);
  return isWhole ? { when: expressionOf(form, metric), for: wait } : null;
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text.trim());
}

/** The form as the operation takes it; what is wrong with it the daemon says itself. */
export function ruleInput(form: RuleForm, query: QueryInput) {
  const { name, severity, advice } = form;
  const channels = form.channels.split(/[\s,]+/).filter((channel) => channel !== "");
  return {
    ...query,
    name: name.trim(),
    severity,
    advice: advice.trim(),
    ...(form.summary.trim() === "" ? {} : { summary: form.summary.trim() }),
    ...(channels.length === 0 ? {} : { channels }),
  };
}

/** What the rule would be called in a list, as long as nobody has said it better. */
export function sentenceOf(form: RuleForm): string {
  const { kind, metric, comparison, number, window, by, search } = form;
  const words = { ">": "more than", ">=": "at least", "<": "less than", "<=": "at most" }[comparison];
  if (kind === "promql") return "";
  if (kind !== "figure")
    return `More than ${number} ${kind === "logs" ? "log records" : "traces"} in ${window} match ${search}`;
  const where = form.only.trim() === "" ? "" : ` where ${form.only.trim()}`;
  const grouped = by.trim() === "" ? "" : `, for each ${by.trim()}`;
  const text = `${words} ${number} of ${metric}${where} in ${window}${grouped}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** `90s` as the daemon reads it back. */
export function durationText(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
  ] as const;
  const fitting = units.find(([, size]) => ms >= size && ms % size === 0);
  return fitting ? `${ms / fitting[1]}${fitting[0]}` : ms === 0 ? "0s" : `${ms}ms`;
}

export function waitWords(text: string): string {
  const ms = waitMs(text);
  return ms === 0 ? "at once" : `after ${duration(ms)}`;
}

function waitMs(text: string): number {
  const [, amount = "0", unit = "ms"] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  return Number(amount) * ({ ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? 0);
}
