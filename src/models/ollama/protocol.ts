import { z } from "zod";

// What we read of Ollama's answers, and no more: a field that a newer server adds or drops must not break us.

export const versionReply = z.object({ version: z.string() });

export const tagsReply = z.object({
  models: z
    .array(z.object({ name: z.string(), size: z.number().default(0), remote_host: z.string().optional() }))
    .default([]),
});

export const runningReply = z.object({
  models: z
    .array(z.object({ name: z.string(), context_length: z.number().optional(), expires_at: z.string().optional() }))
    .default([]),
});

export const showReply = z.object({
  // Servers before 0.6 do not tell; all they had were chat models and a few embedders.
  capabilities: z.array(z.string()).default(["completion"]),
  model_info: z.record(z.string(), z.unknown()).default({}),
  remote_host: z.string().optional(),
});
export type ShowReply = z.infer<typeof showReply>;

const toolCall = z.object({
  id: z.string().optional(),
  function: z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) }),
});

const nanoseconds = z.number().optional();

export const chatLine = z.object({
  message: z
    .object({
      content: z.string().default(""),
      thinking: z.string().default(""),
      tool_calls: z.array(toolCall).default([]),
    })
    .optional(),
  done: z.boolean().default(false),
  done_reason: z.string().optional(),
  total_duration: nanoseconds,
  load_duration: nanoseconds,
  prompt_eval_count: z.number().default(0),
  prompt_eval_duration: nanoseconds,
  eval_count: z.number().default(0),
  eval_duration: nanoseconds,
});
export type ChatLine = z.infer<typeof chatLine>;

export const embedReply = z.object({
  embeddings: z.array(z.array(z.number())),
  prompt_eval_count: z.number().default(0),
});

export const errorReply = z.object({ error: z.string() });

/** Tokens that the model was made for; undefined where the server does not tell. */
export function contextLengthOf(show: ShowReply): number | undefined {
  const architecture = show.model_info["general.architecture"];
  const length = typeof architecture === "string" ? show.model_info[`${architecture}.context_length`] : undefined;
  return typeof length === "number" && length > 0 ? length : undefined;
}
