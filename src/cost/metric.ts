import type { Clock } from "../core/clock.ts";
import type { MetricFamily, MetricSource, Sample } from "../core/metric.ts";
import { currentPeriod, type Budget } from "./budget.ts";
import type { BudgetStore } from "./budget-store.ts";
import { toWindowCount } from "./budget-window.ts";
import type { Calendar } from "./period.ts";

const used: MetricFamily = {
  name: "tutti_budget_used_ratio",
  type: "gauge",
  help: "Share of a budget that is used or reserved in its fullest window that is open now; 1 is its limit.",
  unit: "ratio",
  labels: ["budget"],
};

export interface BudgetMetricPorts {
  readonly store: Pick<BudgetStore, "fresh" | "windows">;
  readonly calendar: Calendar;
  readonly clock: Clock;
}

/** How near the budgets are to their limits. */
export function budgetMetrics({ store, calendar, clock }: BudgetMetricPorts): MetricSource {
  const shareOf = async (budget: Budget): Promise<Sample> => {
    const now = currentPeriod(budget, calendar.hourOf(clock.now()));
    const windows = (await store.windows(budget)).filter(({ period }) => now === null || now === period);
    const shares = windows
      .map(toWindowCount)
      .map((count) => (count.used + count.reserved) / (budget.hard + count.raised));
    return { labels: { budget: budget.name }, value: Math.max(0, ...shares) };
  };
  return {
    families: [used],
    async look() {
      const { budgets } = await store.fresh();
      return [{ family: used, samples: await Promise.all(budgets.map(shareOf)) }];
    },
  };
}
