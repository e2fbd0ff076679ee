import assert from "node:assert/strict";
import { systemClock } from "../../src/core/clock.ts";
import type { AnyOperation } from "../../src/core/operation.ts";
import { contextReader } from "../../src/engine/agent/agent-context.ts";
import type { AnyFlow } from "../../src/engine/flow.ts";
import { openCallsOf } from "../../src/engine/read/journal-span.ts";
import { createReadOperations } from "../../src/engine/read/operations.ts";
import type { ReadPorts } from "../../src/engine/read/port.ts";
import { noReadPorts } from "../../src/engine/read/port.ts";
import type { ListedRun } from "../../src/engine/read/run-list.ts";
import type { Timeline } from "../../src/engine/read/run-timeline.ts";
import type { Span } from "../../src/engine/read/span.ts";
import { tableBlobs } from "../../src/storage/blob.ts";
import type { Database } from "../../src/storage/database.ts";
import { createPayloads } from "../../src/storage/payload.ts";
import { openTestEngine, testFlow, type TestEngine, type TestEngineOptions, type TestStep } from "../support/engine.ts";

export const good = testFlow("good", async (step: TestStep) => step.run("a", () => "fine"));
export const bad = testFlow("bad", async (step: TestStep, input: { why?: string } | null) =>
  step.map("items", [1], async (_item, inner: TestStep) =>
    inner.run("call", () => {
      throw new Error(input?.why ?? "connect ECONNREFUSED 127.0.0.1:11434");
    }),
  ),
);

export interface ReadEngine extends TestEngine {
  /** Calls a reading operation. */
  op<Result>(name: string, input?: object): Promise<Result>;
  list(query?: string, input?: object): Promise<ListedRun[]>;
  timeline(id: string, after?: number): Promise<Timeline>;
  start(flow: AnyFlow, input?: unknown, trigger?: string): Promise<string>;
}

export interface ReadOptions extends TestEngineOptions {
  readonly reads?: Partial<ReadPorts>;
}

export type OpenRead = (options?: ReadOptions) => Promise<ReadEngine>;

export async function openReadEngine(database: Database, { reads, ...options }: ReadOptions = {}): Promise<ReadEngine> {
  const engine = await openTestEngine({ ...options, database });
  const payloads = createPayloads(tableBlobs(database));
  const operations = createReadOperations({
    ...noReadPorts,
    ...reads,
    database,
    payloads,
    clock: options.clock ?? systemClock,
    context: contextReader({ store: engine.store, payloads }),
    run: (id) => engine.store.run(id),
    openCalls: (run) => openCallsOf(engine.worker.callsOf(run)),
  });
  const op = async <Result>(name: string, input: object = {}): Promise<Result> =>
    (await call(operations, name, input)) as Result;
  return {
    ...engine,
    get worker() {
      return engine.worker;
    },
    op,
    async run(flow, input) {
      await laterThan(Date.now());
      return engine.run(flow, input);
    },
    list: (query, input = {}) => op<ListedRun[]>("run.list", query === undefined ? input : { query, ...input }),
    timeline: (id, after) => op<Timeline>("run.timeline", { id, ...(after === undefined ? {} : { after }) }),
    async start(flow, input, trigger) {
      await laterThan(Date.now());
      engine.flows.set(flow.name, flow);
      return engine.control.start({ flow, input, trigger });
    },
  };
}

/** Runs of one millisecond are in no order. */
async function laterThan(at: number): Promise<void> {
  while (Date.now() <= at) await new Promise((resolve) => setImmediate(resolve));
}

async function call(operations: readonly AnyOperation[], name: string, input: object): Promise<unknown> {
  const found = operations.find((operation) => operation.name === name);
  assert.ok(found, `no operation ${name}`);
  const context = { signal: new AbortController().signal, caller: "test" };
  const output = await found.handle(found.input.parse(input) as never, context);
  // What the shape does not name a face would leave out, and a test would not notice.
  assert.deepEqual(found.output.parse(output), output);
  return output;
}

export function spanOf({ spans }: Timeline, key: string): Span {
  const found = spans.find((span) => span.key === key);
  assert.ok(found, `no span ${key}; there are ${spans.map((span) => span.key).join(", ")}`);
  return found;
}
