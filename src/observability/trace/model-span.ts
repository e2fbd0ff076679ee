import type { Clock, EpochMs } from "../../core/clock.ts";
import { toFailure } from "../../core/error.ts";
import type { Attributes, Tracer } from "../../core/trace.ts";
import type { ChatAnswer, ChatCall, ChatCaller, ChatChunk, ChatModel, ChatRequest } from "../../models/chat-model.ts";
import type { EmbeddingAnswer, EmbeddingModel } from "../../models/embedding-model.ts";
import type { ModelPlace } from "../../models/model-place.ts";
import type { Content } from "./content.ts";
import type { GenAiMetrics, ModelCallFigures } from "./gen-ai-metric.ts";
import { genAi, general, own } from "./semantic.ts";

export interface WatchPorts {
  readonly clock: Clock;
  readonly metrics: GenAiMetrics;
  /** Null where nothing of what is said is kept. */
  readonly content: Content | null;
  readonly tracer: Pick<Tracer, "span">;
}

/** A chat model whose calls are spans and figures. What it answers and throws is the model's own. */
export function watchChat(model: ChatModel, { clock, metrics, content, tracer }: WatchPorts): ChatModel {
  const { provider, model: name, attributes: place } = placeOf(model.name, model.place);
  return {
    name: model.name,
    ...(model.place ? { place: model.place } : {}),
    chat: (request, call) =>
      tracer.span(
        { name: `chat ${name}`, kind: "client", attributes: chatStart(place, request, call.caller) },
        async (told) => {
          const pace = new Pace(clock);
          const figures = { operation: "chat", provider, model: name, fullName: model.name } as const;
          if (content) told.set(content.request(request));
          try {
            const answer = await model.chat(request, { ...call, onChunk: pace.watch(call.onChunk) });
            told.set(chatEnd(answer, pace));
            if (content) told.set(content.answer(answer));
            metrics.count({ ...figures, ...answered(answer, pace) });
            return answer;
          } catch (error) {
            metrics.count({ ...figures, ...failed(error, pace.totalMs) });
            throw error;
          }
        },
      ),
  };
}

export function watchEmbedding(model: EmbeddingModel, { clock, metrics, tracer }: WatchPorts): EmbeddingModel {
  const { provider, model: name, attributes: place } = placeOf(model.name, model.place);
  return {
    name: model.name,
    ...(model.place ? { place: model.place } : {}),
    embed: (texts, call) =>
      tracer.span(
        {
          name: `embeddings ${name}`,
          kind: "client",
          attributes: { ...place, [genAi.operation]: "embeddings", ...callerAttributes(call.caller) },
        },
        async (told) => {
          const pace = new Pace(clock);
          const figures = { operation: "embeddings", provider, model: name, fullName: model.name } as const;
          try {
            const answer = await model.embed(texts, call);
            told.set(embeddingEnd(answer));
            metrics.count({ ...figures, ...embedded(answer, pace.totalMs) });
            return answer;
          } catch (error) {
            metrics.count({ ...figures, ...failed(error, pace.totalMs) });
            throw error;
          }
        },
      ),
  };
}

/** `ollama/llama3.2` is the model llama3.2 of the provider ollama; a server of one's own name is of the kind that it is. */
function placeOf(
  fullName: string,
  place: ModelPlace | undefined,
): { readonly provider: string; readonly model: string; readonly attributes: Attributes } {
  const slash = fullName.indexOf("/");
  const model = fullName.slice(slash + 1);
  const provider = place?.kind ?? (slash < 0 ? "unknown" : fullName.slice(0, slash));
  return {
    provider,
    model,
    attributes: {
      [genAi.provider]: provider,
      [genAi.requestModel]: model,
      [own.model]: fullName,
      ...(place ? serverOf(place.url) : {}),
    },
  };
}

function serverOf(address: string): Attributes {
  const url = URL.parse(address);
  if (url === null) return {};
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { [general.serverAddress]: url.hostname, [general.serverPort]: port };
}

function callerAttributes(caller: ChatCaller | undefined): Attributes {
  if (!caller) return {};
  const { run, key, agent } = caller;
  return {
    [own.run]: run,
    [own.stepKey]: key,
    ...(agent === undefined ? {} : { [genAi.agent]: agent, [own.agent]: agent }),
  };
}

