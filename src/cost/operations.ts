import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { toMs } from "../core/duration.ts";
import { TuttiError } from "../core/error.ts";
import { operation, type AnyOperation } from "../core/operation.ts";
import type { Random } from "../core/random.ts";
import { budgetShape, checkBudget, toBudget, type Budget } from "./budget.ts";
import { newBudgetId, type BudgetStore } from "./budget-store.ts";
import { budgetView, describeBudget, type BudgetView, type DescribePorts } from "./budget-view.ts";
import { costRow, groupings, type CostReport } from "./cost-report.ts";
import { dayOf } from "./period.ts";
import { budgetName, noCurrency, type CostSettings } from "./settings.ts";

export interface CostOperationPorts extends DescribePorts {
  readonly store: BudgetStore;
  readonly report: CostReport;
  readonly settings: CostSettings;
  readonly clock: Clock;
  readonly random: Random;
  /** What the configuration says is stored, and what the dead have left is settled. */
  readonly ready: () => Promise<void>;
  /** A limit has changed: the runs that go on for it. */
  readonly roomMade: () => Promise<string[]>;
}

const faces = ["cli", "http", "sdk", "mcp"] as const;
// Not for agents: one that is told to keep to a budget must not be able to raise it.
const peopleOnly = ["cli", "http", "sdk"] as const;
const read = { method: "GET", role: "viewer", effect: "read", idempotent: true, faces } as const;
const resumed = z.array(z.string()).describe("Paused runs that go on because of it");
const name = z.string().min(1).describe("The budget's name");

export function createCostOperations(ports: CostOperationPorts): AnyOperation[] {
  return [showCost(ports), setBudget(ports), showBudget(ports), listBudgets(ports), removeBudget(ports)];
}

function showCost({ report, settings, calendar, clock, ready }: CostOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "cost.show",
    summary: "Shows what models have used: calls, tokens, time, and money where there are prices",
    path: "/cost",
    input: z.strictObject({
      by: z.enum(groupings).default("model").describe("What the calls are added up by"),
      since: z.string().min(1).default("30d").describe('A day such as "2026-11-01", or how long ago, such as "7d"'),
      run: z.string().optional().describe("Only calls of this run, whatever their day"),
    }),
    output: z.object({
      by: z.enum(groupings),
      since: z.string().nullable(),
      timeZone: z.string(),
      prices: z.object({ date: z.string(), currency: z.string() }).nullable(),
      keptSince: z.string().nullable().describe("The day after the last one of which only sums are kept"),
      inFlight: z.number().describe("Calls that have not ended, and are in no row yet"),
      rows: z.array(costRow),
    }),
    cli: {
      examples: [
        "tutti cost show",
        "tutti cost show --by day --since 7d",
        "tutti cost show --run run_4k7d2mzq01pb --by step",
      ],
    },
    handle: async ({ by, since, run }) => {
      await ready();
      const first = firstDay(since, (ms) => dayOf(calendar.hourOf(clock.now() - ms)));
      const { prices } = settings;
      return {
        by,
        since: run === undefined ? first : null,
        timeZone: calendar.timeZone,
        prices: prices ? { date: prices.date, currency: prices.currency } : null,
        keptSince: dayAfter(await report.prunedThrough()),
        inFlight: await report.inFlight(),
        rows: await report.rows({ by, since: first, run }),
      };
    },
  });
}

function dayAfter(day: string | null): string | null {
  return day === null ? null : new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

function firstDay(since: string, ago: (ms: number) => string): string {
  if (z.iso.date().safeParse(since).success) return since;
  try {
    return ago(toMs(since));
  } catch (error) {
    throw new TuttiError("usage.invalid", `${JSON.stringify(since)} is neither a day nor a duration`, {
      cause: error,
      hint: 'Write a day such as "2026-11-01", or how long ago, such as "7d" or "12h".',
    });
  }
}

function setBudget(ports: CostOperationPorts): AnyOperation {
  const { store, settings, random, ready } = ports;
  return operation({
    name: "budget.set",
    summary: "Makes a budget or changes it; what was used before counts",
    method: "PUT",
    path: "/budgets/:name",
    role: "operator",
    effect: "write",
    idempotent: true,
    input: z.strictObject({ name: budgetName.describe("The budget's name"), ...budgetShape }).superRefine(checkBudget),
    output: budgetView.extend({ resumed }),
    faces: peopleOnly,
    cli: {
      positional: ["name"],
      examples: [
        "tutti budget set daily --window day --tokens 200000",
        "tutti budget set review --scope flow --of code-review --window run --tokens 50000 --on-limit ask --raise-by 20000",
        "tutti budget set dear --scope model --of remote/large --window month --money 20 --on-limit degrade --degrade-to ollama/llama3.2",
      ],
    },
    handle: async ({ name: given, ...definition }) => {
      await ready();
      await refuseConfigured(store, given);
      const currency = settings.prices?.currency ?? null;
      if (definition.money !== undefined && currency === null) throw noCurrency(`budget "${given}"`, "usage.invalid");
      const budget = toBudget(definition, { id: newBudgetId(random), name: given, source: "command", currency });
      const view = await describeBudget(ports, await store.set(budget));
      return { ...view, resumed: await ports.roomMade() };
    },
  });
}

async function refuseConfigured(store: BudgetStore, given: string): Promise<void> {
  const { budgets } = await store.fresh();
  if (budgets.find((budget) => budget.name === given)?.source === "config") throw isConfigured(given);
}

function isConfigured(given: string): TuttiError {
  return new TuttiError("usage.invalid", `budget "${given}" is set in tutti.yaml`, {
    hint: `Change cost.budgets.${given} there, or choose another name.`,
  });
}

function showBudget(ports: CostOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "budget.show",
    summary: "Shows a budget and what it has counted, newest first",
    path: "/budgets/:name",
    input: z.strictObject({ name }),
    output: budgetView,
    cli: { positional: ["name"], examples: ["tutti budget show daily"] },
    handle: async ({ name: given }) => {
      await ports.ready();
      return describeBudget(ports, await ports.store.get(given));
    },
  });
}

function listBudgets(ports: CostOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "budget.list",
    summary: "Lists the budgets with what they have counted",
    path: "/budgets",
    input: z.strictObject({}),
    output: z.array(budgetView),
    cli: { examples: ["tutti budget list", "tutti budget list --json"] },
    empty: [],
    handle: async () => {
      await ports.ready();
      const { budgets } = await ports.store.fresh();
      return inOrder(budgets, (budget) => describeBudget(ports, budget));
    },
  });
}

async function inOrder(
  budgets: readonly Budget[],
  view: (budget: Budget) => Promise<BudgetView>,
): Promise<BudgetView[]> {
  const views: BudgetView[] = [];
  for (const budget of budgets) views.push(await view(budget));
  return views;
}

function removeBudget({ store, ready, roomMade }: CostOperationPorts): AnyOperation {
  return operation({
    name: "budget.remove",
    summary: "Removes a budget; what was used stays in the ledger",
    method: "DELETE",
    path: "/budgets/:name",
    role: "operator",
    effect: "destroy",
    idempotent: false,
    input: z.strictObject({ name }),
    output: z.object({ name: z.string(), resumed }),
    faces: peopleOnly,
    cli: { positional: ["name"], examples: ["tutti budget remove daily"] },
    handle: async ({ name: given }) => {
      await ready();
      await store.get(given);
      await refuseConfigured(store, given);
      await store.remove(given);
      return { name: given, resumed: await roomMade() };
    },
  });
}
