import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { allFailed, type Batch, type Stored } from "./batch.ts";
import { createBuffer } from "./buffer.ts";
import type { Keeper } from "./keeper.ts";
import type { Slice } from "./maintenance.ts";
import type { AnswerTo, ArgumentsOf, QuestionName } from "./question.ts";
import type { TelemetryStore } from "./telemetry-store.ts";
import { fromTraceText } from "./trace-text.ts";

export interface TelemetryStoreOptions {
  /** telemetry.db, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  /** Of this process alone: what is told here must not come back as a record. */
  readonly log: Log;
  /** Share of finished traces without errors that stay. */
  readonly sample: number;
}

export function createTelemetryStore(options: TelemetryStoreOptions): TelemetryStore {
  const { path, clock } = options;
  let keeper: Promise<Keeper> | undefined;
  let isEnded = false;

  // Loaded when first needed: a command that is a client of another process does without.
  function inThread(): Promise<Keeper> {
    keeper ??= path === ":memory:" ? here() : import("./thread.ts").then(({ openThread }) => openThread(options));
    return keeper;
  }

  async function here(): Promise<Keeper> {
    const { openHere } = await import("./keeper.ts");
    return openHere(options);
  }

  const warn = sparing(options);

  async function ingest(batch: Batch): Promise<Stored> {
    const stored = await inThread()
      .then((opened) => opened.ingest(batch))
      .catch((error: unknown) => allFailed(batch, error));
    if (stored.error !== undefined) warn("telemetry.not_stored", { records: stored.failed, error: stored.error });
    return stored;
  }

  const buffer = createBuffer({ clock, ingest });

  async function ask<Name extends QuestionName>(name: Name, ...given: ArgumentsOf<Name>): Promise<AnswerTo<Name>> {
    return (await inThread()).ask(name, ...given);
  }

  return {
    sink: buffer.sink,
    counts: buffer.counts,
    ...answers(ask, options),
    flush: buffer.flush,
    async [Symbol.asyncDispose]() {
      if (isEnded) return;
      isEnded = true;
      buffer.close();
      if (keeper === undefined && buffer.isEmpty()) return;
      // A command that ends this soon has little to tell: that is written here, sooner than a thread begins.
      keeper ??= here();
      await atMost(clock, endMs, buffer.flush());
      buffer.abandon();
      const opened = await keeper.catch(() => undefined);
      await opened?.[Symbol.asyncDispose]();
    },
  };
}

type Answers = Omit<TelemetryStore, "sink" | "counts" | "flush" | typeof Symbol.asyncDispose>;

function answers(ask: Keeper["ask"], { sample }: TelemetryStoreOptions): Answers {
  return {
    traces: (filter) => ask("traces", filter),
    countTraces: (filter) => ask("countTraces", filter),
    trace: async (traceId) => fromTraceText(await ask("trace", traceId.toLowerCase())),
    traceText: (traceId) => ask("traceText", traceId.toLowerCase()),
    span: (traceId, digits) => ask("span", traceId.toLowerCase(), digits.toLowerCase()),
    logs: (filter) => ask("logs", filter),
    countLogs: (filter) => ask("countLogs", filter),
    series: (filter) => ask("series", filter),
    seriesNames: () => ask("seriesNames"),
    labelValues: (name, label) => ask("labelValues", name, label),
    follow: (kind, after, limit) => ask(kind === "spans" ? "followSpans" : "followLogs", after, limit),
    remember: (name, value) => ask("remember", name, value),
    recall: (name) => ask("recall", name),
    size: () => ask("size"),
    prune: (kind, before) => untilDone(() => ask("pruneSlice", kind, before)),
    thin: async () => (sample >= 1 ? 0 : untilDone(() => ask("thinSlice"))),
    async vacuum({ whole }) {
      if (whole) await ask("vacuum");
      else await untilDone(() => ask("giveBack"));
    },
  };
}

/** Piece by piece, so that what others ask and tell comes in between. */
async function untilDone(next: () => Promise<Slice>): Promise<number> {
  let total = 0;
  for (;;) {
    const { count, isDone } = await next();
    total += count;
    if (isDone) return total;
  }
}

// Who ends waits this long for the last records; a disk that takes longer has lost them.
const endMs = 1_000;

async function atMost(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const withdraw = clock.after(ms, late.resolve);
  await Promise.race([work, late.promise]);
  withdraw();
}

// On a full disk every batch fails, once a second.
const warnAgainMs = 60_000;

function sparing({ clock, log }: TelemetryStoreOptions): Log["warn"] {
  let last = Number.NEGATIVE_INFINITY;
  return (event, fields) => {
    if (clock.now() - last < warnAgainMs) return;
    last = clock.now();
    log.warn(event, fields);
  };
}
