import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Meters, MetricSource } from "../../core/metric.ts";
import { silentObserver, type EngineObserver } from "../../core/observer.ts";
import type { AnyOperation } from "../../core/operation.ts";
import { silentTracer, type Tracer } from "../../core/trace.ts";
import type { EffectInterceptor } from "../../core/verb.ts";
import type { ChatModel } from "../../models/chat-model.ts";
import type { EmbeddingModel } from "../../models/embedding-model.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";
import { createContent } from "./content.ts";
import { createEffectSpan } from "./effect-span.ts";
import { createGenAiMetrics } from "./gen-ai-metric.ts";
import { createLazyLive } from "./lazy-live.ts";
import { watchChat, watchEmbedding } from "./model-span.ts";
import { engineOrigin } from "./row-span.ts";
import { createRunObserver } from "./run-observer.ts";
import { conventionsOf } from "./semantic.ts";

export interface TracingOptions {
  readonly settings: ObservabilitySettings["traces"];
  readonly store: Pick<TelemetryStore, "sink">;
  readonly meters: Meters;
  readonly clock: Clock;
  /** Of this process alone. */
  readonly log: Log;
  /** `service.version` of what it tells. */
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Spans of what the engine and its models do, and the figures that the conventions have of model calls. */
export interface Tracing extends Disposable {
  readonly observer: EngineObserver;
  readonly effect: readonly EffectInterceptor[];
  readonly tracer: Tracer;
  /** A model whose calls are spans and figures. */
  readonly watchChat: (model: ChatModel) => ChatModel;
  readonly watchEmbedding: (model: EmbeddingModel) => EmbeddingModel;
  readonly operations: readonly AnyOperation[];
  readonly metrics: MetricSource;
}

/**
 * A span that says what a row says is made of the row, when the engine has stored it. A span of code that runs is
 * OpenTelemetry's, loaded with the first step that does something. They fit together by their ids, which the run and the
 * step's key give.
 */
export function createTracing(options: TracingOptions): Tracing {
  const { settings, store, meters, clock, version, environment } = options;
  const conventions = conventionsOf(environment);
  const metrics = createGenAiMetrics(meters, conventions);
  const content = createContent(settings.content, conventions);
  const origin = engineOrigin(version);
  const live = createLazyLive({ sink: store.sink, origin, log: options.log });
  const runs = createRunObserver({ ...options, sink: store.sink, origin });
  const tracer: Tracer = settings.enabled ? live.tracer : silentTracer;
  const ports = { clock, metrics, content: settings.enabled ? content : null, tracer };
  return {
    observer: settings.enabled ? { ...runs.observer, ready: async () => void (await live.load()) } : silentObserver,
    effect: settings.enabled ? [createEffectSpan({ clock, content, live, tree: runs.tree })] : [],
    tracer,
    watchChat: (model) => watchChat(model, ports),
    watchEmbedding: (model) => watchEmbedding(model, ports),
    operations: [],
    metrics: { families: metrics.families },
    [Symbol.dispose]: () => live.stop(),
  };
}
