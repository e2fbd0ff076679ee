import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { systemRandom } from "../../src/core/random.ts";
import type { Statement } from "../../src/core/statement.ts";
import { createCost, costSection, type Cost } from "../../src/cost/capability.ts";
import { costMigrations } from "../../src/cost/cost-table.ts";
import { createEventLog, eventMigrations } from "../../src/events/event-log.ts";
import type { ChatModel } from "../../src/models/chat-model.ts";
import type { Database, Row } from "../../src/storage/database.ts";

/** A model that answers after a moment, with the counts of a real one: 40 tokens in, 10 out. */
export function quickModel(delayMs: number, name = "bench/model"): ChatModel {
  return {
    name,
    async chat() {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      const usage = { inputTokens: 40, outputTokens: 10 };
      return { text: "", toolCalls: [], finishReason: "stop", usage, timings: { totalMs: 5 }, model: name };
    },
  };
}

export interface MeterCase extends AsyncDisposable {
  readonly model: ChatModel;
  /** A call as a step makes it: what it has joined is stored with the step's own write. False where a budget refused it. */
  call(run: string): Promise<boolean>;
  set(name: string, budget: Record<string, unknown>): Promise<void>;
}

export interface MeterOptions {
  readonly delayMs: number;
  readonly isMetered: boolean;
  readonly shared: { readonly url: string; readonly schema: string } | null;
}

export async function openMeterCase(database: Database, options: MeterOptions): Promise<MeterCase> {
  await database.migrate([
    { room: "events", migrations: eventMigrations },
    { room: "cost", migrations: costMigrations },
  ]);
  const events = createEventLog(database);
  const cost = createCost({
    settings: costSection.schema.parse({ templateTokens: 0 }),
    database,
    patient: database,
    events,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    shared: options.shared,
    contextOf: () => undefined,
    runs: { resume: async () => false, hasEnded: async () => false },
    ask: () => Promise.reject(new Error("nobody is asked")),
    choice: {
      candidates: async () => [],
      inability: async () => null,
      quality: async () => null,
      open: async () => model,
    },
  });
  const bare = quickModel(options.delayMs);
  const model = options.isMetered ? cost.meter(bare) : bare;
  const request = { messages: [{ role: "user" as const, content: "x".repeat(100) }], options: { maxTokens: 50 } };
  let step = 0;
  return {
    model,
    async call(run) {
      const joined: Statement[] = [];
      const caller = {
        run,
        flow: "bench",
        key: `step ${++step}`,
        attempt: 1,
        join: (writes: readonly Statement[]) => void joined.push(...writes),
      };
      const isMade = await model
        .chat(request, { signal: never, caller })
        .then(() => true)
        .catch(isRefused);
      await database.write([events.append({ type: "bench.step", subject: run, at: 0 }), ...joined]);
      return isMade;
    },
    set: (name, budget) => setBudget(cost, name, budget),
    [Symbol.asyncDispose]: () => cost[Symbol.asyncDispose](),
  };
}

const never = new AbortController().signal;

function isRefused(error: unknown): false {
  if (error instanceof Error && "code" in error && error.code === "budget.exceeded") return false;
  throw error;
}

/** As `tutti budget set` does. */
export async function setBudget(cost: Cost, name: string, budget: Record<string, unknown>): Promise<void> {
  const operation = cost.operations.find((candidate) => candidate.name === "budget.set");
  if (!operation) throw new Error("there is no budget.set");
  await operation.handle(operation.input.parse({ name, ...budget }) as never, { signal: never, caller: "bench" });
}

export async function read(database: Database, sql: string): Promise<Row> {
  const [row] = await database.read<Row>({ sql, parameters: [], query: { kind: "RawNode" } } as never);
  return row ?? {};
}
