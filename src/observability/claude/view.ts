import { z } from "zod";

const count = z.number().int();
const at = z.number().describe("Milliseconds since 1970");

const tokens = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number(),
  cacheCreation: z.number(),
});

/** Tokens by the kinds that Claude Code tells apart. */
export type Tokens = z.output<typeof tokens>;

const used = {
  calls: count.describe("Calls of models"),
  costUsd: z.number().describe("At list prices, as Claude Code reckons; no bill"),
  tokens,
};

const session = z.object({
  id: z.string(),
  firstAt: at,
  lastAt: at,
  prompts: count,
  toolCalls: count,
  errors: count,
  ...used,
  models: z.array(z.string()),
  traceId: z.string().nullable().describe("A trace of it, where traces are sent"),
});

const tool = z.object({
  name: z.string(),
  calls: count,
  failures: count,
  accepted: count,
  rejected: count,
  medianMs: z.number().nullable(),
  p95Ms: z.number().nullable(),
});

const model = z.object({ name: z.string(), ...used, medianMs: z.number().nullable() });

const trouble = z.object({ at, event: z.string(), session: z.string().nullable(), message: z.string() });

const totals = z.object({
  sessions: count,
  prompts: count,
  toolCalls: count,
  toolFailures: count,
  errors: count,
  ...used,
  linesAdded: z.number(),
  linesRemoved: z.number(),
  editsAccepted: z.number(),
  editsRejected: z.number(),
  commits: z.number(),
  pullRequests: z.number(),
  activeSeconds: z.number(),
});

export const claudeView = z.object({
  since: at,
  until: at,
  isWhole: z
    .boolean()
    .describe("False where there are more events than are read for one answer: the oldest are not in it"),
  totals,
  sessions: z.array(session).describe("The last ones first"),
  tools: z.array(tool).describe("The most used first"),
  models: z.array(model).describe("The dearest first"),
  errors: z.array(trouble).describe("The last ones first"),
});

/** What Claude Code did, as it tells. */
export type ClaudeView = z.output<typeof claudeView>;
export type ClaudeSession = z.output<typeof session>;
export type ClaudeTool = z.output<typeof tool>;
export type ClaudeModel = z.output<typeof model>;
export type ClaudeTrouble = z.output<typeof trouble>;
export type ClaudeTotals = z.output<typeof totals>;
