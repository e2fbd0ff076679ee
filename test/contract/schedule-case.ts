import { silentLog } from "../../src/core/log.ts";
import type { AnyOperation } from "../../src/core/operation.ts";
import { systemRandom } from "../../src/core/random.ts";
import type { AnyFlow } from "../../src/engine/flow.ts";
import type { FlowLoader } from "../../src/engine/flow-loader.ts";
import { createSchedules } from "../../src/engine/schedule/schedules.ts";
import type { ScheduleEntry, ScheduleView } from "../../src/engine/schedule/schedule-view.ts";
import { TuttiError } from "../../src/core/error.ts";
import type { RunRow } from "../../src/engine/run-table.ts";
import { createEventLog } from "../../src/events/event-log.ts";
import { tableBlobs } from "../../src/storage/blob.ts";
import type { Database } from "../../src/storage/database.ts";
import { createPayloads } from "../../src/storage/payload.ts";
import { openTestEngine, type TestEngine } from "../support/engine.ts";
import { createVirtualClock, settle, type VirtualClock } from "../support/virtual-clock.ts";

/** An engine whose schedules are due by a clock that the test moves. */
export interface ScheduleCase extends AsyncDisposable {
  readonly engine: TestEngine;
  readonly clock: VirtualClock;
  /** What the machine's clock is set to beside the time that passes. */
  setClock(byMs: number): void;
  /** What a process does that works; several may. */
  start(): AsyncDisposable;
  /** The same until the end of the case. */
  work(): void;
  call<Result = ScheduleView>(operation: string, input?: Record<string, unknown>): Promise<Result>;
  /** Lets time pass in steps, each until what is due has been dealt with. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** Until nothing is due any more. */
  dealt(): Promise<void>;
  entry(name: string): Promise<ScheduleEntry>;
  /** The runs that a schedule has started, oldest first. */
  runs(name: string): Promise<RunRow[]>;
  add(flow: AnyFlow): void;
}

// 2026-11-25T06:00:00Z, in whole hours, so that patterns are easy to read.
export const beginning = Date.UTC(2026, 10, 25, 6);

export type OpenScheduleCase = (options?: ScheduleCaseOptions) => Promise<ScheduleCase>;

export interface ScheduleCaseOptions {
  /** Lays something around the database that schedules and runs are written to. */
  readonly wrap?: (database: Database) => Database;
}

export async function openScheduleCase(
  plain: Database,
  { wrap = (database) => database }: ScheduleCaseOptions = {},
): Promise<ScheduleCase> {
  const database = wrap(plain);
  const clock = createVirtualClock();
  let offset = beginning;
  const moved = { now: () => clock.now() + offset, after: clock.after.bind(clock) };
  const engine = await openTestEngine({ database, clock: moved });
  const schedules = createSchedules({
    database,
    payloads: createPayloads(tableBlobs(database)),
    events: createEventLog(database),
    clock: moved,
    flows: loaderOf(engine.flows),
    folder: process.cwd(),
    control: engine.control,
    random: systemRandom,
    log: silentLog,
    isShared: false,
  });
  const working = new AsyncDisposableStack();
  const call = async (operation: string, input: Record<string, unknown> = {}): Promise<unknown> =>
    answer(schedules.operations, operation, input);
  const list = async (): Promise<ScheduleEntry[]> => (await call("schedule.list")) as ScheduleEntry[];
  const dealt = async (): Promise<void> => {
    for (;;) {
      await clock.pass(0);
      const now = moved.now();
      if ((await list()).every(({ nextAt }) => nextAt === null || nextAt > now)) return;
    }
  };
  return {
    engine,
    clock,
    setClock: (byMs) => void (offset += byMs),
    start: () => schedules.start(),
    work: () => void working.use(schedules.start()),
    call: call as ScheduleCase["call"],
    dealt,
    async pass(ms, stepMs = ms) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        await clock.pass(Math.min(stepMs, ms - passed));
        await dealt();
      }
    },
    async entry(name) {
      const found = (await list()).find((entry) => entry.name === name);
      if (!found) throw new Error(`no schedule ${name}`);
      return found;
    },
    async runs(name) {
      const rows = await engine.store.list({ limit: 1_000 });
      return rows.filter(({ trigger }) => trigger === `schedule:${name}`).toReversed();
    },
    add: (flow) => void engine.flows.set(flow.name, flow),
    async [Symbol.asyncDispose]() {
      await working.disposeAsync();
      await engine[Symbol.asyncDispose]();
    },
  };
}

async function answer(
  operations: readonly AnyOperation[],
  name: string,
  input: Record<string, unknown>,
): Promise<unknown> {
  const operation = operations.find((candidate) => candidate.name === name);
  if (!operation) throw new Error(`no operation ${name}`);
  const parsed = operation.input.parse(input);
  const result = await operation.handle(parsed as never, { signal: new AbortController().signal, caller: "test" });
  return operation.output.parse(result);
}

function loaderOf(flows: ReadonlyMap<string, AnyFlow>): FlowLoader {
  return {
    find: async (name) => flows.get(name) ?? null,
    list: async () => [],
    async get(name) {
      const flow = flows.get(name);
      if (flow) return flow;
      throw new TuttiError("flow.missing", `there is no flow "${name}"`);
    },
  };
}

const longestWaitMs = 20_000;

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > longestWaitMs) throw new Error(`waited in vain until ${String(isSo)}`);
    await settle();
  }
}
