import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import { sha256 } from "../../core/hash.ts";
import { canonicalJson } from "../../core/json.ts";
import type { Fetch } from "../ollama/patient-fetch.ts";
import { toChatFailure } from "./failure.ts";

export interface OpenAiServerOptions {
  /** The first part of its models' names. */
  readonly name: string;
  /** With its path, such as `http://127.0.0.1:1234/v1`. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly contextLength?: number | undefined;
  readonly firstTokenTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

// As for an Ollama: a person waits for it.
const timeoutMs = 3_000;

// Beyond names, vLLM tells `root` and `max_model_len`, llama.cpp `meta`. Others, such as times, change with each request.
const listedModel = z.object({
  id: z.string(),
  root: z.string().nullish().catch(null),
  max_model_len: z.number().nullish().catch(null),
  meta: z.record(z.string(), z.unknown()).nullish().catch(null),
});
const modelsReply = z.object({ data: z.array(listedModel).nullish() });

export interface ListedModel {
  readonly id: string;
  /** Of what the server tells of it: there is no digest of its content. */
  readonly digest: string;
  /** Tokens that it was made for. */
  readonly madeFor: number | null;
  /** Tokens that it is served with. */
  readonly servedWith: number | null;
}

export async function listServed(options: OpenAiServerOptions, signal: AbortSignal): Promise<readonly ListedModel[]> {
  const { data } = modelsReply.parse(await get(options, `${options.url}/models`, signal));
  return (data ?? []).map((model) => ({
    id: model.id,
    digest: sha256(canonicalJson(model, "what a server tells of a model")),
    madeFor: positive(model.meta?.["n_ctx_train"]),
    servedWith: positive(model.max_model_len),
  }));
}

export async function findServed(
  options: OpenAiServerOptions,
  model: string,
  signal: AbortSignal,
): Promise<ListedModel> {
  const served = await listServed(options, signal);
  // An Ollama takes names without their tag here too.
  const found = served.find(({ id }) => id === model || id === `${model}:latest`);
  if (found) return found;
  const installed = served.map(({ id }) => id);
  throw new TuttiError(
    "model.missing",
    `The server ${options.name} has no model ${model}; it has: ${installed.join(", ")}`,
    {
      hint: "`tutti models list` shows what it has.",
      data: { model, installed },
    },
  );
}

const propsReply = z.object({ default_generation_settings: z.object({ n_ctx: z.number() }) });

/** What llama.cpp says beside its interface; null for other servers. */
export async function contextOfLlamaCpp(
  options: OpenAiServerOptions,
  model: string,
  signal: AbortSignal,
): Promise<number | null> {
  const root = options.url.replace(/\/v\d+$/, "");
  try {
    const props = await get(options, `${root}/props?model=${encodeURIComponent(model)}`, signal);
    return positive(propsReply.parse(props).default_generation_settings.n_ctx);
  } catch (error) {
    if (signal.aborted) throw error;
    return null; // Whatever another server answers there, it tells no context.
  }
}

function positive(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : null;
}

async function get(
  { name, apiKey, fetch, clock }: OpenAiServerOptions,
  url: string,
  signal: AbortSignal,
): Promise<unknown> {
  const controller = new AbortController();
  const withdraw = clock.after(timeoutMs, () => controller.abort(new Error("no answer within 3 s")));
  try {
    const response = await fetch(url, {
      method: "GET",
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.any([signal, controller.signal]),
      redirect: "error",
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as unknown;
    throw Object.assign(new Error(text.slice(0, 200)), { statusCode: response.status, url });
  } catch (error) {
    throw toChatFailure(error, { name, url });
  } finally {
    withdraw();
  }
}
