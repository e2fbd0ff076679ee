import assert from "node:assert/strict";
import { systemClock, type Clock } from "../../src/core/clock.ts";
import { silentLog, type Log } from "../../src/core/log.ts";
import type { AnyOperation } from "../../src/core/operation.ts";
import type { RunRecord } from "../../src/core/step.ts";
import type { EffectInterceptor, PlanInterceptor } from "../../src/core/verb.ts";
import { createCost, costSection, type Cost } from "../../src/cost/capability.ts";
import { costMigrations } from "../../src/cost/cost-table.ts";
import { defineFlow, type AnyFlow } from "../../src/engine/flow.ts";
import { createWorkVerbs } from "../../src/engine/work-verbs.ts";
import type { Step } from "../../src/index.ts";
import type { ChatModel } from "../../src/models/chat-model.ts";
import type { EmbeddingModel } from "../../src/models/embedding-model.ts";
import { createReview, type Review as ReviewRoom } from "../../src/review/capability.ts";
import { reviewMigrations } from "../../src/review/review-table.ts";
import type { Review } from "../../src/review/review.ts";
import type { Database, Row } from "../../src/storage/database.ts";
import { openTestEngine, type EngineParts, type TestEngine, type TestEngineOptions } from "../support/engine.ts";

export interface CostOptions extends Pick<TestEngineOptions, "clock" | "concurrency" | "parkAfterMs"> {
  readonly models: readonly ChatModel[];
  /** The section `cost` of tutti.yaml. */
  readonly cost?: Record<string, unknown>;
  readonly contextOf?: (model: string) => number | undefined;
  readonly log?: Log;
  /** By model: why it cannot do what is needed, and its score. */
  readonly unable?: Readonly<Record<string, string>>;
  readonly quality?: Readonly<Record<string, number>>;
}

export interface CostEngine extends TestEngine {
  /** Calls an operation of the cost room. */
  op<Result = never>(name: string, input?: object): Promise<Result>;
  review(name: string, input: object): Promise<Review>;
  openReviews(run: string): Promise<Review[]>;
  start(flow: AnyFlow, input?: unknown): Promise<string>;
  rows(sql: string): Promise<Row[]>;
  /** A call as no step makes it: a probe. */
  model(name: string): ChatModel;
  embedding(model: EmbeddingModel): EmbeddingModel;
  cost(): Cost;
  sweep(): Promise<void>;
  prune(): Promise<void>;
  /** What the review room does in the background. */
  deliver(): Promise<void>;
}

export type OpenCost = (options: CostOptions) => Promise<CostEngine>;

let flowCount = 0;

export function costFlow(run: (step: Step, input: never) => Promise<unknown>, name = `cost-${++flowCount}`): AnyFlow {
  return defineFlow<never, unknown, Step>({ name, run });
}