function chatStart(
  place: Attributes,
  { options = {}, format }: ChatRequest,
  caller: ChatCaller | undefined,
): Attributes {
  return {
    ...place,
    [genAi.operation]: "chat",
    [genAi.outputType]: format === undefined ? "text" : "json",
    // Every adapter has its answer come in pieces.
    [genAi.requestStream]: true,
    [genAi.requestSeed]: options.seed,
    [genAi.requestTemperature]: options.temperature,
    [genAi.requestTopP]: options.topP,
    [genAi.requestMaxTokens]: options.maxTokens,
    [genAi.requestStop]: options.stop,
    ...callerAttributes(caller),
  };
}

function chatEnd({ model, finishReason, usage, timings }: ChatAnswer, pace: Pace): Attributes {
  const firstMs = timings.firstTokenMs ?? pace.firstMs(timings.queueMs);
  return {
    [genAi.responseModel]: model.slice(model.indexOf("/") + 1),
    [genAi.responseFinish]: [finishReason],
    [genAi.inputTokens]: usage.inputTokens,
    [genAi.outputTokens]: usage.outputTokens,
    [genAi.cachedTokens]: usage.cachedTokens,
    [genAi.reasoningTokens]: usage.reasoningTokens,
    [genAi.responseFirstChunk]: firstMs === undefined ? undefined : firstMs / 1_000,
    [own.modelQueued]: timings.queueMs,
    [own.modelLoad]: timings.loadMs,
  };
}

function embeddingEnd({ dimensions, usage, timings = {} }: EmbeddingAnswer): Attributes {
  return {
    [genAi.dimensions]: dimensions,
    [genAi.inputTokens]: usage.inputTokens,
    [own.modelQueued]: timings.queueMs,
    [own.modelLoad]: timings.loadMs,
  };
}

type Outcome = Omit<ModelCallFigures, "operation" | "provider" | "model" | "fullName">;

function answered({ usage, timings }: ChatAnswer, pace: Pace): Outcome {
  const firstMs = timings.firstTokenMs ?? pace.firstMs(timings.queueMs);
  return {
    error: null,
    seconds: Math.max(0, pace.totalMs - (timings.queueMs ?? 0)) / 1_000,
    queueSeconds: timings.queueMs === undefined ? null : timings.queueMs / 1_000,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    firstChunkSeconds: firstMs === undefined ? null : firstMs / 1_000,
    chunkSeconds: pace.betweenMs.map((ms) => ms / 1_000),
  };
}

function embedded({ usage, timings = {} }: EmbeddingAnswer, totalMs: number): Outcome {
  const { queueMs } = timings;
  return {
    ...nothing,
    seconds: Math.max(0, totalMs - (queueMs ?? 0)) / 1_000,
    queueSeconds: queueMs === undefined ? null : queueMs / 1_000,
    inputTokens: usage.inputTokens,
  };
}

/** How much of the time a call that failed had stood in line is not told. */
function failed(error: unknown, totalMs: number): Outcome {
  return { ...nothing, error: toFailure(error, "model.bad_answer").code, seconds: totalMs / 1_000 };
}

const nothing = {
  error: null,
  queueSeconds: null,
  inputTokens: null,
  outputTokens: null,
  firstChunkSeconds: null,
  chunkSeconds: [],
} as const;

/** When the pieces of an answer come. */
class Pace {
  readonly #clock: Clock;
  readonly #from: EpochMs;
  #firstAt: EpochMs | undefined;
  #lastAt: EpochMs | undefined;
  readonly betweenMs: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#from = clock.now();
  }

  get totalMs(): number {
    return this.#clock.now() - this.#from;
  }

  /** From when the call had its place at the server. */
  firstMs(queueMs = 0): number | undefined {
    return this.#firstAt === undefined ? undefined : Math.max(0, this.#firstAt - this.#from - queueMs);
  }

  watch(told: ChatCall["onChunk"]): (chunk: ChatChunk) => void {
    return (chunk) => {
      if (chunk.kind !== "notice") this.#came(this.#clock.now());
      told?.(chunk);
    };
  }

  #came(at: EpochMs): void {
    if (this.#lastAt !== undefined) this.betweenMs.push(at - this.#lastAt);
    this.#firstAt ??= at;
    this.#lastAt = at;
  }
}
