import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { currentPeriod, fromCount, metrics, type Budget, type WindowKey } from "./budget.ts";
import type { BudgetStore } from "./budget-store.ts";
import { toWindowCount, type WindowCount } from "./budget-window.ts";
import { periodKinds, type Calendar } from "./period.ts";
import type { Reserver } from "./reservation.ts";

const windowView = z.object({
  subject: z.string(),
  period: z.string(),
  used: z.number(),
  reserved: z.number().describe("By calls that have not ended"),
  limit: z.number().describe("With what people have added"),
  isCurrent: z.boolean(),
  warnedAt: z.number().nullable(),
  reachedAt: z.number().nullable(),
});

/** A budget as people see it: amounts in tokens, calls, seconds, or units of the currency. */
export const budgetView = z.object({
  name: z.string(),
  source: z.enum(["command", "config"]),
  scope: z.string(),
  of: z.string().nullable(),
  window: z.enum(periodKinds),
  metric: z.enum(metrics),
  limit: z.number(),
  currency: z.string().nullable(),
  warnAt: z.number(),
  onLimit: z.string(),
  degradeTo: z.string().nullable(),
  raiseBy: z.number().nullable(),
  resume: z.enum(["auto", "manual"]),
  timeZone: z.string(),
  resetsAt: z.number().nullable(),
  windows: z.array(windowView),
});
export type BudgetView = z.infer<typeof budgetView>;

export interface DescribePorts {
  readonly store: Pick<BudgetStore, "windows">;
  readonly reserver: Pick<Reserver, "look">;
  readonly calendar: Calendar;
  readonly clock: Clock;
}

export async function describeBudget(ports: DescribePorts, budget: Budget): Promise<BudgetView> {
  const { store, calendar, clock } = ports;
  await makeCurrent(ports, budget);
  const rows = await store.windows(budget);
  const { name, source, scope, subject, period, metric, hard, currency, softPercent, action, degradeTo } = budget;
  const now = calendar.hourOf(clock.now());
  const isTimed = period === "hour" || period === "day" || period === "month";
  return {
    name,
    source,
    scope,
    of: subject,
    window: period,
    metric,
    limit: fromCount(metric, hard),
    currency,
    warnAt: softPercent,
    onLimit: action,
    degradeTo,
    raiseBy: action === "ask" ? fromCount(metric, budget.raiseBy) : null,
    resume: budget.resume,
    timeZone: calendar.timeZone,
    resetsAt: isTimed ? calendar.endOf(period, clock.now()) : null,
    windows: rows.map((row) =>
      viewOf(budget, { key: row, count: toWindowCount(row), now: currentPeriod(budget, now) }),
    ),
  };
}

/** What is counted for one subject alone is shown before its first call as well. */
async function makeCurrent(ports: DescribePorts, budget: Budget): Promise<void> {
  const subject = budget.scope === "tenant" ? "all" : budget.scope === "run" ? null : budget.subject;
  const period = currentPeriod(budget, ports.calendar.hourOf(ports.clock.now()));
  if (subject !== null && period !== null) await ports.reserver.look(budget, { subject, period });
}

interface Counted {
  readonly key: WindowKey;
  readonly count: WindowCount;
  /** Null where each run has a period of its own. */
  readonly now: string | null;
}

function viewOf({ metric, hard }: Budget, { key, count, now }: Counted): BudgetView["windows"][number] {
  return {
    subject: key.subject,
    period: key.period,
    used: fromCount(metric, count.used),
    reserved: fromCount(metric, count.reserved),
    limit: fromCount(metric, hard + count.raised),
    isCurrent: now === null || now === key.period,
    warnedAt: count.warnedAt,
    reachedAt: count.reachedAt,
  };
}
