import type { Clock } from "../../core/clock.ts";
import { silentObserver, type EngineObserver } from "../../core/observer.ts";
import type { AnyOperation } from "../../core/operation.ts";
import { silentTracer, type Tracer } from "../../core/trace.ts";
import type { Meters } from "../../core/metric.ts";
import type { EffectInterceptor } from "../../core/verb.ts";
import type { ChatModel } from "../../models/chat-model.ts";
import type { EmbeddingModel } from "../../models/embedding-model.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";

export interface TracingOptions {
  readonly settings: ObservabilitySettings["traces"];
  readonly store: TelemetryStore;
  readonly meters: Meters;
  readonly clock: Clock;
  /** `service.version` of what it tells. */
  readonly version: string;
}

/** Spans of what the engine and its models do. */
export interface Tracing {
  readonly observer: EngineObserver;
  readonly effect: readonly EffectInterceptor[];
  readonly tracer: Tracer;
  /** A model whose calls are spans and figures. */
  readonly watchChat: (model: ChatModel) => ChatModel;
  readonly watchEmbedding: (model: EmbeddingModel) => EmbeddingModel;
  readonly operations: readonly AnyOperation[];
}

export function createTracing(_options: TracingOptions): Tracing {
  return {
    observer: silentObserver,
    effect: [],
    tracer: silentTracer,
    watchChat: (model) => model,
    watchEmbedding: (model) => model,
    operations: [],
  };
}
