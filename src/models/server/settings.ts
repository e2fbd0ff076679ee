import { z } from "zod";
import { isDuration, notADurationText } from "../../core/duration.ts";
import { isLoopback, ollamaUrl } from "../ollama/address.ts";

export const host = z
  .string()
  .refine((text) => succeeds(() => ollamaUrl(text)), 'is not an address such as "127.0.0.1:11434"');

export const duration = z.union([z.string(), z.number().nonnegative()]).refine(isDuration, notADurationText);

const httpUrl = z.string().refine((text) => succeeds(() => isLoopback(text)) && /^https?:\/\/[^/]/.test(text), {
  message: 'is not a URL such as "http://127.0.0.1:1234/v1"',
});

// A name is the first part of a model's name, so it takes no slash; and these have a meaning of their own.
const serverName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*$/i, 'is not a plain name such as "fast"')
  .refine((name) => !["ollama", "default", "scripted"].includes(name), "is a name that Tutti itself uses");

const parallel = z.int().min(1).max(1_024);
const maxLoaded = z.int().min(1).max(1_024);

const ollamaServer = z.union([
  host,
  z.strictObject({ url: host, parallel: parallel.optional(), maxLoaded: maxLoaded.optional() }),
]);

const openAiServer = z.union([
  httpUrl,
  z.strictObject({
    url: httpUrl,
    contextLength: z.int().min(64).optional(),
    apiKey: z.string().min(1).optional(),
    parallel: parallel.optional(),
    maxLoaded: maxLoaded.optional(),
  }),
]);

/** The settings of the section `models` that are about servers and the lines before them. */
export const serverSettings = {
  servers: z
    .record(serverName, ollamaServer)
    .default({})
    .describe(
      "More Ollama servers by name: {fast: gpu-box:11434} serves fast/llama3.2. An address, or an object with url, parallel and maxLoaded.",
    ),
  openai: z
    .record(serverName, openAiServer)
    .default({})
    .describe(
      "Servers that speak as OpenAI does (llama.cpp, LM Studio, vLLM) by name: a URL such as http://127.0.0.1:1234/v1, or an object with url, contextLength, apiKey, parallel and maxLoaded. Many of them cut a prompt that is too long and do not say so: name the contextLength that they run with.",
    ),
  modules: z
    .record(serverName, z.string().min(1))
    .default({})
    .describe(
      "Files whose default export is a provider of the AI SDK, by name: {mine: ./models/mine.ts} serves mine/…. Relative to the folder of tutti.yaml. What such a file sends where is its own matter: allowRemote does not reach it.",
    ),
  failover: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Servers that have the same models, in order. A model named without its server is asked of the first; of the next where one is not there, lacks the model or is too busy before its first token.",
    ),
  parallel: z
    .int()
    .min(0)
    .max(1_024)
    .default(0)
    .describe(
      "Calls that an Ollama works on at once for one model; 0: 1, as the server itself. OLLAMA_NUM_PARALLEL sets it too.",
    ),
  maxLoaded: z
    .int()
    .min(0)
    .max(1_024)
    .default(0)
    .describe(
      "Models that an Ollama holds in memory at once; 0: 3, as the server itself, and fewer where it is seen to hold fewer. OLLAMA_MAX_LOADED_MODELS sets it too.",
    ),
  patience: duration
    .default("30s")
    .describe(
      "How long a model call may be overtaken by later ones for the loaded model, which go first to save loads.",
    ),
};

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false; // The refinement says what is wrong; the error would say it again.
  }
}
