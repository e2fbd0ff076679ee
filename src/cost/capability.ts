import type { Capability } from "../core/capability.ts";
import type { Clock } from "../core/clock.ts";
import { toMs } from "../core/duration.ts";
import { TuttiError } from "../core/error.ts";
import { newId } from "../core/id.ts";
import type { Job } from "../core/job.ts";
import type { Log } from "../core/log.ts";
import type { Random } from "../core/random.ts";
import type { Retained } from "../core/retained.ts";
import type { Statement } from "../core/statement.ts";
import type { EventLog } from "../events/event-log.ts";
import type { ChatModel } from "../models/chat-model.ts";
import { toStatement, type Database } from "../storage/database.ts";
import type { EmbeddingModel } from "../models/embedding-model.ts";
import { adviseOperation } from "./advise-operation.ts";
import { createAssessor } from "./assessor.ts";
import { createAutoModel, type ModelChoicePorts } from "./auto-model.ts";
import { createBudgetStore } from "./budget-store.ts";
import { createBudgetWindows } from "./budget-window.ts";
import type { EstimateSettings } from "./call-estimate.ts";
import { createCostReport } from "./cost-report.ts";
import { costMigrations, type CostBuild } from "./cost-table.ts";
import { loneHolder, sharedHolder } from "./holder.ts";
import { createLedger } from "./ledger.ts";
import { createMarks } from "./mark.ts";
import { meteredEmbedding } from "./embedding-meter.ts";
import { createMeter, type Meter } from "./meter.ts";
import { budgetMetrics } from "./metric.ts";
import { createCostOperations } from "./operations.ts";
import { createPauses, type BudgetedRuns } from "./pause.ts";
import { createCalendar } from "./period.ts";
import { forgetRuns, retainedCalls } from "./prune.ts";
import type { Refusal } from "./refusal.ts";
import { createReserver } from "./reservation.ts";
import { configuredBudgets, costSection, type CostSettings } from "./settings.ts";
import { createBudgetPlan, createBudgetStop, type AskHuman } from "./step-budget.ts";
import { callsOfRun, type StepCall } from "./step-call.ts";
import { createSweeper } from "./sweeper.ts";

export interface CostDependencies {
  readonly settings: CostSettings;
  /** For people, who get an error where it is away. */
  readonly database: Database;
  /** The same for work, which waits until it is back. */
  readonly patient: Pick<Database, "read" | "write">;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Null where this process alone works on the database. */
  readonly shared: { readonly url: string; readonly schema: string } | null;
  /** Tokens that a call of this model may fill where it names no `numCtx`, if the server keeps to what it is told. */
  readonly contextOf: (model: string) => number | undefined;
  readonly ask: AskHuman;
  readonly runs: BudgetedRuns;
  /** What `model: auto` chooses from. */
  readonly choice: ModelChoicePorts;
}

export interface Cost extends Capability, AsyncDisposable {
  /** The model `auto`. */
  readonly auto: ChatModel;
  readonly meter: Meter;
  readonly meterEmbedding: (model: EmbeddingModel) => EmbeddingModel;
  /** The calls that steps of a run have made, oldest first. */
  readonly callsOf: (run: string) => Promise<readonly StepCall[]>;
  /** What goes in the transaction in which these runs do. */
  readonly forget: (runs: readonly string[]) => readonly Statement[];
}

// A process that died is noticed on Postgres after this; its calls have held their bound until then.
const sweepEvery = "30s";

/** The door of the room: what every call of a model costs, and what it may cost. */
export function createCost(dependencies: CostDependencies): Cost {
  const { settings, random, log, clock } = dependencies;
  const parts = createParts(dependencies);
  const { sweeper, holders } = parts;
  const ready = onceReady(dependencies, parts);
  const sweep = async (): Promise<void> => {
    await ready();
    await sweeper.sweep();
    await parts.marks.sweep();
  };
  // Who asks is told that the database is away, and does not wait for it as work does.
  const askedReady = async (): Promise<void> => {
    await parts.askedStore.fresh();
    await sweep();
  };
  const { choice } = dependencies;
  const estimating = {
    contextOf: dependencies.contextOf,
    settings: estimateSettings(settings),
    ready: patiently(clock, ready),
  };
  const assessor = createAssessor({ ...parts, ...choice, ...estimating, database: dependencies.database, clock });
  const meter = createMeter({
    ...parts,
    ...estimating,
    database: dependencies.patient,
    holder: holders.me,
    clock,
    random,
    log,
  });
  const asked = { store: parts.askedStore, ready: askedReady, roomMade: () => parts.pauses.look() };
  return {
    name: "cost",
    config: costSection,
    migrations: costMigrations,
    operations: [
      ...createCostOperations({ ...parts, ...asked, settings, clock, random }),
      adviseOperation({ assessor, prices: settings.prices, ready: askedReady }),
    ],
    plan: [createBudgetPlan({ ask: dependencies.ask, raise: raiser(dependencies, parts) })],
    effect: [createBudgetStop({ paused: (run, failure) => parts.pauses.remember(run, failure) })],
    callsOf: (run) => callsOfRun(dependencies.database, parts.build, run),
    forget: (runs) => forgetRuns(parts.build, runs),
    retained: [keptCalls(dependencies, parts)],
    jobs: [{ name: "cost.sweep", every: sweepEvery, run: sweep }, resumeJob(parts, ready)],
    metrics: budgetMetrics({ ...parts, store: parts.askedStore, clock }),
    auto: createAutoModel(choice, assessor),
    meter,
    meterEmbedding: (model) => meteredEmbedding(meter, model),
    [Symbol.asyncDispose]: () => end(dependencies, parts, ready.wasAsked()),
  };
}

