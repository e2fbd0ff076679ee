import type { Meters, MetricFamily } from "../../core/metric.ts";
import type { Conventions } from "./semantic.ts";

/** A call of a model that has ended. */
export interface ModelCallFigures {
  readonly operation: "chat" | "embeddings";
  readonly provider: string;
  readonly model: string;
  /** `server/name`, as Tutti calls it. */
  readonly fullName: string;
  /** What went wrong; null where nothing did. */
  readonly error: string | null;
  /** Without the wait for a place at the server, seconds. */
  readonly seconds: number;
  readonly queueSeconds: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly firstChunkSeconds: number | null;
  /** Of each piece behind the first, as they came. */
  readonly chunkSeconds: readonly number[];
}

export interface GenAiMetrics {
  readonly families: readonly MetricFamily[];
  count(call: ModelCallFigures): void;
}

// As the conventions advise.
const durationBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const tokenBuckets = Array.from({ length: 14 }, (_, power) => 4 ** power);
// A wait in line may be as long as several answers.
const queueBuckets = [...durationBuckets, 163.84, 327.68, 655.36];

const callLabels = ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model"];

/** What the conventions count of model calls, and how long calls stood in line. */
export function createGenAiMetrics(meters: Meters, conventions: Conventions): GenAiMetrics {
  const duration = seconds(conventions.duration, "How long calls of models took, from their place at the server.", [
    "error_type",
  ]);
  const embedding =
    conventions.embeddingDuration === conventions.duration
      ? duration
      : seconds(conventions.embeddingDuration, "How long texts took to become vectors.", ["error_type"]);
  const firstChunk = seconds(conventions.firstChunk, "How long the first piece of an answer took to come.");
  const perChunk = seconds(conventions.perChunk, "How long each further piece of an answer took to come.");
  const queue: MetricFamily = {
    ...seconds("tutti_model_queue_wait_seconds", "How long calls stood in line for a place at the model's server."),
    labels: ["model"],
    buckets: queueBuckets,
  };
  const tokens = tokenFamilies(conventions);
  return {
    families: [...new Set([duration, embedding, firstChunk, perChunk, queue, ...tokens.families])],
    count(call) {
      const labels = {
        gen_ai_operation_name: call.operation,
        gen_ai_provider_name: call.provider,
        gen_ai_request_model: call.model,
      };
      const failed = call.error === null ? labels : { ...labels, error_type: call.error };
      meters.observe(call.operation === "chat" ? duration : embedding, failed, call.seconds);
      tokens.count(meters, call, labels);
      if (call.firstChunkSeconds !== null) meters.observe(firstChunk, labels, call.firstChunkSeconds);
      for (const each of call.chunkSeconds) meters.observe(perChunk, labels, each);
      if (call.queueSeconds !== null) meters.observe(queue, { model: call.fullName }, call.queueSeconds);
    },
  };
}

function seconds(name: string, help: string, more: readonly string[] = []): MetricFamily {
  return { name, type: "histogram", help, unit: "seconds", labels: [...callLabels, ...more], buckets: durationBuckets };
}

interface TokenFamilies {
  readonly families: readonly MetricFamily[];
  count(meters: Meters, call: ModelCallFigures, labels: Readonly<Record<string, string>>): void;
}

function tokenFamilies({ tokens }: Conventions): TokenFamilies {
  if ("usage" in tokens) {
    const usage = counts(tokens.usage, "Tokens that calls of models took in and gave out.", ["gen_ai_token_type"]);
    return {
      families: [usage],
      count(meters, { inputTokens, outputTokens }, labels) {
        if (inputTokens !== null) meters.observe(usage, { ...labels, gen_ai_token_type: "input" }, inputTokens);
        if (outputTokens !== null) meters.observe(usage, { ...labels, gen_ai_token_type: "output" }, outputTokens);
      },
    };
  }
  const input = counts(tokens.input, "Tokens that models read.");
  const output = counts(tokens.output, "Tokens that models wrote, with what they thought.");
  const embedded = counts(tokens.embeddingInput, "Tokens of texts that became vectors.");
  return {
    families: [input, output, embedded],
    count(meters, { operation, inputTokens, outputTokens }, labels) {
      if (inputTokens !== null) meters.observe(operation === "chat" ? input : embedded, labels, inputTokens);
      if (outputTokens !== null) meters.observe(output, labels, outputTokens);
    },
  };
}

function counts(name: string, help: string, more: readonly string[] = []): MetricFamily {
  return { name, type: "histogram", help, unit: "", labels: [...callLabels, ...more], buckets: tokenBuckets };
}
