import { z } from "zod";

// What we read of Ollama's answers, and no more: a field that a newer server adds or drops must not break us.

export const versionReply = z.object({ version: z.string() });

const tag = z.object({
  name: z.string(),
  size: z.number().default(0),
  digest: z.string().default(""),
  remote_host: z.string().optional(),
});
export type Tag = z.infer<typeof tag>;

export const tagsReply = z.object({ models: z.array(tag).default([]) });

export const runningReply = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        context_length: z.number().optional(),
        expires_at: z.string().optional(),
        size: z.number().optional(),
        size_vram: z.number().optional(),
      }),
    )
    .default([]),
});

export const showReply = z.object({
  // Servers before 0.6 do not tell; all they had were chat models and a few embedders.
  capabilities: z.array(z.string()).default(["completion"]),
  model_info: z.record(z.string(), z.unknown()).default({}),
  remote_host: z.string().optional(),
  modified_at: z.string().optional(),
  /** Lines of `name value`. */
  parameters: z.string().default(""),
  details: z
    .object({ family: z.string(), parameter_size: z.string(), quantization_level: z.string() })
    .partial()
    .default({}),
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
  total_duration: nanoseconds,
  load_duration: nanoseconds,
});

/** A line of a pull: a stage in words, or how far one layer has come. */
export const pullLine = z.object({
  status: z.string(),
  digest: z.string().optional(),
  total: z.number().optional(),
  completed: z.number().default(0),
});
export type PullLine = z.infer<typeof pullLine>;

/** An answer whose content does not matter; it may be empty. */
export const anyReply = z.unknown();

export const errorReply = z.object({ error: z.string() });

/** Tokens that the model was made for; undefined where the server does not tell. */
export function contextLengthOf(show: ShowReply): number | undefined {
  return lengthOf(show, "context_length");
}

/** How many numbers its vectors have, as its file says. */
export function embeddingLengthOf(show: ShowReply): number | undefined {
  return lengthOf(show, "embedding_length");
}

function lengthOf({ model_info: info }: ShowReply, key: string): number | undefined {
  const architecture = info["general.architecture"];
  const length = typeof architecture === "string" ? info[`${architecture}.${key}`] : undefined;
  return typeof length === "number" && length > 0 ? length : undefined;
}
