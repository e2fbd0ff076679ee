import type { Capability } from "../core/capability.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Meters, MetricSource } from "../core/metric.ts";
import type { EngineObserver } from "../core/observer.ts";
import type { AnyOperation } from "../core/operation.ts";
import type { Random } from "../core/random.ts";
import type { Tracer } from "../core/trace.ts";
import type { EventLog } from "../events/event-log.ts";
import type { Database } from "../storage/database.ts";
import { createAlerts, type Notify } from "./alert/alerts.ts";
import { createClaudeOperations } from "./claude/claude.ts";
import { createGrafanaOperations } from "./grafana/grafana.ts";
import type { ScrapePlace } from "./grafana/prometheus.ts";
import { createLogs, type Logs } from "./log/logs.ts";
import { createMetrics, type Metrics } from "./metric/metrics.ts";
import { createOtlp } from "./otlp/otlp.ts";
import { retainedTelemetry } from "./retained.ts";
import { createReportOperations } from "./report/report.ts";
import type { ObservabilitySettings } from "./settings.ts";
import { createTelemetryStore } from "./store/store.ts";
import type { TelemetryStore } from "./store/telemetry-store.ts";
import { createTraceOperations } from "./trace/operations.ts";
import { createTracing, type Tracing } from "./trace/tracing.ts";

export {
  observabilitySections,
  alertsSection,
  logsSection,
  metricsSection,
  otlpSection,
  tracesSection,
} from "./settings.ts";

export interface ObservabilityDependencies {
  readonly settings: ObservabilitySettings;
  /** telemetry.db, or `:memory:`. */
  readonly path: string;
  /** Rules and states of alerts stand in the tenant's own. */
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly notify: Notify;
  /** The built page that reports are laid into. */
  readonly template: string;
  /** Where this host serves HTTP, or would. */
  readonly served: () => Promise<{ readonly url: string; readonly tokenFile: string }>;
  /** Of all rooms, once they are there. */
  readonly rooms: () => readonly Capability[];
}

/** What the other rooms are handed, before there is a database. */
export interface Observability extends AsyncDisposable {
  readonly log: Log;
  readonly tracer: Tracer;
  readonly meters: Meters;
  readonly observer: EngineObserver;
  readonly watchChat: Tracing["watchChat"];
  readonly watchEmbedding: Tracing["watchEmbedding"];
  /** The room's own door. */
  capability(): Capability;
  /** Begins to keep figures and to send on what is to be sent: for processes that work. */
  start(): void;
}

/** The door of the room: what happens here, seen and kept. Opens nothing until something is told or asked. */
export function createObservability(dependencies: ObservabilityDependencies): Observability {
  const { settings, path, clock, log, version } = dependencies;
  const store = createTelemetryStore({ path, clock, log, sample: settings.traces.sample });
  const metrics = createMetrics({
    settings: settings.metrics,
    store,
    clock,
    log,
    traceId: () => tracing.tracer.current()?.traceId ?? null,
    version,
    sources: () => sourcesOf(dependencies.rooms()),
  });
  const tracing = createTracing({ ...dependencies, settings: settings.traces, store, meters: metrics.meters });
  const logs = createLogs({ settings: settings.logs, store, tracer: () => tracing.tracer, clock, version });
  const otlp = createOtlp({ ...dependencies, settings: settings.otlp, store, metrics });
  return {
    log: logs.keeping(log),
    tracer: tracing.tracer,
    meters: metrics.meters,
    observer: both(tracing.observer, metrics.observer),
    watchChat: tracing.watchChat,
    watchEmbedding: tracing.watchEmbedding,
    capability: () => assemble(dependencies, { store, metrics, tracing, logs, otlp }),
    start() {
      metrics.start();
      otlp.start();
    },
    async [Symbol.asyncDispose]() {
      tracing[Symbol.dispose]();
      await otlp[Symbol.asyncDispose]();
      await metrics[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

interface Parts {
  readonly store: TelemetryStore;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly logs: Logs;
  readonly otlp: ReturnType<typeof createOtlp>;
}

function assemble(dependencies: ObservabilityDependencies, { store, metrics, tracing, logs, otlp }: Parts): Capability {
  const { settings, clock, version, template } = dependencies;
  const alerts = createAlerts({
    ...dependencies,
    settings: settings.alerts,
    store,
    metrics,
  });
  const operations = (): AnyOperation[] => dependencies.rooms().flatMap((room) => room.operations);
  return {
    name: "observability",
    migrations: alerts.migrations,
    operations: [
      ...tracing.operations,
      ...createTraceOperations(store, clock),
      ...metrics.operations,
      ...logs.operations,
      ...otlp.operations,
      ...alerts.operations,
      ...createClaudeOperations({ store, clock }),
      ...createGrafanaOperations({ rules: () => alerts.rules(), place: () => scrapePlace(dependencies) }),
      ...createReportOperations({ clock, version, template, operations }),
    ],
    effect: tracing.effect,
    jobs: alerts.jobs,
    checks: [...alerts.checks, ...otlp.checks],
    retained: retainedTelemetry(store, settings),
    routes: [...metrics.routes, ...otlp.routes],
    metrics: joined([metrics.own, tracing.metrics, otlp.metrics, alerts.metrics]),
  };
}

async function scrapePlace({ served, settings }: ObservabilityDependencies): Promise<ScrapePlace> {
  const { url, tokenFile } = await served();
  return { url, tokenFile: settings.metrics.open ? null : tokenFile };
}

function sourcesOf(rooms: readonly Capability[]): MetricSource[] {
  return rooms.flatMap(({ metrics }) => (metrics === undefined ? [] : [metrics]));
}

function joined(sources: readonly MetricSource[]): MetricSource {
  return {
    families: sources.flatMap(({ families }) => families),
    look: async (signal) => (await Promise.all(sources.map(async ({ look }) => (await look?.(signal)) ?? []))).flat(),
  };
}

function both(first: EngineObserver, second: EngineObserver): EngineObserver {
  return {
    async ready() {
      await Promise.all([first.ready?.(), second.ready?.()]);
    },
    runTaken(...told) {
      first.runTaken(...told);
      second.runTaken(...told);
    },
    stepsStored(...told) {
      first.stepsStored(...told);
      second.stepsStored(...told);
    },
    runEnded(...told) {
      first.runEnded(...told);
      second.runEnded(...told);
    },
  };
}
