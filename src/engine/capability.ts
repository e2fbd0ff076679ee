import { z } from "zod";
import type { Capability } from "../core/capability.ts";
import type { Clock } from "../core/clock.ts";
import { isDuration, notADurationText, toMs, type Duration } from "../core/duration.ts";
import { newWorkerId } from "../core/id.ts";
import type { Job } from "../core/job.ts";
import type { Log } from "../core/log.ts";
import type { EngineObserver } from "../core/observer.ts";
import type { Random } from "../core/random.ts";
import type { EffectInterceptor, PlanInterceptor, Verbs, WaitKind } from "../core/verb.ts";
import type { EventLog } from "../events/event-log.ts";
import type { LiveEvents } from "../events/live.ts";
import type { Database, Row } from "../storage/database.ts";
import type { Payloads } from "../storage/payload.ts";
import type { RunControlPorts } from "./new-run.ts";
import { contextReader } from "./agent/agent-context.ts";
import { createSharedWork, type SharedDatabase, type SharedWork } from "./shared-work.ts";
import { createEffectRunner } from "./effect.ts";
import { verifyRun, type Verification } from "./flow-verify.ts";
import { createRunControl, type RunControl } from "./engine.ts";
import { startJobs, type JobRunnerPorts } from "./job-runner.ts";
import { createJobStore, jobCheck } from "./job-store.ts";
import type { FlowLoader } from "./flow-loader.ts";
import { createEngineOperations } from "./operations.ts";
import { patientDatabase, patientPayloads } from "./patience.ts";
import { wokenRuns } from "./run-queue.ts";
import { blobsHeld } from "./retention/blob-use.ts";
import { retainedRuns } from "./retention/retained-runs.ts";
import { retainedSignals } from "./retention/retained-signals.ts";
import type { RemovalPorts } from "./retention/run-removal.ts";
import { createRunStatements, type RunStatements } from "./run-statement.ts";
import { createRunStore, type RunStore } from "./run-store.ts";
import { engineMigrations } from "./run-table.ts";
import { createSchedules, type Schedules } from "./schedule/schedules.ts";
import { createStepFactory } from "./step.ts";
import { openCallsOf } from "./read/journal-span.ts";
import { runMetrics } from "./read/metric.ts";
import type { ReadOperationPorts } from "./read/operations.ts";
import type { ReadPorts } from "./read/port.ts";
import { reviewPlaces, type ReviewPlaces } from "./read/review-place.ts";
import type { Runs } from "./woken.ts";
import type { WorkPorts } from "./work-ports.ts";
import { createWorkVerbs } from "./work-verbs.ts";
import { Worker } from "./worker.ts";

const duration = z.union([z.string(), z.number()]).refine(isDuration, notADurationText);

export const engineSettings = z.object({
  concurrency: z.int().min(1).max(10_000).default(200).describe("How many runs one worker works on at once."),
  grace: duration.default("10s").describe("How long running steps may take to end after a cancel or a stop."),
  fencedStarts: z
    .boolean()
    .default(false)
    .describe(
      "Store the start of every step before it begins, so that a worker cut off from a shared database starts nothing; one more commit a step.",
    ),
  parkAfter: duration.default("1s").describe("A run whose next wake is further away than this leaves memory."),
});
export type EngineSettings = z.infer<typeof engineSettings>;

export interface EngineDependencies {
  readonly database: Database;
  readonly payloads: Payloads;
  readonly events: EventLog;
  readonly live: LiveEvents;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly settings: EngineSettings;
  readonly flows: FlowLoader;
  /** This process's own folder; a run works in the one that it was started from. */
  readonly folder: string;
  readonly work: Omit<WorkPorts, "trackProcess" | "forgetProcess" | "untrackProcess">;
  readonly endProcess: (pid: number, started: string) => Promise<void>;
  readonly processStartTime: (pid: number) => string | undefined;
  /** Null where this process alone works on the database. */
  readonly shared: SharedDatabase | null;
  readonly reads: ReadPorts;
  readonly observer?: EngineObserver;
  /** How runs that have ended go; where it is not there, they stay. */
  readonly retention?: { readonly keepRuns: Duration } & Pick<RemovalPorts, "forget" | "released">;
}

