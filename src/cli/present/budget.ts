import { amount, money } from "./amount.ts";
import { table, type TableLook } from "./table.ts";

interface ShownBudget {
  readonly name: string;
  readonly source: string;
  readonly scope: string;
  readonly of: string | null;
  readonly window: string;
  readonly metric: string;
  readonly limit: number;
  readonly currency: string | null;
  readonly warnAt: number;
  readonly onLimit: string;
  readonly degradeTo: string | null;
  readonly raiseBy: number | null;
  readonly timeZone: string;
  readonly resetsAt: number | null;
  readonly resume: string;
  /** Runs that go on because it was changed. */
  readonly resumed?: readonly string[];
  readonly windows: readonly ShownWindow[];
}

interface ShownWindow {
  readonly subject: string;
  readonly period: string;
  readonly used: number;
  readonly reserved: number;
  readonly limit: number;
  readonly isCurrent: boolean;
  readonly warnedAt: number | null;
  readonly reachedAt: number | null;
}

/** A budget in words, and what it has counted. */
export function presentBudget(budget: ShownBudget, look: TableLook): string {
  const { name, source, timeZone, resetsAt, windows, warnAt } = budget;
  const { bold, dim } = look.color;
  const from = source === "config" ? dim("  from tutti.yaml") : "";
  const reset = resetsAt === null ? "" : `, until ${instant(resetsAt)} (days in ${timeZone})`;
  return [
    `${bold(name)}  ${limitOf(budget)}${reset}${from}`,
    `warns at ${warnAt} %; at the limit it ${endOf(budget)}`,
    "",
    windows.length === 0 ? "Nothing has been counted yet." : countsOf(budget, windows, look),
    ...presentResumed(budget),
  ].join("\n");
}

export function presentRemovedBudget(removed: { readonly resumed: readonly string[] }): string {
  return ["Removed. What was used stays in the ledger: tutti cost show", ...presentResumed(removed)].join("\n");
}

/** One line for each budget, with its fullest window that is open now. */
export function presentBudgets(budgets: readonly ShownBudget[], look: TableLook): string {
  const rows = budgets.map((budget) => {
    const current = budget.windows.filter(({ isCurrent }) => isCurrent);
    const [fullest] = current.toSorted((left, right) => share(right) - share(left));
    const used = fullest ? `${words(budget, fullest.used)}${reserved(budget, fullest)}` : "–";
    return [
      budget.name,
      limitOf(budget),
      used,
      fullest ? percent(fullest) : "–",
      fullest && fullest.subject !== "all" ? fullest.subject : "",
      endOf(budget),
    ];
  });
  return table(["name", "limit", "used", "", "by", "at the limit it"], rows, look);
}

function countsOf(budget: ShownBudget, windows: readonly ShownWindow[], look: TableLook): string {
  const rows = windows.map((window) => [
    window.subject,
    window.period,
    words(budget, window.used),
    words(budget, window.reserved),
    words(budget, window.limit),
    percent(window),
    [
      window.isCurrent ? "now" : "",
      window.reachedAt === null ? "" : "reached",
      window.warnedAt === null ? "" : "warned",
    ]
      .filter(Boolean)
      .join(", "),
  ]);
  return table(["for", "in", "used", "reserved", "limit", "", ""], rows, look);
}

function limitOf(budget: ShownBudget): string {
  const { scope, of, window, limit } = budget;
  const when = window === "total" ? "in all" : `a ${window}`;
  const who =
    scope === "tenant" ? "" : of === null ? `, each ${scope}` : `, ${scope === "run" ? "each run of" : scope} ${of}`;
  return `${words(budget, limit)} ${when}${who}`;
}

function endOf(budget: ShownBudget): string {
  const { onLimit, degradeTo, raiseBy } = budget;
  if (onLimit === "degrade") return `goes on with ${degradeTo}`;
  if (onLimit === "ask") return `asks for ${words(budget, raiseBy ?? 0)} more`;
  return budget.resume === "manual" ? "pauses the run until somebody resumes it" : "pauses the run until there is room";
}

/** What a change has set going; they need a host. */
function presentResumed({ resumed = [] }: Pick<ShownBudget, "resumed">): string[] {
  if (resumed.length === 0) return [];
  const [first = ""] = resumed;
  const which = resumed.length > 5 ? `${resumed.slice(0, 5).join(", ")}, …` : resumed.join(", ");
  const what =
    resumed.length === 1 ? "1 run that it had paused goes on" : `${resumed.length} runs that it had paused go on`;
  return ["", `${what}: ${which}`, `    tutti run watch ${first}`];
}

function words({ metric, currency }: Pick<ShownBudget, "metric" | "currency">, count: number): string {
  if (metric === "money") return money(count, currency);
  if (metric === "calls") return `${amount(count)} ${count === 1 ? "call" : "calls"}`;
  return `${amount(count)} ${metric === "seconds" ? "s" : metric}`;
}

function reserved(budget: ShownBudget, window: ShownWindow): string {
  return window.reserved > 0 ? ` + ${words(budget, window.reserved)} reserved` : "";
}

const share = ({ used, reserved: held, limit }: ShownWindow): number => (used + held) / limit;
const percent = (window: ShownWindow): string => `${Math.floor(share(window) * 100)} %`;

function instant(at: number): string {
  return `${new Date(at).toISOString().replace("T", " ").slice(0, 16)} UTC`;
}
