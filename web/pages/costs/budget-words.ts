import { count, duration, money, percent } from "../../data/format.ts";

export interface Budget {
  readonly name: string;
  readonly scope: string;
  readonly of: string | null;
  readonly window: string;
  readonly metric: "tokens" | "calls" | "seconds" | "money";
  readonly limit: number;
  readonly currency: string | null;
  /** Percent of the limit. */
  readonly warnAt: number;
  readonly onLimit: string;
  readonly degradeTo: string | null;
  readonly timeZone: string;
  readonly resetsAt: number | null;
  readonly windows: readonly BudgetWindow[];
}

export interface BudgetWindow {
  readonly subject: string;
  readonly period: string;
  readonly used: number;
  readonly reserved: number;
  readonly limit: number;
  readonly isCurrent: boolean;
  readonly warnedAt: number | null;
}

const everySubject: Readonly<Record<string, string>> = {
  run: "each run",
  flow: "each flow",
  agent: "each agent",
  model: "each model",
  tenant: "everything",
};
const perWindow: Readonly<Record<string, string>> = {
  run: "a run",
  hour: "an hour",
  day: "a day",
  month: "a month",
  total: "in all",
};

/** `tokens a day, of each flow`. */
export function whatIsLimited({ metric, window, scope, of }: Budget): string {
  return `${metric} ${perWindow[window] ?? window}, of ${of ?? everySubject[scope] ?? scope}`;
}

export function amount({ metric, currency }: Pick<Budget, "metric" | "currency">, value: number): string {
  if (metric === "money") return money(value, currency ?? "USD");
  return metric === "seconds" ? duration(value * 1_000) : count(value);
}

/** What happens at the marks, as a sentence. */
export function atTheMarks({ warnAt, onLimit, degradeTo }: Budget): { readonly soft: string; readonly hard: string } {
  const hard: Readonly<Record<string, string>> = {
    stop: "At 100 % the run is paused; nothing is lost",
    ask: "At 100 % the run asks you, and waits",
    degrade: `At 100 % calls go to ${degradeTo ?? "another model"}`,
  };
  return { soft: `At ${percent(warnAt / 100)} a notice.`, hard: `${hard[onLimit] ?? onLimit}.` };
}

/** The present window that is the fullest; for budgets with a window for each run or flow there are many. */
export function fullestWindow({ windows, limit }: Budget): BudgetWindow {
  const current = windows.filter(({ isCurrent }) => isCurrent);
  const share = (window: BudgetWindow): number =>
    (window.used + window.reserved) / Math.max(window.limit, Number.MIN_VALUE);
  return (
    current.toSorted((a, b) => share(b) - share(a))[0] ?? {
      subject: "",
      period: "",
      used: 0,
      reserved: 0,
      limit,
      isCurrent: true,
      warnedAt: null,
    }
  );
}
