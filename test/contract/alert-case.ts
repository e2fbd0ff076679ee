import { systemRandom } from "../../src/core/random.ts";
import { createEventLog, eventMigrations } from "../../src/events/event-log.ts";
import { createAlerts, type Alerts, type AlertOptions } from "../../src/observability/alert/alerts.ts";
import type { RuleView } from "../../src/observability/alert/view.ts";
import type { Database } from "../../src/storage/database.ts";

export interface Vector {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What an expression gives: a vector, a failure, or an answer that never comes. */
export type Given = readonly Vector[] | Error | "silence";

export interface Notice {
  readonly title: string;
  readonly body: string;
  readonly channels: readonly string[];
}

/** Alerts on a real database, over figures and records that the test gives, by a clock that the test moves. */
export interface AlertCase extends AsyncDisposable {
  readonly notices: readonly Notice[];
  /** By expression; what is not given gives nothing. */
  readonly vectors: Map<string, Given>;
  /** By query, of logs and of traces. */
  readonly counts: Map<string, number>;
  readonly known: Set<string>;
  /** Channels that do not take what they are told. */
  readonly broken: Set<string>;
  now(): number;
  call<Result = RuleView>(operation: string, input?: Record<string, unknown>): Promise<Result>;
  /** Lets so much time pass, then looks once. */
  look(afterMs?: number): Promise<void>;
  /** Runs between a question to the metrics and its answer. */
  beforeAnswer(hook: (expression: string) => Promise<void>): void;
  /** Another process on the same database. */
  restart(): void;
  get(name: string): Promise<RuleView>;
  /** Types of the stored events, oldest first. */
  events(): Promise<string[]>;
  alerts(): Alerts;
}

export async function openAlertCase(database: Database): Promise<AlertCase> {
  let now = Date.UTC(2026, 10, 25, 6);
  const vectors = new Map<string, Given>();
  const counts = new Map<string, number>();
  const known = new Set<string>();
  const broken = new Set<string>();
  const notices: Notice[] = [];
  let hook: (expression: string) => Promise<void> = async () => undefined;
  const events = createEventLog(database);
  const count = async ({ query = "" }: { readonly query?: string | undefined }): Promise<number> =>
    counts.get(query) ?? 0;
  const options = {
    settings: { enabled: true, channels: ["log"] },
    database,
    events,
    clock: { now: () => now, after: () => () => undefined },
    random: systemRandom,
    store: {
      countLogs: count,
      countTraces: count,
      logs: async () => [],
      traces: async () => [],
      seriesNames: async () => [...known].map((name) => ({ name, labels: [] })),
    },
    metrics: {
      query: async ({ expression, to }: { readonly expression: string; readonly to: number }) => {
        const given = vectors.get(expression) ?? [];
        await hook(expression);
        if (given instanceof Error) throw given;
        if (given === "silence") return new Promise<never>(() => undefined);
        return { series: given.map(({ labels, value }) => ({ labels, points: [[to, value] as const] })) };
      },
    },
    notify: async ({ title, body }: { readonly title: string; readonly body: string }, channels: readonly string[]) => {
      const taken = channels.filter((channel) => !broken.has(channel));
      if (taken.length > 0) notices.push({ title, body, channels: taken });
      return channels.map((channel) => ({ channel, error: broken.has(channel) ? "it is closed" : null }));
    },
  } as unknown as AlertOptions;
  let alerts = createAlerts(options);
  await database.migrate([
    { room: "events", migrations: eventMigrations },
    { room: "observability", migrations: alerts.migrations },
  ]);
  const call = async (name: string, input: Record<string, unknown> = {}): Promise<unknown> => {
    const operation = alerts.operations.find((candidate) => candidate.name === name);
    if (!operation) throw new Error(`no operation ${name}`);
    const context = { signal: new AbortController().signal, caller: "Ada" };
    return operation.output.parse(await operation.handle(operation.input.parse(input) as never, context));
  };
  return {
    notices,
    vectors,
    counts,
    known,
    broken,
    now: () => now,
    call: call as AlertCase["call"],
    async look(afterMs = 15_000) {
      now += afterMs;
      for (const job of alerts.jobs) await job.run(new AbortController().signal);
    },
    beforeAnswer: (given) => void (hook = given),
    restart: () => void (alerts = createAlerts(options)),
    get: (name) => call("alert.get", { name }) as Promise<RuleView>,
    events: async () => (await events.read({ limit: 1_000 })).map(({ type }) => type),
    alerts: () => alerts,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