async function end({ clock, log }: CostDependencies, { sweeper, holders }: Parts, wasUsed: boolean): Promise<void> {
  // What was aborted settles itself once its model has let go of it; the database must still be there for that.
  await withinTime(clock, sweeper.allDone());
  // Nothing is on its way any more: what has not arrived is written here, or else by the next process, at its bound.
  if (wasUsed)
    await sweeper.sweepOwn({ atLeastMs: 0 }).catch((error: unknown) => log.warn("cost.not_swept", { error }));
  await holders[Symbol.asyncDispose]();
}

function keptCalls({ runs, patient, settings }: CostDependencies, parts: Parts): Retained {
  return retainedCalls({ ...parts, runs, database: patient, keepMs: toMs(settings.keepCalls) });
}

function resumeJob(parts: Parts, ready: () => Promise<void>): Job {
  const resume = async (): Promise<void> => {
    if (!(await parts.pauses.hasAny())) return;
    // The file may have other limits by now.
    await ready();
    await parts.pauses.look();
  };
  return { name: "cost.resume", every: sweepEvery, atStart: true, run: resume };
}

const lookAgainMs = 1_000;
const longestEndMs = 1_000;

async function withinTime(clock: Clock, work: Promise<void>): Promise<void> {
  const timeIsUp = Promise.withResolvers<void>();
  const withdraw = clock.after(longestEndMs, timeIsUp.resolve);
  await Promise.race([work, timeIsUp.promise]);
  withdraw();
}

/** A database that is away is waited for: the run of the call goes on once it is back. */
function patiently(clock: Clock, ready: () => Promise<void>): () => Promise<void> {
  return async () => {
    for (;;) {
      try {
        return await ready();
      } catch (error) {
        if (!(error instanceof TuttiError && error.code === "storage.unavailable")) throw error;
        await new Promise<void>((resolve) => void clock.after(lookAgainMs, resolve));
      }
    }
  };
}

function estimateSettings({ prices, longestCall, templateTokens }: CostSettings): EstimateSettings {
  return { prices, longestCallMs: toMs(longestCall), templateTokens };
}

type Parts = ReturnType<typeof createParts>;

function createParts(dependencies: CostDependencies) {
  const { settings, database, patient, clock, random, log, shared } = dependencies;
  const build = database.build as unknown as CostBuild;
  const me = newId("cst", random);
  const holders = shared ? sharedHolder(me, { ...shared, log }) : loneHolder(me);
  const ledger = createLedger(build);
  const windows = createBudgetWindows(build, database.capabilities.sharedWriters);
  const store = createBudgetStore({ database: patient, build, clock, random });
  const sweeper = createSweeper({ database: patient, build, ledger, holders, clock, log });
  const calendar = createCalendar(settings.timeZone);
  const paused = { database: patient, build, store, calendar, clock, random, runs: dependencies.runs };
  return {
    build,
    holders,
    ledger,
    windows,
    store,
    askedStore: createBudgetStore({ database, build, clock, random }),
    calendar,
    pauses: createPauses({ ...paused, prices: settings.prices }),
    sweeper,
    marks: createMarks({ ...dependencies, database: patient, store, windows }),
    reserver: createReserver({ database: patient, store, windows, clock, stuck: () => sweeper.sweep() }),
    report: createCostReport(database, build),
  };
}

/** Once in a process: the others see it, the configuration's budgets are stored, and what the dead have left is settled. */
function onceReady({ settings, random }: CostDependencies, { holders, store, sweeper }: Parts) {
  const configured = configuredBudgets(settings, random);
  let isReady: Promise<void> | undefined;
  const prepare = async (): Promise<void> => {
    await holders.enter();
    await store.sync(configured);
    await sweeper.sweep();
  };
  const ready = (): Promise<void> => {
    isReady ??= prepare().catch((error: unknown) => {
      isReady = undefined;
      throw error;
    });
    return isReady;
  };
  return Object.assign(ready, { wasAsked: () => isReady !== undefined });
}

/** The window is raised with the answer's row, so an answer counts once, however many it has let go on. */
function raiser({ events, clock, patient }: CostDependencies, { windows, build }: Parts) {
  return async (refusal: Refusal, by: number, question: string): Promise<void> => {
    const { budgetId, budget, subject, period, metric, currency } = refusal;
    const first = build.insertInto("cost_raises").values({ question, budget: budgetId });
    const data = { budget, subject, period, metric, currency, by };
    await patient.write([
      toStatement(
        first.onConflict((conflict) => conflict.column("question").doNothing()),
        { guard: true },
      ),
      windows.raise(budgetId, { subject, period }, by),
      events.append({ type: "tutti.budget.raised", subject: budget, at: clock.now(), data }),
    ]);
  };
}

export { costSection } from "./settings.ts";
