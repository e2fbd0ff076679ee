import { z } from "zod";
import { runStatuses } from "../../core/step.ts";
import { changes } from "./run-compare.ts";
import { phaseKinds } from "./span.ts";
import { waitingFor } from "./query.ts";

export const failureShape = z.object({ code: z.string(), message: z.string(), data: z.unknown().exactOptional() });

export const usageShape = z.object({
  calls: z.number(),
  inputTokens: z.number().exactOptional(),
  outputTokens: z.number().exactOptional(),
  modelMs: z.number().exactOptional(),
  models: z.array(z.string()).readonly().exactOptional(),
});

export const summaryShape = z.object({
  id: z.string(),
  flow: z.string(),
  status: z.enum(runStatuses),
  error: failureShape.nullable(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  usage: usageShape,
});

export const listedShape = summaryShape.extend({
  summary: z.string().describe("One line: why it failed and where, what it waits for, or a short word on its input."),
  trigger: z
    .string()
    .nullable()
    .describe("Who or what started it: cli, web, http, schedule:NAME, run:ID, fork:ID, retry:ID."),
  models: z.array(z.string()).readonly(),
  waitingFor: z.enum(waitingFor).nullable(),
  parent: z.object({ run: z.string(), step: z.string().nullable() }).nullable(),
});

const tokens = z.object({
  input: z.number(),
  cached: z.number().nullable(),
  output: z.number(),
  reasoning: z.number().nullable(),
});

export const spanShape = z.object({
  key: z.string(),
  parent: z.string().nullable(),
  depth: z.int(),
  name: z.string(),
  kind: z.string().describe("The step's, or map, item, turn, scope, cleanup, attempt."),
  status: z.string(),
  attempt: z.int(),
  attempts: z.int(),
  startedAt: z.number().nullable().describe("Null where nobody knows."),
  finishedAt: z.number().nullable(),
  isDerived: z.boolean().describe("It has no row: its times and state are those of what lies in it."),
  model: z.string().nullable(),
  phases: z
    .array(z.object({ kind: z.enum(phaseKinds), from: z.number(), to: z.number().nullable() }))
    .readonly()
    .describe("`to` is null while it goes on."),
  tokens: tokens.nullable(),
  cost: z.object({ money: z.number(), currency: z.string() }).nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  skipped: z.string().nullable(),
  importance: z.enum(["normal", "quiet", "hidden"]),
  inputBytes: z.number().nullable(),
  outputBytes: z.number().nullable(),
  review: z.string().nullable(),
  child: z.string().nullable(),
});

export const timelineShape = z.object({
  run: listedShape,
  latest: z.int().describe("The number of the run's last stored row: the `after` of who asks again."),
  sequence: z.int().describe("The number of the newest event: who follows the log from here misses nothing."),
  now: z.number().describe("When it was read."),
  spans: z.array(spanShape).readonly().describe("What lies in a span follows it."),
});

const part = z
  .object({
    bytes: z.int().describe("Of its JSON text."),
    truncated: z.boolean(),
    value: z.unknown().exactOptional(),
    text: z.string().exactOptional().describe("In place of the value where it is cut: the beginning of its JSON text."),
  })
  .nullable();

export const stepShape = z.object({
  run: z.string(),
  key: z.string(),
  name: z.string(),
  kind: z.string(),
  status: z.string(),
  attempts: z.int(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  skipped: z.object({ reason: z.string(), hint: z.string() }).nullable(),
  model: z.string().nullable(),
  turn: z.int().nullable(),
  options: z.unknown(),
  input: part,
  output: part,
  error: part,
  messages: part.describe(
    "What its model was given, and its answer as the last one; texts are cut where it is truncated.",
  ),
  tools: part.describe("`offered`: tools that the model could call; `used`: those that it called."),
});

const counts = Object.fromEntries(runStatuses.map((status) => [status, z.int()])) as Record<
  (typeof runStatuses)[number],
  z.ZodInt
>;

export const statsShape = z.object({
  since: z.number(),
  until: z.number(),
  bucketMs: z.number(),
  total: z.int(),
  byStatus: z.object(counts),
  buckets: z
    .array(z.object({ at: z.number(), ...counts }))
    .readonly()
    .describe("By when runs were made, oldest first."),
  tokens: z.object({ input: z.number(), output: z.number() }).nullable(),
  usage: z.object({ runsWithModels: z.int() }),
});

export const errorGroupShape = z.object({
  code: z.string(),
  step: z.string().nullable().describe("The innermost step that failed; items of a map and turns of an agent are one."),
  flow: z.string(),
  message: z.string().describe("Of the newest of them."),
  count: z.int(),
  firstAt: z.number(),
  lastAt: z.number(),
  example: z.string().describe("The newest run."),
});

const side = z
  .object({
    status: z.string(),
    attempts: z.int(),
    durationMs: z.number().nullable(),
    tokens: z.object({ input: z.number(), output: z.number() }).nullable(),
    outputHash: z.string().nullable(),
    error: z.string().nullable(),
  })
  .nullable();

export const comparisonShape = z.object({
  a: listedShape,
  b: listedShape,
  counts: z.object({ same: z.int(), changed: z.int(), onlyA: z.int(), onlyB: z.int() }),
  steps: z
    .array(
      z.object({
        key: z.string(),
        name: z.string(),
        kind: z.string(),
        change: z.enum(changes),
        what: z.array(z.string()).readonly().describe("What of it is another: input, output, status, error."),
        a: side,
        b: side,
      }),
    )
    .readonly(),
});

export const recentInputShape = z.object({
  input: z.unknown(),
  isCut: z.boolean().describe("It is too large for a list: the run has it."),
  brief: z.string().nullable(),
  run: z.string(),
  createdAt: z.number(),
});
