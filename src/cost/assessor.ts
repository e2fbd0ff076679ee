import { sql } from "kysely";
import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import type { Database } from "../storage/database.ts";
import { inWords } from "./amount.ts";
import type { Assessor, AutoRequest, ModelChoicePorts } from "./auto-model.ts";
import { modelName, windowOf, type Budget, type Payer } from "./budget.ts";
import type { BudgetStore } from "./budget-store.ts";
import { toWindowCount } from "./budget-window.ts";
import { amountOf, estimate, type Estimate, type EstimateSettings } from "./call-estimate.ts";
import type { CostBuild } from "./cost-table.ts";
import type { Assessment, Candidate } from "./model-choice.ts";
import { dayOf, type Calendar } from "./period.ts";

export interface AssessorPorts extends Omit<ModelChoicePorts, "open"> {
  readonly database: Pick<Database, "read">;
  readonly build: CostBuild;
  readonly store: Pick<BudgetStore, "fresh">;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly settings: EstimateSettings;
  contextOf(model: string): number | undefined;
  ready(): Promise<void>;
}

// Postgres gives sums as text, since they may be larger than its whole numbers.
type Sum = number | string;

interface Speed {
  readonly msPerToken: number | null;
  readonly calls: number;
}

// What a model did longer ago was on another machine or in another version, as often as not.
const measuredDays = 30;

export function createAssessor(ports: AssessorPorts): Assessor {
  return {
    async assess(asked, signal) {
      await ports.ready();
      const [candidates, speeds, { budgets }] = await Promise.all([
        ports.candidates(signal),
        readSpeeds(ports),
        ports.store.fresh(),
      ]);
      return Promise.all(
        candidates.map((candidate) => assessOne(ports, { ...asked, candidate, speeds, budgets, signal })),
      );
    },
  };
}

interface OneAsked extends AutoRequest {
  readonly candidate: Candidate;
  readonly speeds: ReadonlyMap<string, Speed>;
  readonly budgets: readonly Budget[];
  readonly signal: AbortSignal;
}

async function assessOne(ports: AssessorPorts, one: OneAsked): Promise<Assessment> {
  const { candidate, request, needs, payer, speeds, budgets, signal } = one;
  const model = modelName(candidate.name);
  const contextTokens = ports.contextOf(candidate.name);
  const asked = estimate(request, { model, contextTokens, settings: ports.settings });
  const { msPerToken = null, calls = 0 } = speeds.get(model) ?? {};
  return {
    ...candidate,
    inability: await ports.inability(candidate.name, needs, signal),
    overBudget: await overBudget(ports, { budgets, payer: { ...payer, model }, asked }),
    quality: await ports.quality(candidate.name),
    msPerToken,
    calls,
  };
}

async function readSpeeds({ database, build, calendar, clock }: AssessorPorts): Promise<Map<string, Speed>> {
  const since = dayOf(calendar.hourOf(clock.now() - measuredDays * 86_400_000));
  const query = sql<{ model: string; calls: Sum; ms: Sum | null; tokens: Sum | null }>`
    select model, sum(calls) as calls, sum(generate_ms) as ms, sum(case when generate_ms is null then null else output end) as tokens
    from cost_days where day >= ${since} group by model`;
  const rows = await database.read(query.compile(build));
  return new Map(
    rows.map(({ model, calls, ms, tokens }) => {
      const isMeasured = ms !== null && tokens !== null && Number(tokens) > 0;
      return [model, { calls: Number(calls), msPerToken: isMeasured ? Number(ms) / Number(tokens) : null }];
    }),
  );
}

interface Asked {
  readonly budgets: readonly Budget[];
  readonly payer: Payer;
  readonly asked: Estimate;
}

/** Only looks: the call itself reserves, and is the one to be refused. */
async function overBudget(ports: AssessorPorts, { budgets, payer, asked }: Asked): Promise<string | null> {
  const hour = ports.calendar.hourOf(ports.clock.now());
  for (const budget of budgets) {
    const key = windowOf(budget, payer, hour);
    if (!key) continue;
    const amount = amountIn(budget, asked);
    if (typeof amount === "string") return amount;
    const [row] = await ports.database.read(
      ports.build
        .selectFrom("cost_windows")
        .selectAll()
        .where("budget", "=", budget.id)
        .where("subject", "=", key.subject)
        .where("period", "=", key.period)
        .compile(),
    );
    const { used, raised } = toWindowCount(row);
    const left = budget.hard + raised - used;
    if (amount > left)
      return `budget "${budget.name}" has ${inWords(budget.metric, Math.max(0, left), budget.currency)} left`;
  }
  return null;
}

function amountIn(budget: Budget, asked: Estimate): number | string {
  try {
    return amountOf(budget, asked);
  } catch (error) {
    if (error instanceof TuttiError && error.code === "budget.unpriced") return error.message;
    throw error;
  }
}
