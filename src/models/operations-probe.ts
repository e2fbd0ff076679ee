import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { formatMs, toMs } from "../core/duration.ts";
import { operation, type AnyOperation } from "../core/operation.ts";
import { withNearName } from "./model-error.ts";
import type { ProbeStore } from "./model-store.ts";
import { modelName } from "./operation-input.ts";
import { probeFacts, type ProbeFacts } from "./probe/probe.ts";
import { runProbe, type ProbeStage } from "./probe/run.ts";
import type { ModelRegistry } from "./registry.ts";

interface ProbeDependencies {
  readonly registry: ModelRegistry;
  readonly probes: ProbeStore;
  readonly clock: Clock;
}

// A model of 7 billion parameters on a processor reads some 20 tokens a second: three rounds of 600 take half of this.
const defaultBudget = "3m";

const probeProgress = z.object({
  type: z.literal("stage"),
  text: z.string().describe("The part that begins."),
  done: z.int().exactOptional().describe("Parts before this one."),
  of: z.int().exactOptional(),
});

export function probeOperation(dependencies: ProbeDependencies): AnyOperation {
  return operation({
    name: "models.probe",
    summary: "Measures what a model really does: tools, schemas, thinking, context, speed",
    method: "POST",
    path: "/models/:model/probe",
    role: "operator",
    effect: "write",
    idempotent: true,
    input: z.strictObject({
      model: modelName,
      budget: z
        .string()
        .refine(isDuration, 'not a duration such as "30s" or "5m"')
        .default(defaultBudget)
        .describe("How long it may take; what is not measured by then stays unknown"),
    }),
    output: probeFacts,
    progress: probeProgress,
    faces: ["cli", "http", "sdk"],
    cli: {
      positional: ["model"],
      examples: ["tutti models probe llama3.2", "tutti models probe default --budget 10m"],
    },
    handle: ({ model, budget }, { signal }) => probe(dependencies, { asked: model, budgetMs: toMs(budget) }, signal),
  });
}

async function* probe(
  { registry, probes, clock }: ProbeDependencies,
  { asked, budgetMs }: { readonly asked: string; readonly budgetMs: number },
  signal: AbortSignal,
): AsyncGenerator<ProbeStage | { readonly type: "stage"; readonly text: string }, ProbeFacts> {
  const { keeper, full, target } = await registry.probeOf(asked, signal);
  yield { type: "stage", text: `probing ${full}, which takes ${formatMs(budgetMs)} at most` };
  try {
    const facts = yield* runProbe(target, { model: full, server: keeper.server, clock, budgetMs, signal });
    await probes.save(facts);
    return facts;
  } catch (error) {
    throw withNearName(error, asked);
  }
}

function isDuration(text: string): boolean {
  try {
    return toMs(text) > 0;
  } catch {
    return false; // The refinement says what is wrong.
  }
}
