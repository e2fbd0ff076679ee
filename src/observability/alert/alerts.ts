import type { Check, Migration } from "../../core/capability.ts";
import type { Clock } from "../../core/clock.ts";
import type { Job } from "../../core/job.ts";
import type { MetricSource } from "../../core/metric.ts";
import type { AnyOperation } from "../../core/operation.ts";
import type { Random } from "../../core/random.ts";
import type { EventLog } from "../../events/event-log.ts";
import type { Database } from "../../storage/database.ts";
import type { Metrics } from "../metric/metrics.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";
import { createActOperations } from "./act-operations.ts";
import { createAlertStore } from "./alert-store.ts";
import { alertMigrations, type AlertBuild } from "./alert-table.ts";
import { alertCheck, alertMetrics } from "./health.ts";
import { createHistory } from "./history.ts";
import type { Notify } from "./notice.ts";
import type { AlertOperationPorts } from "./operation-ports.ts";
import { createOutbox } from "./outbox.ts";
import { createReadOperations } from "./read-operations.ts";
import type { AlertRule } from "./rule.ts";
import { createRuleOperations } from "./rule-operations.ts";
import { createRuleStore } from "./rule-store.ts";
import { watchOnce } from "./watch.ts";

export type { Notify } from "./notice.ts";
export type { AlertRule } from "./rule.ts";

export interface AlertOptions {
  readonly settings: ObservabilitySettings["alerts"];
  readonly database: Database;
  readonly store: TelemetryStore;
  readonly metrics: Metrics;
  readonly events: EventLog;
  readonly notify: Notify;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Alerts {
  readonly migrations: readonly Migration[];
  readonly operations: readonly AnyOperation[];
  readonly jobs: readonly Job[];
  readonly checks: readonly Check[];
  readonly metrics: MetricSource;
  /** Those that are in force, by name. */
  rules(): Promise<readonly AlertRule[]>;
}

/** Rules that are looked at while anything works here, and what people are told of them. */
export function createAlerts({ settings, ...options }: AlertOptions): Alerts {
  const { database, clock } = options;
  const build = database.build as unknown as AlertBuild;
  const rules = createRuleStore({ database, build, clock });
  const alerts = createAlertStore(database, build);
  const outbox = createOutbox({ ...options, build });
  const ports: AlertOperationPorts = {
    ...options,
    rules,
    alerts,
    outbox,
    history: createHistory(database, build),
    channels: settings.channels,
  };
  const watch: Job = { name: "alerts.watch", every: "15s", run: (signal) => watchOnce(ports, signal) };
  return {
    migrations: alertMigrations,
    operations: [...createReadOperations(ports), ...createRuleOperations(ports), ...createActOperations(ports)],
    jobs: settings.enabled ? [watch] : [],
    checks: [alertCheck({ alerts, outbox, clock, isEnabled: settings.enabled })],
    metrics: alertMetrics({ rules, alerts, clock }),
    rules: async () => (await rules.all()).rules.filter(({ isEnabled }) => isEnabled),
  };
}
