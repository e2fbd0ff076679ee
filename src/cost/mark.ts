import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { EventLog } from "../events/event-log.ts";
import type { Database } from "../storage/database.ts";
import { inWords } from "./amount.ts";
import type { Budget, WindowKey } from "./budget.ts";
import type { BudgetStore } from "./budget-store.ts";
import { toWindowCount, type BudgetWindows, type WindowCount } from "./budget-window.ts";

/** Tells, once for each window, that a budget has come to its soft or its hard mark. Never throws. */
export interface Marks {
  look(seen: Seen): Promise<void>;
  reached(seen: Seen): Promise<void>;
  /** All windows: what was used up by the last call of a run shows here. */
  sweep(): Promise<void>;
}

export interface Seen {
  readonly budget: Budget;
  readonly key: WindowKey;
  readonly count: WindowCount;
  readonly run?: string | undefined;
  /** What was refused. */
  readonly needed?: number;
}

export interface MarkPorts {
  readonly database: Pick<Database, "write">;
  readonly store: BudgetStore;
  readonly windows: BudgetWindows;
  readonly events: Pick<EventLog, "append">;
  readonly clock: Clock;
  readonly log: Log;
}

export function createMarks(ports: MarkPorts): Marks {
  const look = async (seen: Seen): Promise<void> => {
    if (isSoft(seen)) await mark(ports, "soft", seen);
  };
  return {
    look,
    async reached(seen) {
      await look(seen);
      await mark(ports, "hard", seen);
    },
    async sweep() {
      const { budgets } = await ports.store.fresh();
      for (const budget of budgets) {
        for (const row of await ports.store.windows(budget))
          await look({ budget, key: row, count: toWindowCount(row) });
      }
    },
  };
}

function isSoft({ budget, count }: Seen): boolean {
  return count.warnedAt === null && count.used * 100 >= (budget.hard + count.raised) * budget.softPercent;
}

async function mark(
  { database, windows, events, clock, log }: MarkPorts,
  which: "soft" | "hard",
  seen: Seen,
): Promise<void> {
  const { budget, key, count, run } = seen;
  const at = clock.now();
  const data = {
    budget: budget.name,
    ...key,
    metric: budget.metric,
    used: count.used,
    limit: budget.hard + count.raised,
  };
  try {
    const result = await database.write([
      windows.mark(which, budget.id, { subject: key.subject, period: key.period }, at),
      events.append({ type: `tutti.budget.${which}_mark`, subject: run ?? budget.name, at, data }),
    ]);
    if (result.committed) log.warn(`budget.${which}_mark`, { ...data, message: message(which, seen) });
  } catch (error) {
    // Who is told of a limit later is no worse off than one whose call fails for it.
    log.warn("budget.not_marked", { budget: budget.name, error });
  }
}

function message(which: "soft" | "hard", { budget, key, count, needed = 0 }: Seen): string {
  const words = (amount: number): string => inWords(budget.metric, amount, budget.currency);
  const limit = budget.hard + count.raised;
  const where = [key.subject, key.period].filter((part) => part !== "all").join(", ");
  const what =
    which === "soft"
      ? `has used ${Math.floor((count.used / limit) * 100)} % of ${words(limit)}`
      : `has used ${words(count.used)} of ${words(limit)}, and a call may take ${words(needed)}`;
  return `Budget "${budget.name}" ${what} (${where})`;
}