export interface Engine extends Capability, AsyncDisposable {
  readonly control: RunControl;
  readonly store: RunStore;
  readonly verbs: Verbs;
  /** For lists of reviews. */
  readonly reviewPlaces: (runs: readonly string[]) => Promise<ReviewPlaces>;
  /** Starts a worker: alone, or as one of many where the database is shared. Stop it, then dispose: the others see it no more. */
  startWorker(worker: Worker): Promise<AsyncDisposable>;
  /** Lets a worker that was not started take up one run and whatever that wakes; false where the database is shared, as others work there. */
  takeUp(worker: Worker, run: string): Promise<boolean>;
  /** Runs the background jobs of all capabilities, and starts what is scheduled, until it is disposed. */
  startJobs(jobs: readonly Job[], options?: JobOptions): Promise<AsyncDisposable>;
  /** Hands in what the capabilities add, once they are all there. */
  equip(equipment: Equipment): void;
  /** A worker with the verbs and rings of all capabilities; one in a process. */
  createWorker(options: { readonly concurrency?: number | undefined }): Worker;
}

export interface JobOptions {
  /** False for a process that leaves soon: it would begin what it cannot end. Default: true. */
  readonly schedules?: boolean;
}

/** What capabilities add to runs; rings are in order from the outside in. */
export interface Equipment {
  readonly verbs: Verbs;
  readonly plan: readonly PlanInterceptor[];
  readonly ring: readonly EffectInterceptor[];
  readonly waits: readonly WaitKind[];
}

// A timer does not count the time that the machine was asleep: due waits are looked for this often at least.
const sweepEvery = "30s";

const bare: Equipment = { verbs: {}, plan: [], ring: [], waits: [] };

/** The door of the engine: runs, their control, and the worker that the host starts. */
export function createEngine(dependencies: EngineDependencies): Engine {
  const { database, payloads, events, clock, random, live, flows, folder, settings, log } = dependencies;
  const statements = createRunStatements(database);
  const store = createRunStore(database, payloads);
  let worker: Worker | undefined;
  const { shared } = dependencies;
  const others = shared ? createSharedWork({ ...shared, database, store, live, log }) : undefined;
  const base = { database, payloads, events, clock, statements, store, live, flows, folder, log };
  const woken = (rows: readonly Row[]): void => (worker ? worker.woken(rows) : others?.tell(wokenRuns(rows)));
  const reserve: RunControlPorts["reserve"] = (id, flow) => worker?.reserve(id, flow) ?? null;
  const control = createRunControl({ ...base, random, woken, reserve });
  const work = trackingWork(dependencies, statements);
  const schedules = createSchedules({ ...base, control, random, isShared: shared !== null });
  const jobStore = createJobStore(database);
  let equipment = bare;
  let stepFor = createStepFactory({});
  const verify = (run: string): Promise<Verification> =>
    verifyRun({ ...base, stepFor: (execution, scope) => stepFor(execution, scope) }, run);
  return {
    name: "engine",
    config: { name: "engine", schema: engineSettings },
    migrations: engineMigrations,
    operations: [
      ...createEngineOperations({ ...base, control, verify, ...reading(dependencies, store, () => worker) }),
      ...schedules.operations,
    ],
    verbs: createWorkVerbs(work),
    jobs: [{ name: "engine.sweep", every: sweepEvery, run: async () => worker?.sweep() }],
    checks: [jobCheck(jobStore)],
    ...keeping(dependencies),
    metrics: runMetrics(dependencies),
    startJobs: backgroundWork(schedules, { database, store: jobStore, clock, log }),
    control,
    store,
    reviewPlaces: (runs) => reviewPlaces(database, runs),
    ...membership(others, { database, store, statements }),
    equip(given) {
      equipment = given;
      stepFor = createStepFactory(given.verbs, given.plan);
    },
    createWorker({ concurrency }) {
      worker = new Worker({
        ...base,
        ...workerPorts(dependencies, equipment),
        id: newWorkerId(random),
        elsewhere: others ? (runs) => others.tell(runs) : undefined,
        stepFor,
        startChild: control.startChild,
        concurrency: concurrency ?? settings.concurrency,
      });
      return worker;
    },
  };
}

function keeping({ database, payloads, retention }: EngineDependencies): Pick<Capability, "retained" | "blobsHeld"> {
  const build = database.build as unknown as Runs;
  const held = { blobsHeld: blobsHeld(database, build) };
  if (!retention) return held;
  const ports = { ...retention, database, payloads, build, keepMs: toMs(retention.keepRuns) };
  return { ...held, retained: [retainedSignals(ports), retainedRuns(ports)] };
}

type Membership = Pick<Engine, "startWorker" | "takeUp" | typeof Symbol.asyncDispose>;

