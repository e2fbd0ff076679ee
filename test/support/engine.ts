import { systemClock, type Clock } from "../../src/core/clock.ts";
import { newWorkerId } from "../../src/core/id.ts";
import { silentLog, type Log } from "../../src/core/log.ts";
import type { EngineObserver } from "../../src/core/observer.ts";
import { seededRandom, systemRandom, type Random } from "../../src/core/random.ts";
import type { RunRecord } from "../../src/core/step.ts";
import type { EffectInterceptor, PlanInterceptor, Verbs, WaitKind } from "../../src/core/verb.ts";
import { guardBodies } from "../../src/engine/body-guard.ts";
import { createEffectRunner } from "../../src/engine/effect.ts";
import { verifyRun, type Verification } from "../../src/engine/flow-verify.ts";
import { createRunControl, type RunControl } from "../../src/engine/engine.ts";
import { defineFlow, type AnyFlow } from "../../src/engine/flow.ts";
import { engineMigrations } from "../../src/engine/run-table.ts";
import { createRunStatements, type RunStatements } from "../../src/engine/run-statement.ts";
import { createRunStore, type RunStore } from "../../src/engine/run-store.ts";
import { createStepFactory, type StepOf } from "../../src/engine/step.ts";
import { Worker } from "../../src/engine/worker.ts";
import { createEventLog, eventMigrations, type EventLog } from "../../src/events/event-log.ts";
import { createLiveEvents, type LiveEvents } from "../../src/events/live.ts";
import { blobMigrations, tableBlobs } from "../../src/storage/blob.ts";
import type { Database, RoomMigrations, Row } from "../../src/storage/database.ts";
import { createPayloads, type Payloads } from "../../src/storage/payload.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";

export type TestStep = StepOf<object>;
/** A flow with the engine's own verbs. */
export function testFlow(
  name: string,
  run: (step: TestStep, input: never) => Promise<unknown>,
  options: Partial<AnyFlow> = {},
): AnyFlow {
  return defineFlow<never, unknown, TestStep>({ name, run, ...options });
}

export interface TestEngineOptions {
  readonly database?: Database;
  readonly flows?: readonly AnyFlow[];
  readonly clock?: Clock;
  readonly graceMs?: number;
  readonly fencedStarts?: boolean;
  readonly parkAfterMs?: number;
  readonly concurrency?: number;
  /** Where runs work; default: the process's folder. */
  readonly folder?: string;
  readonly ring?: readonly EffectInterceptor[];
  readonly plan?: readonly PlanInterceptor[];
  /** Waits and verbs of capabilities; made of the engine's own parts where they need some of them. */
  readonly waits?: readonly WaitKind[] | ((parts: EngineParts) => readonly WaitKind[]);
  readonly verbs?: Verbs | ((parts: EngineParts) => Verbs);
  /** Tables of other rooms. */
  readonly rooms?: readonly RoomMigrations[];
  readonly endProcess?: (pid: number, started: string) => Promise<void>;
  readonly log?: Log;
  readonly observer?: EngineObserver;
  readonly seed?: number;
}

/** What app.ts hands to capabilities. */
export interface EngineParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly payloads: Payloads;
  readonly events: EventLog;
  readonly statements: RunStatements;
  readonly control: RunControl;
}

export interface TestEngine extends AsyncDisposable {
  readonly live: LiveEvents;
  readonly database: Database;
  readonly control: RunControl;
  readonly store: RunStore;
  readonly flows: Map<string, AnyFlow>;
  readonly worker: Worker;
  /** Ends the worker as `kill -9` would, and starts another on the same database. */
  crash(): Promise<void>;
  /** Starts a run and waits for its end or pause. */
  run(flow: AnyFlow, input?: unknown): Promise<RunRecord>;
  /** Replays the run behind every step, without doing anything. */
  verify(id: string): Promise<Verification>;
  /** Waits until the run has one of the states. */
  until(id: string, ...states: string[]): Promise<RunRecord>;
}

export async function openMigrated(
  database: Database = openSqlite({ path: ":memory:" }),
  rooms: readonly RoomMigrations[] = [],
): Promise<Database> {
  await database.migrate([
    ...rooms,
    { room: "storage", migrations: blobMigrations },
    { room: "events", migrations: eventMigrations },
    { room: "engine", migrations: engineMigrations },
  ]);
  return database;
}