/** An engine whose models are metered, with the rings of app.ts. A crash ends the meter with the worker. */
export async function openCostEngine(database: Database, options: CostOptions): Promise<CostEngine> {
  const plan: PlanInterceptor[] = [];
  const ring: EffectInterceptor[] = [];
  let parts: EngineParts | undefined;
  let review: ReviewRoom | undefined;
  let cost: Life | undefined;
  const metered = (name: string | undefined): ChatModel => {
    const found = options.models.find((model) => model.name === (name ?? options.models[0]?.name));
    assert.ok(cost, "the engine is open");
    if (name === "auto") return cost.cost.auto;
    assert.ok(found, `no model ${name}`);
    return cost.meter(found);
  };
  const engine = await openTestEngine({
    ...options,
    database,
    rooms: [
      { room: "review", migrations: reviewMigrations },
      { room: "cost", migrations: costMigrations },
    ],
    plan,
    ring,
    waits: (given) => createReview({ ...given, settings: { tools: [] }, waits: given.control }).waits ?? [],
    verbs(given) {
      parts = given;
      review = createReview({ ...given, settings: { tools: [] }, waits: given.control });
      return { ...createWorkVerbs(workPorts(metered)), ...review.verbs };
    },
  });
  assert.ok(parts && review);
  const [given, room] = [parts, review];
  const live = (): Life => {
    const next = openLife({ ...given, store: engine.store }, room, options);
    plan.splice(0, plan.length, ...(next.cost.plan ?? []));
    ring.splice(0, ring.length, ...(next.cost.effect ?? []));
    return next;
  };
  cost = live();
  const current = (): Life => cost ?? assert.fail("closed");
  return {
    ...engine,
    get worker() {
      return engine.worker;
    },
    async crash() {
      current().kill();
      // The next worker takes its runs up at once, and must find the next meter.
      cost = live();
      await engine.crash();
    },
    op: async (name, input = {}) => (await callOf(current().cost.operations, name, input)) as never,
    review: async (name, input) => (await callOf(room.operations, name, input)) as Review,
    openReviews: async (run) =>
      ((await callOf(room.operations, "review.list", {})) as Review[]).filter((entry) => entry.run === run),
    async start(flow, input) {
      engine.flows.set(flow.name, flow);
      return engine.control.start({ flow, input });
    },
    async rows(sql) {
      const found = await database.read<Row>({ sql, parameters: [], query: { kind: "RawNode" } } as never);
      return found.map((row) => Object.fromEntries(Object.entries(row)));
    },
    model: metered,
    cost: () => current().cost,
    embedding: (model) => current().cost.meterEmbedding(model),
    sweep: async () => {
      for (const name of ["cost.sweep", "cost.resume"]) await runJob(current().cost, name);
    },
    prune: () => pruneCalls(current().cost, given.clock),
    deliver: () => runJob(room, "review.deliver"),
    async [Symbol.asyncDispose]() {
      await engine.worker.stop(1_000);
      await cost?.cost[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}

async function pruneCalls({ retained = [] }: Pick<Cost, "retained">, clock: Clock): Promise<void> {
  for (const kind of retained)
    await kind.prune({ before: clock.now() - kind.keepMs, signal: AbortSignal.timeout(10_000) });
}

async function runJob({ jobs = [] }: Pick<Cost, "jobs">, name: string): Promise<void> {
  const job = jobs.find((candidate) => candidate.name === name) ?? assert.fail(`no job ${name}`);
  await job.run(new AbortController().signal);
}

/** The real time, which can be moved on. */
export function movedClock(from: string): Clock & { move(ms: number): void } {
  let ahead = Date.parse(from) - systemClock.now();
  return {
    now: () => systemClock.now() + ahead,
    after: (delayMs, fire) => systemClock.after(delayMs, fire),
    move: (ms) => void (ahead += ms),
  };
}

interface Life {
  readonly cost: Cost;
  meter(model: ChatModel): ChatModel;
  /** Nothing is written any more, as with a dead process. */
  kill(): void;
}

function openLife(parts: EngineParts & Pick<TestEngine, "store">, review: ReviewRoom, options: CostOptions): Life {
  let isDead = false;
  const { database } = parts;
  const mortal: Database = {
    ...database,
    write: (statements) => (isDead ? Promise.reject(new Error("killed")) : database.write(statements)),
  };
  const cost = createCost({
    ...parts,
    database: mortal,
    patient: mortal,
    settings: costSection.schema.parse({ templateTokens: 0, ...options.cost }),
    log: options.log ?? silentLog,
    shared: null,
    contextOf: options.contextOf ?? (() => undefined),
    runs: {
      resume: (run) => parts.control.resumePausedFor(run, ["budget.exceeded", "budget.unpriced"]),
      hasEnded: async (run) => (await parts.store.run(run)).finished_at !== null,
    },
    ask: ({ host }, { name, ...question }) => review.ask(host, name, question),
    choice: {
      candidates: async () => options.models.map(({ name }) => ({ name, sizeBytes: null, loaded: false })),
      inability: async (model) => options.unable?.[model] ?? null,
      quality: async (model) => options.quality?.[model] ?? null,
      open: async (name) => meter(options.models.find((model) => model.name === name) ?? assert.fail(name)),
    },
  });
  const meters = new Map<ChatModel, ChatModel>();
  const meter = (model: ChatModel): ChatModel => {
    const made = meters.get(model) ?? cost.meter(model);
    meters.set(model, made);
    return made;
  };
  return {
    cost,
    meter,
    kill: () => (isDead = true),
  };
}

function workPorts(metered: (name: string | undefined) => ChatModel) {
  const absent = (): never => assert.fail("not in these tests");
  return {
    runProcess: absent,
    trackProcess: absent,
    forgetProcess: absent,
    untrackProcess: absent,
    findAgent: absent,
    chatModel: async (name: string | undefined) => metered(name),
    tools: new Map(),
    environment: {},
    log: silentLog,
  };
}

async function callOf(operations: readonly AnyOperation[], name: string, input: object): Promise<unknown> {
  const found = operations.find((operation) => operation.name === name);
  assert.ok(found, `no operation ${name}`);
  const context = { signal: new AbortController().signal, caller: "test" };
  const output = await found.handle(found.input.parse(input) as never, context);
  return found.output.parse(output);
}

export const ended = ["succeeded", "failed", "cancelled", "paused"];

/** One call that answers `words` words and names how many it may at the most. */
export function ask(
  step: Step,
  name: string,
  options: { model?: string; maxTokens?: number } = {},
): Promise<{ text: string; model?: string }> {
  const { model, maxTokens = 20 } = options;
  return step.model(name, { prompt: "Say it", options: { maxTokens }, ...(model === undefined ? {} : { model }) });
}

export const codeOf = ({ error }: RunRecord): string | undefined => error?.code;

/** The rollups and the budgets' counts are what the calls of the ledger come to, whatever has happened. */
export async function mustAgree(engine: CostEngine): Promise<void> {
  const names = ["calls", "estimated", "estimated_tokens", "input", "output", "total_ms", "money"];
  const sums = (list: readonly string[]): string => list.map((name) => `sum(${name}) as ${name}`).join(", ");
  const [rolled] = await engine.rows(`select ${sums(names)} from cost_days`);
  const [counted] = await engine.rows(
    `select sum(charged_calls) as calls, sum(is_estimated) as estimated,
      sum(case when is_estimated = 1 then charged_tokens else 0 end) as estimated_tokens, ${sums(names.slice(3))}
    from cost_calls where state <> 'reserved'`,
  );
  assert.deepEqual(numbers(rolled), numbers(counted));
  const windows = await engine.rows(
    `select b.metric, sum(w.used) as used, sum(w.reserved) as reserved from cost_windows w join cost_budgets b on b.id = w.budget
    where b.scope = 'tenant' and b.period = 'total' group by b.metric`,
  );
  const [charged] = await engine.rows(
    `select sum(coalesce(charged_tokens, bound_tokens)) as tokens, sum(coalesce(charged_calls, 1)) as calls from cost_calls`,
  );
  for (const { metric, used, reserved } of windows) {
    if (metric !== "tokens" && metric !== "calls") continue;
    assert.equal(Number(used) + Number(reserved), Number(charged?.[metric] ?? 0), `the budget of ${metric}`);
  }
}

function numbers(row: Row | undefined): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(row ?? {}).map(([key, value]) => [key, value === null ? null : Number(value)]),
  );
}