/** How this process's worker begins: as one of many where there are others, else as the only one. */
function membership(
  others: SharedWork | undefined,
  { database, store, statements }: Pick<RunControlPorts, "database" | "store" | "statements">,
): Membership {
  return {
    async startWorker(member) {
      if (others) return others.enter(member);
      // With the folder's lock in hand every other worker is dead.
      await member.start(await store.owners());
      return { [Symbol.asyncDispose]: async () => undefined };
    },
    async takeUp(member, run) {
      if (others) return false;
      for (const owner of await store.owners()) await database.write([statements.die({ owner })]);
      await member.offerById(run);
      return true;
    },
    async [Symbol.asyncDispose]() {
      await others?.[Symbol.asyncDispose]();
    },
  };
}

/** What those who look at runs go by. */
function reading(
  { database, payloads, clock, reads }: EngineDependencies,
  store: RunStore,
  worker: () => Worker | undefined,
): { readonly context: ReadOperationPorts["context"]; readonly reads: ReadOperationPorts } {
  const context = contextReader({ store, payloads });
  const openCalls: ReadOperationPorts["openCalls"] = (run) => openCallsOf(worker()?.callsOf(run) ?? null);
  const run: ReadOperationPorts["run"] = (id) => store.run(id);
  return { context, reads: { ...reads, database, payloads, clock, context, run, openCalls } };
}

function backgroundWork(schedules: Schedules, ports: JobRunnerPorts): Engine["startJobs"] {
  return async (jobs, { schedules: isScheduling = true } = {}) => {
    await using stack = new AsyncDisposableStack();
    stack.use(await startJobs(jobs, ports));
    if (isScheduling) stack.use(schedules.start());
    return stack.move();
  };
}

function workerPorts(
  { database, payloads, clock, log, settings, endProcess, observer }: EngineDependencies,
  { ring, waits }: Equipment,
) {
  // Only the worker waits storage out: a person who asks something gets the error.
  const patient = patientDatabase(database, { clock, log });
  const patientValues = patientPayloads(payloads, { clock, log });
  return {
    database: patient,
    payloads: patientValues,
    store: createRunStore(patient, patientValues),
    effects: createEffectRunner(ring),
    turn: () => new Promise<void>((resolve) => setImmediate(resolve)),
    waits: new Map(waits.map((wait) => [wait.kind, wait])),
    fencedStarts: settings.fencedStarts,
    graceMs: toMs(settings.grace),
    parkAfterMs: toMs(settings.parkAfter),
    endProcess,
    ...(observer ? { observer } : {}),
  };
}

/** Work ports that remember the process groups of running shell steps. */
function trackingWork({ work, database, processStartTime }: EngineDependencies, statements: RunStatements): WorkPorts {
  return {
    ...work,
    async trackProcess(run, key, pid) {
      await database.write([statements.trackProcess({ run, key, pid, started: processStartTime(pid) ?? "" })]);
    },
    forgetProcess: (run, key) => statements.forgetProcess({ run, key }),
    async untrackProcess(run, key, pid) {
      await database.write([statements.untrackProcess({ run, key, pid })]);
    },
  };
}

// What comes through the door besides the engine itself: words that other rooms and flow authors need.
export { defineAgent, type AgentResult } from "./agent/agent.ts";
export { findAgent } from "./agent/agent-finder.ts";
export { guardBodies } from "./body-guard.ts";
export { defineFlow, type Flow } from "./flow.ts";
export { createFlowLoader } from "./flow-loader.ts";
export type { ModelResult } from "./model/model-call.ts";
export type { ModelRequest } from "./model/model-step.ts";
export { patientDatabase } from "./patience.ts";
export { handoff, type HandedOff, type HandoffRequest } from "./pattern/handoff.ts";
export { plan, type Planned, type PlanRequest } from "./pattern/plan.ts";
export { refine, type Refined, type RefineRequest } from "./pattern/refine.ts";
export { route, type Routed, type RouteRequest } from "./pattern/route.ts";
export { supervise, type Supervised, type SuperviseRequest } from "./pattern/supervise.ts";
export { vote, type Vote, type VoteRequest } from "./pattern/vote.ts";
export { noReadPorts, type ReadPorts } from "./read/port.ts";
export type { StepOf } from "./step.ts";
export type { Agent } from "./work-ports.ts";
export type { ShellOptions, ShellResult, WorkVerbs } from "./work-verbs.ts";
export type { Worker } from "./worker.ts";
