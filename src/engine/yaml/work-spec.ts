import { z } from "zod";
import { toMs } from "../../core/duration.ts";
import { optionsSpec } from "../model/model-options.ts";

// What stands behind the key of a step, after its expressions are filled in. The published schema is made of these.

const duration = z
  .union([z.string(), z.number()], { error: 'must be a duration such as "10s"' })
  .refine(isDuration, { error: 'must be a duration such as "300ms", "10s", "5m" or "2h"' })
  .describe('Milliseconds, or text such as "10s", "5m", "2h"');

export function isDuration(value: string | number): boolean {
  try {
    return toMs(value) >= 0;
  } catch {
    return false; // The refinement says what is wrong.
  }
}

const text = z.string();
const onInterrupted = z
  .enum(["repeat", "ask", "fail"])
  .exactOptional()
  .describe("After a crash in the middle: run again (default), pause the run and ask, or fail the step");

/** Which model is asked; many steps have these keys. */
export const modelKeys = {
  model: text.exactOptional().describe("provider/name; default: the configured model"),
  options: optionsSpec.exactOptional(),
  optional: z.boolean().exactOptional().describe("Where no model is reachable, go on without one"),
};

const argument = z.union([text, z.number(), z.boolean()]).transform(String);

export const shellSpec = z.strictObject({
  argv: z
    .array(argument, {
      error: "must be the program and its arguments as a list, such as [git, status]; no shell takes part",
    })
    .min(1)
    .describe(
      "The program and its arguments. No shell takes part: an expression is always one argument, or several if it is a list",
    ),
  stdin: text.exactOptional().describe("What the program reads on its standard input"),
  cwd: text.exactOptional().describe("Relative to the folder that the run was started in"),
  env: z.record(text, argument).exactOptional().describe("Added to the environment"),
  timeout: duration.exactOptional(),
  onInterrupted,
});

export const modelSpec = z.strictObject({
  prompt: text.exactOptional(),
  system: text.exactOptional().describe("What stands before the prompt, as the system's message"),
  messages: z
    .array(z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: text }))
    .exactOptional()
    .describe("A conversation before the prompt"),
  ...modelKeys,
  output: z
    .unknown()
    .optional()
    .describe("Fields with their types: the answer must be JSON of this shape, in `output` of the result"),
  onOverflow: z
    .enum(["fail", "grow", "compact"])
    .exactOptional()
    .describe("What to do with a prompt that does not fit"),
  timeout: duration.exactOptional(),
});

const inlineAgentKeys = {
  instructions: text,
  name: text.exactOptional(),
  model: text.exactOptional(),
  tools: z.array(text).exactOptional().describe('Names of built-in tools; "*" for all of them'),
  withoutTools: z.array(text).exactOptional(),
  maxTurns: z.int().min(1).exactOptional(),
  options: optionsSpec.exactOptional(),
};

/** An agent by name, or written out. */
export const agentRef = z
  .union([text, z.strictObject(inlineAgentKeys)], {
    error: "must be the name of an agent of agents/*.md, or an agent with instructions",
  })
  .describe("The name of an agent of agents/*.md, or an agent with instructions");

export const agentSpec = z.strictObject({ use: agentRef, prompt: text });

export const toolSpec = z.strictObject({
  use: text.describe("The name of a built-in tool; `tutti tool list` shows them"),
  arguments: z.record(text, z.unknown()).exactOptional(),
});

export const reviewSpec = z.strictObject({
  title: text.min(1).describe("What is to be decided"),
  payload: z.unknown().optional().describe("What is to be approved, shown whole"),
  choices: z.array(text).exactOptional().describe("Answers to choose from"),
  timeout: duration.exactOptional(),
});

export const sleepSpec = z.strictObject({ for: duration });
export const waitSpec = z.strictObject({ event: text.min(1), timeout: duration.exactOptional() });
export const emitSpec = z.strictObject({ event: text.min(1), payload: z.unknown().optional() });
export const flowSpec = z.strictObject({
  use: text.min(1).describe("The name of a flow, which is run as a child"),
  input: z.unknown().optional(),
});
export const failSpec = z.strictObject({ message: text });

const worker = z.strictObject({
  description: text.exactOptional().describe("What it is good at: the lead reads it"),
  agent: agentRef,
});

const unfinished = z.enum(["fail", "return"]).exactOptional();

export const superviseSpec = z.strictObject({
  goal: text,
  workers: z.record(text, worker),
  instructions: text.exactOptional(),
  maxTurns: z.int().min(1).exactOptional(),
  unfinished,
  ...modelKeys,
});

export const handoffSpec = z.strictObject({
  prompt: text,
  agents: z.record(
    text,
    worker.extend({ to: z.array(text).exactOptional().describe("Whom it may hand over to; default: all the others") }),
  ),
  start: text.exactOptional(),
  maxVisits: z.int().min(1).exactOptional(),
  unclear: z.enum(["answer", "fail"]).exactOptional(),
  ...modelKeys,
});

export const voteSpec = z.strictObject({
  prompt: text,
  choices: z.array(text).exactOptional(),
  method: z.enum(["majority", "ranked", "judge"]).exactOptional(),
  count: z.int().min(1).exactOptional(),
  models: z.array(text).exactOptional(),
  ties: z.enum(["first", "judge", "fail"]).exactOptional(),
  quorum: z.int().min(1).exactOptional(),
  default: text.exactOptional(),
  instructions: text.exactOptional(),
  ...modelKeys,
});

export const refineSpec = z.strictObject({
  prompt: text,
  criteria: text,
  instructions: text.exactOptional(),
  critic: z.strictObject(modelKeys).exactOptional(),
  maxRounds: z.int().min(1).exactOptional(),
  unfinished,
  ...modelKeys,
});

export const planSpec = z.strictObject({
  goal: text,
  agent: agentRef.exactOptional().describe("Who does the tasks; default: the model that plans"),
  maxTasks: z.int().min(1).exactOptional(),
  maxReplans: z.int().min(0).exactOptional(),
  default: z.array(text).exactOptional().describe("The plan where the model writes none"),
  unfinished,
  instructions: text.exactOptional(),
  ...modelKeys,
});

/** Without its branches, which hold steps. */
export const routeSpec = z.strictObject({
  prompt: text,
  default: text.exactOptional().describe("The branch for a model that chooses none"),
  instructions: text.exactOptional(),
  ...modelKeys,
});

/** Without their steps. */
export const mapSpec = z.strictObject({
  items: z.array(z.unknown(), { error: "must be a list" }).describe("One round for each, with `item` and `index`"),
  concurrency: z.int().min(1).exactOptional().describe("Rounds at once; default: 10"),
});
