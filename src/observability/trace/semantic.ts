/**
 * The names of OpenTelemetry's conventions for generative AI, as their version 1.41 has them, and Tutti's own beside
 * them. The conventions are in development: what their next home has renamed is in `newest`, which a process speaks that
 * is asked to by OTEL_SEMCONV_STABILITY_OPT_IN. Nobody else in Tutti writes one of these names.
 */
export const genAi = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  conversation: "gen_ai.conversation.id",
  outputType: "gen_ai.output.type",
  requestModel: "gen_ai.request.model",
  requestStream: "gen_ai.request.stream",
  requestSeed: "gen_ai.request.seed",
  requestTemperature: "gen_ai.request.temperature",
  requestTopP: "gen_ai.request.top_p",
  requestMaxTokens: "gen_ai.request.max_tokens",
  requestStop: "gen_ai.request.stop_sequences",
  responseModel: "gen_ai.response.model",
  responseFinish: "gen_ai.response.finish_reasons",
  responseFirstChunk: "gen_ai.response.time_to_first_chunk",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cachedTokens: "gen_ai.usage.cache_read.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  dimensions: "gen_ai.embeddings.dimension.count",
  agent: "gen_ai.agent.name",
  workflow: "gen_ai.workflow.name",
  tool: "gen_ai.tool.name",
  toolType: "gen_ai.tool.type",
  toolArguments: "gen_ai.tool.call.arguments",
  toolResult: "gen_ai.tool.call.result",
  inputMessages: "gen_ai.input.messages",
  outputMessages: "gen_ai.output.messages",
  instructions: "gen_ai.system_instructions",
  toolDefinitions: "gen_ai.tool.definitions",
} as const;

export const general = {
  error: "error.type",
  serverAddress: "server.address",
  serverPort: "server.port",
  version: "service.version",
} as const;

export const own = {
  run: "tutti.run.id",
  parentRun: "tutti.run.parent",
  flow: "tutti.flow",
  trigger: "tutti.run.trigger",
  runStatus: "tutti.run.status",
  runQueued: "tutti.run.queue_ms",
  stepKey: "tutti.step.key",
  stepKind: "tutti.step.kind",
  stepStatus: "tutti.step.status",
  stepAttempts: "tutti.step.attempts",
  attempt: "tutti.step.attempt",
  event: "tutti.wait.event",
  childFlow: "tutti.child.flow",
  agent: "tutti.agent",
  model: "tutti.model",
  modelQueued: "tutti.model.queue_ms",
  modelLoad: "tutti.model.load_ms",
} as const;

export interface Conventions {
  readonly duration: string;
  readonly embeddingDuration: string;
  readonly firstChunk: string;
  readonly perChunk: string;
  /** One figure for both directions, told apart by a label; or one for each. */
  readonly tokens:
    | { readonly usage: string }
    | { readonly input: string; readonly output: string; readonly embeddingInput: string };
  /** Whether each message of an answer says why it ended; in the newest only the answer does. */
  readonly finishInMessages: boolean;
}

const released: Conventions = {
  duration: "gen_ai_client_operation_duration_seconds",
  embeddingDuration: "gen_ai_client_operation_duration_seconds",
  firstChunk: "gen_ai_client_operation_time_to_first_chunk_seconds",
  perChunk: "gen_ai_client_operation_time_per_output_chunk_seconds",
  tokens: { usage: "gen_ai_client_token_usage" },
  finishInMessages: true,
};

const newest: Conventions = {
  duration: "gen_ai_client_inference_duration_seconds",
  embeddingDuration: "gen_ai_client_embeddings_duration_seconds",
  firstChunk: "gen_ai_client_inference_time_to_first_chunk_seconds",
  perChunk: "gen_ai_client_inference_time_per_output_chunk_seconds",
  tokens: {
    input: "gen_ai_client_inference_operation_input_tokens",
    output: "gen_ai_client_inference_operation_output_tokens",
    embeddingInput: "gen_ai_client_embeddings_operation_input_tokens",
  },
  finishInMessages: false,
};

/** What the environment asks for: a list, of which one word is about generative AI. */
export function conventionsOf(environment: Readonly<Record<string, string | undefined>>): Conventions {
  const asked = environment["OTEL_SEMCONV_STABILITY_OPT_IN"]?.split(",").map((word) => word.trim());
  return asked?.includes("gen_ai_latest_experimental") ? newest : released;
}