const ended = ["succeeded", "failed", "cancelled", "paused"];

export async function openTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const database = await openMigrated(options.database, options.rooms);
  const guard = guardBodies();
  // A run that waits for an event holds no handle; the test does.
  const keepAlive = setInterval(() => undefined, 60_000);
  const parts = createParts(database, options);
  let worker = parts.newWorker();
  await worker.start(await parts.store.owners());
  const until = (id: string, ...states: string[]): Promise<RunRecord> => waitUntil(parts, id, states);
  return {
    database,
    live: parts.live,
    control: parts.control,
    store: parts.store,
    flows: parts.flows,
    get worker() {
      return worker;
    },
    async crash() {
      parts.killed.add(worker);
      await worker.stop(0);
      worker = parts.newWorker();
      await worker.start(await parts.store.owners());
    },
    async run(flow, input) {
      parts.flows.set(flow.name, flow);
      const id = await parts.control.start({ flow, input });
      return until(id, ...ended);
    },
    verify: (id) => verifyRun(parts.verifyPorts, id),
    until,
    async [Symbol.asyncDispose]() {
      await worker.stop(1_000);
      clearInterval(keepAlive);
      guard[Symbol.dispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

function createParts(database: Database, options: TestEngineOptions) {
  const random = options.seed === undefined ? systemRandom : seededRandom(options.seed);
  const flows = new Map((options.flows ?? []).map((flow) => [flow.name, flow]));
  const killed = new Set<Worker>();
  const clock = options.clock ?? systemClock;
  const payloads = createPayloads(tableBlobs(database));
  const live = createLiveEvents();
  const store = createRunStore(database, payloads);
  let current: Worker | undefined;
  const base = {
    database,
    clock,
    payloads,
    store,
    random,
    log: options.log ?? silentLog,
    live,
    statements: createRunStatements(database),
    events: createEventLog(database),
    flows: { find: async (name: string) => flows.get(name) ?? null },
    folder: options.folder ?? process.cwd(),
  };
  const control = createRunControl({
    ...base,
    woken: (rows: readonly Row[]) => current?.woken(rows),
    reserve: (id, flow) => current?.reserve(id, flow) ?? null,
  });
  const { verbs = {}, waits = [] } = options;
  const parts: EngineParts = { ...base, control };
  const stepFor = createStepFactory(typeof verbs === "function" ? verbs(parts) : verbs, options.plan ?? []);
  const waitKinds = typeof waits === "function" ? waits(parts) : waits;
  const newWorker = (): Worker => {
    const worker: Worker = new Worker({
      ...base,
      id: newWorkerId(random),
      stepFor,
      startChild: control.startChild,
      effects: createEffectRunner(options.ring ?? []),
      // A killed worker writes nothing more: its last writes are lost, as with the process.
      database: {
        ...database,
        write: (statements) => (killed.has(worker) ? Promise.reject(new Error("killed")) : database.write(statements)),
      },
      turn: () => new Promise((resolve) => setImmediate(resolve)),
      waits: new Map(waitKinds.map((wait) => [wait.kind, wait])),
      fencedStarts: options.fencedStarts ?? false,
      graceMs: options.graceMs ?? 200,
      parkAfterMs: options.parkAfterMs ?? 1_000,
      concurrency: options.concurrency ?? 200,
      endProcess: options.endProcess ?? (async () => undefined),
      ...(options.observer ? { observer: options.observer } : {}),
    });
    current = worker;
    return worker;
  };
  return { control, store, flows, killed, newWorker, live, verifyPorts: { ...base, stepFor } };
}

function waitUntil(
  { live, store }: ReturnType<typeof createParts>,
  id: string,
  states: readonly string[],
): Promise<RunRecord> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      store.run(id).then((run) => {
        if (!states.includes(run.status)) return;
        unsubscribe();
        store.record(id).then(resolve, reject);
      }, reject);
    };
    const unsubscribe = live.subscribe(id, (event) => event.type === "run" && look());
    look();
  });
}
