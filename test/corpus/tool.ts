import { z } from "zod";
import type { ToolDefinition } from "../../src/models/chat-model.ts";

/** What the models of the corpus were offered. */
export const inputs = {
  get_weather: z.strictObject({
    city: z.string(),
    unit: z.enum(["celsius", "fahrenheit"]).optional(),
    days: z.int().optional(),
  }),
  search: z.strictObject({
    query: z.string(),
    limit: z.int().optional(),
    tags: z.array(z.string()).optional(),
    exact: z.boolean().optional(),
  }),
  read_file: z.strictObject({ path: z.string(), offset: z.int().optional() }),
  write_file: z.strictObject({ path: z.string(), text: z.string() }),
  list_files: z.strictObject({ pattern: z.string().optional() }),
  run_command: z.strictObject({
    program: z.string(),
    args: z.array(z.string()),
    timeout: z.number().optional(),
  }),
  configure: z.strictObject({
    settings: z.strictObject({ debug: z.boolean(), level: z.number(), label: z.string().nullable() }),
    edits: z.array(z.strictObject({ old: z.string(), new: z.string() })).optional(),
    target: z.union([z.strictObject({ kind: z.literal("file"), path: z.string() }), z.null()]).optional(),
  }),
} as const;

export type ToolName = keyof typeof inputs;

export const tools: readonly ToolDefinition[] = Object.entries(inputs).map(([name, input]) => ({
  name,
  description: `The tool ${name}.`,
  parameters: z.toJSONSchema(input, { io: "input" }),
}));
