import { z } from "zod";

const verdict = z.enum(["kept", "ignored", "unknown"]);

/** What a probe has found out about one content of one model on one server. */
export const probeFacts = z.object({
  model: z.string().describe("provider/name"),
  server: z.string(),
  digest: z.string().describe("Of the model's content; another one makes these facts stale."),
  probedAt: z.int(),
  tookMs: z.number(),
  kind: z.enum(["chat", "embedding"]),
  tools: z
    .enum(["native", "text", "none", "refused", "unknown"])
    .describe("How it called a canary tool: as a call, as text, not at all, or the server refuses to offer any."),
  schema: z
    .object({ streamed: verdict, whole: verdict, thinking: verdict.nullable() })
    .describe("Whether a JSON Schema bound the answer: streamed, in one piece, and while thinking (null: it cannot)."),
  thinking: z
    .enum(["apart", "inline", "none", "refused", "unknown"])
    .describe("Asked to think: in a field of its own, in the middle of the text, not at all, or the server refuses."),
  contextAsked: z.int().nullable(),
  contextGranted: z.int().nullable(),
  loadMs: z.number().nullable(),
  firstTokenMs: z.number().nullable().describe("Of a loaded model, to a prompt of a few words."),
  promptTokensPerSecond: z.number().nullable(),
  outputTokensPerSecond: z.number().nullable(),
  dimensions: z.int().nullable(),
  notes: z.array(z.string()).describe("What could not be measured, and why."),
});
export type ProbeFacts = z.infer<typeof probeFacts>;

/** Where a model does not do what its server says, for those who ask it. */
export interface Quirks {
  readonly callsToolsAsText: boolean;
  readonly ignoresSchemaWhileStreaming: boolean;
  readonly ignoresSchemaWhileThinking: boolean;
}

/** What was not measured counts as well behaved: a repair may still be needed, a work-around is not made for nothing. */
export function quirksOf(facts: ProbeFacts | null): Quirks {
  return {
    callsToolsAsText: facts?.tools === "text",
    ignoresSchemaWhileStreaming: facts?.schema.streamed === "ignored",
    ignoresSchemaWhileThinking: facts?.schema.thinking === "ignored",
  };
}

/** The fewest tokens of context that a server gives, in place of those that were asked for; null where it gave them. */
export function contextShortfall({ contextAsked, contextGranted }: ProbeFacts): number | null {
  if (contextAsked === null || contextGranted === null || contextGranted >= contextAsked) return null;
  return contextGranted;
}
