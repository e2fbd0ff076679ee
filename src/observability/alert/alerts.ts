import type { Check, Migration } from "../../core/capability.ts";
import type { Clock } from "../../core/clock.ts";
import type { Job } from "../../core/job.ts";
import type { Log } from "../../core/log.ts";
import type { MetricSource } from "../../core/metric.ts";
import type { AnyOperation } from "../../core/operation.ts";
import type { Random } from "../../core/random.ts";
import type { EventLog } from "../../events/event-log.ts";
import type { Database } from "../../storage/database.ts";
import type { Metrics } from "../metric/metrics.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";

/** What people are told. */
export interface Notice {
  /** `alert.firing`, `alert.resolved`: for programs that are told. */
  readonly type: string;
  readonly title: string;
  readonly body: string;
  readonly severity: "info" | "warning" | "critical";
  /** A page of the web UI: `/alerts/…`. */
  readonly path: string;
  /** For programs: what a webhook and a command are handed. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface NoticeDelivery {
  readonly channel: string;
  readonly error: string | null;
}

/** Tells people by the named channels. Never throws: what went wrong is in the answer, which comes within a minute. */
export type Notify = (notice: Notice, channels: readonly string[]) => Promise<readonly NoticeDelivery[]>;

export interface AlertOptions {
  readonly settings: ObservabilitySettings["alerts"];
  readonly database: Database;
  readonly store: TelemetryStore;
  readonly metrics: Metrics;
  readonly events: EventLog;
  readonly notify: Notify;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A rule as it is stored, and as the Prometheus rule file is made from. */
export interface AlertRule {
  /** CamelCase, as Prometheus has it. */
  readonly name: string;
  /** What it says, as a sentence. */
  readonly summary: string;
  readonly severity: "info" | "warning" | "critical";
  readonly query: AlertQuery;
  /** How long it must be so before it fires, milliseconds. */
  readonly forMs: number;
  readonly isEnabled: boolean;
  /** One of Tutti's own, which can be switched off and not removed. */
  readonly isDefault: boolean;
}

export type AlertQuery =
  /** PromQL that gives a vector where there is something to tell. */
  | { readonly kind: "metrics"; readonly expression: string }
  /** As many traces or log records of the last `windowMs` as `above`, or more. */
  | { readonly kind: "traces" | "logs"; readonly query: string; readonly windowMs: number; readonly above: number };

export interface Alerts {
  readonly migrations: readonly Migration[];
  readonly operations: readonly AnyOperation[];
  readonly jobs: readonly Job[];
  readonly checks: readonly Check[];
  readonly metrics: MetricSource;
  rules(): Promise<readonly AlertRule[]>;
}

export function createAlerts(_options: AlertOptions): Alerts {
  return { migrations: [], operations: [], jobs: [], checks: [], metrics: { families: [] }, rules: async () => [] };
}
