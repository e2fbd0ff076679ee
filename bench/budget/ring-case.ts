import { createCost, costSection, type Cost } from "../../src/cost/capability.ts";
import { silentLog } from "../../src/core/log.ts";
import type { EffectInterceptor, PlanInterceptor } from "../../src/core/verb.ts";
import { costMigrations } from "../../src/cost/cost-table.ts";
import { defineFlow } from "../../src/engine/flow.ts";
import { createWorkVerbs } from "../../src/engine/work-verbs.ts";
import type { ChatModel } from "../../src/models/chat-model.ts";
import type { Step } from "../../src/index.ts";
import type { Database } from "../../src/storage/database.ts";
import { openTestEngine, type EngineParts } from "../../test/support/engine.ts";
import { quickModel, setBudget } from "./meter-case.ts";

export interface RingCase {
  readonly what: string;
  /** What of the cost room stands around the step. */
  readonly around: "nothing" | "meter" | "rings";
  readonly budgets: readonly Readonly<Record<string, unknown>>[];
}

const steps = 20;

/** Runs a flow of model steps again and again, one run at a time; milliseconds for each of its steps, in order. */
export async function measureRing(database: Database, { around, budgets }: RingCase, runs: number): Promise<number[]> {
  const plan: PlanInterceptor[] = [];
  const ring: EffectInterceptor[] = [];
  let cost: Cost | undefined;
  const models = new Map(["bench/model", "bench/dear"].map((name) => [name, quickModel(0, name)]));
  const engine = await openTestEngine({
    database,
    rooms: [{ room: "cost", migrations: costMigrations }],
    plan,
    ring,
    verbs(parts) {
      cost = openCost(parts);
      if (around !== "nothing") for (const [name, model] of models) models.set(name, cost.meter(model));
      return createWorkVerbs(workPorts(models));
    },
  });
  try {
    if (around === "rings") plan.push(...(cost?.plan ?? []));
    if (around === "rings") ring.push(...(cost?.effect ?? []));
    for (const [index, budget] of budgets.entries()) if (cost) await setBudget(cost, `b${index}`, budget);
    const took: number[] = [];
    for (let count = 0; count < runs; count++) {
      const began = performance.now();
      const { status, error } = await engine.run(flow);
      if (status !== "succeeded") throw new Error(`a run of the bench is ${status}: ${error?.message}`);
      took.push((performance.now() - began) / steps);
    }
    return took;
  } finally {
    await engine.worker.stop(1_000);
    await cost?.[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  }
}

const flow = defineFlow<never, unknown, Step>({
  name: "model-steps",
  async run(step) {
    for (let index = 0; index < steps; index++)
      await step.model("ask", { model: "bench/dear", prompt: "x".repeat(100), options: { maxTokens: 50 } });
  },
});

function openCost(parts: EngineParts): Cost {
  const never = (): Promise<never> => Promise.reject(new Error("not in a bench"));
  return createCost({
    ...parts,
    patient: parts.database,
    settings: costSection.schema.parse({ templateTokens: 0 }),
    log: silentLog,
    shared: null,
    contextOf: () => undefined,
    ask: never,
    runs: { resume: async () => false, hasEnded: async () => false },
    choice: { candidates: async () => [], inability: async () => null, quality: async () => null, open: never },
  });
}

function workPorts(models: ReadonlyMap<string, ChatModel>) {
  const absent = (): never => {
    throw new Error("not in a bench");
  };
  return {
    runProcess: absent,
    trackProcess: absent,
    forgetProcess: absent,
    untrackProcess: absent,
    findAgent: absent,
    chatModel: async (name = "") => models.get(name) ?? absent(),
    tools: new Map(),
    environment: {},
    log: silentLog,
  };
}
