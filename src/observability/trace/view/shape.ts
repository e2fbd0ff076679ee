import { z } from "zod";

const tokens = z.number().nullable().describe("Null where no span tells.");
const traceId = z.string().describe("32 hex digits.");
const time = z.number().describe("Milliseconds since 1970, with their thousandths.");
const ms = z.number().describe("Milliseconds, with their thousandths.");

/** A trace as lists know it. */
export const summaryShape = z.object({
  traceId,
  name: z.string().describe("Of its first span."),
  service: z.string().describe("The program that began it."),
  startedAt: z.number(),
  durationMs: z.number(),
  spans: z.number(),
  errors: z.number().describe("Spans that have failed."),
  inputTokens: tokens,
  outputTokens: tokens,
  models: z.array(z.string()).readonly(),
  run: z.string().nullable().describe("The run that it is of."),
  isComplete: z
    .boolean()
    .describe("False while its first span has not ended, or the run that a caller elsewhere began."),
});

const attribute = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()),
  z.array(z.number()),
  z.array(z.boolean()),
]);

const spanShape = z.object({
  spanId: z.string().describe("16 hex digits."),
  parentId: z.string().nullable(),
  name: z.string(),
  kind: z.enum(["internal", "server", "client", "producer", "consumer"]),
  service: z.string(),
  startedAt: time,
  durationMs: ms,
  status: z.enum(["unset", "ok", "error"]),
  error: z.string().nullable().describe("What went wrong, in a few words."),
  operation: z.string().nullable().describe("What a model or an agent did: chat, execute_tool …"),
  step: z.string().nullable().describe("The kind of the step that it is."),
  key: z.string().nullable().describe("The step's key in its run."),
  run: z.string().nullable(),
  model: z.string().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  events: z.number().describe("How many it has; `trace.span` tells them."),
  links: z.number().describe("How many other spans it points at."),
});

export const detailShape = z.object({
  ...summaryShape.omit({ spans: true }).shape,
  startedAt: time,
  durationMs: ms,
  services: z.array(z.string()).describe("All programs that took part."),
  spans: z.array(spanShape).describe("By their start."),
});

const valueShape = z.object({
  value: attribute,
  bytes: z.number().optional().describe("Of the whole; there where the value is only its beginning."),
});

const valuesShape = z.record(z.string(), valueShape);

/** One span, whole. */
export const spanDetailShape = z.object({
  ...spanShape.omit({ events: true, links: true }).shape,
  traceId,
  scope: z.string().describe("The library that made it."),
  statusText: z.string().nullable(),
  attributes: valuesShape,
  resource: valuesShape.describe("Of the program that it comes from."),
  events: z.array(z.object({ name: z.string(), at: time, attributes: valuesShape })),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })),
});

export type TraceSpan = z.infer<typeof spanShape>;
export type TraceDetail = z.infer<typeof detailShape>;
export type SpanDetail = z.infer<typeof spanDetailShape>;
