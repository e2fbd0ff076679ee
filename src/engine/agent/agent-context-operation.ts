import { z } from "zod";
import { TuttiError } from "../../core/error.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import type { RunRecord } from "../../core/step.ts";
import type { StepContext } from "./agent-context.ts";

export interface RunGetDependencies {
  readonly record: (id: string) => Promise<RunRecord>;
  readonly context: (run: string, key: string) => Promise<StepContext>;
}

const toolCall = z.looseObject({ name: z.string(), arguments: z.unknown(), problem: z.string().exactOptional() });
const message = z.looseObject({
  turn: z.int().describe("The turn in which it was new."),
  role: z.enum(["system", "user", "assistant", "tool"]),
  content: z.string(),
  toolName: z.string().exactOptional(),
  toolCalls: z.array(toolCall).readonly().exactOptional(),
  thinking: z.string().exactOptional(),
  repairs: z
    .array(z.looseObject({ kind: z.string(), detail: z.string() }))
    .readonly()
    .exactOptional(),
});
const contextShape = z.looseObject({
  step: z.string(),
  turn: z.int(),
  model: z.string().nullable(),
  options: z.unknown(),
  tools: z.array(z.looseObject({ name: z.string(), description: z.string() })).readonly(),
  format: z.unknown().describe("The schema that the answer must fit."),
  isGrammar: z
    .boolean()
    .nullable()
    .describe("Whether the server was told to constrain the answer by it, besides the words."),
  compacted: z
    .looseObject({ messages: z.int(), tokens: z.int() })
    .nullable()
    .describe("Old messages that were left out to make the prompt fit, and about how many tokens they had."),
  messages: z.array(message).readonly(),
  answer: message.nullable(),
});

/** `run.get`, which shows one step of a run too, and what its model was given. `shape` is that of a whole run. */
export function runGetOperation(
  { record, context }: RunGetDependencies,
  { shape, id, flag }: { readonly shape: z.ZodObject; readonly id: z.ZodString; readonly flag: z.ZodType<boolean> },
): AnyOperation {
  return operation({
    name: "run.get",
    summary: "Shows one run with its input, output and steps",
    method: "GET",
    role: "viewer",
    effect: "read",
    idempotent: true,
    faces: ["cli", "http", "sdk", "mcp"],
    path: "/runs/:id",
    input: z.strictObject({
      id,
      step: z.string().min(1).optional().describe("Only this step, by its key, and what lies in it"),
      context: flag.describe("With what the step's model was given: messages, tools, answer. Needs a step"),
    }),
    output: shape.extend({ step: z.string().exactOptional(), context: contextShape.exactOptional() }),
    cli: {
      positional: ["id"],
      examples: [
        "tutti run get run_4k7d2mzq01pb --json",
        "tutti run get run_4k7d2mzq01pb --step draft --context",
        'tutti run get run_4k7d2mzq01pb --step "draft/turn 2" --context',
      ],
    },
    handle: async ({ id: run, step, context: wantsContext }) => {
      const whole = await record(run);
      if (step === undefined && wantsContext) throw stepMissing(whole);
      if (step === undefined) return { ...whole };
      const steps = whole.steps.filter(({ key }) => key === step || key.startsWith(`${step}/`));
      if (wantsContext) return { ...whole, step, steps, context: await context(run, step) };
      if (steps.length === 0) throw noStep(whole, step);
      return { ...whole, step, steps };
    },
  });
}

function stepMissing({ id, steps }: RunRecord): TuttiError {
  const keys = steps.filter(({ kind }) => kind === "agent" || kind === "model").map(({ key }) => key);
  return new TuttiError("usage.invalid", `--context needs --step: which step of run ${id} is meant`, {
    hint: keys.length > 0 ? `With a model there are: ${keys.join(", ")}.` : "No model has answered in it yet.",
  });
}

function noStep({ id, steps }: RunRecord, step: string): TuttiError {
  return new TuttiError("usage.invalid", `run ${id} has no step "${step}"`, {
    hint: `It has: ${steps.map(({ key }) => key).join(", ") || "none"}.`,
  });
}
