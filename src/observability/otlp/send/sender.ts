import type { Clock } from "../../../core/clock.ts";
import type { Log } from "../../../core/log.ts";
import type { Figure } from "../../metric/metrics.ts";
import type { TelemetryStore } from "../../store/telemetry-store.ts";
import type { Signal } from "../wire/signal.ts";
import type { Collector } from "./collector.ts";
import { createFollower, type Round } from "./follower.ts";
import { toMetricsRequest } from "./figures.ts";

export interface SenderOptions {
  readonly endpoint: string;
  readonly collector: Collector;
  readonly store: TelemetryStore;
  readonly figures: () => Promise<readonly Figure[]>;
  readonly version: string;
  readonly clock: Clock;
  /** Of this process alone: what is told here must not be sent on in turn. */
  readonly log: Log;
  readonly count: (signal: Signal, outcome: "sent" | "rejected" | "refused", records: number) => void;
}

// A short command is over by then; it leaves what it has told to the next.
const firstPauseMs = 5_000;
const pauses = { records: 5_000, figures: 60_000 } as const;
const [firstRetryMs, longestRetryMs] = [1_000, 60_000];
// A collector that asks for more is asked again all the same.
const longestWishMs = 300_000;

/** Sends on what is stored and what is counted, for as long as it lives; waits for nobody and is waited for by nobody. */
export function startSender(options: SenderOptions): AsyncDisposable {
  const { store, collector, clock, endpoint, count } = options;
  const abort = new AbortController();
  const follower = (kind: "spans" | "logs", signal: Signal) =>
    createFollower(kind, {
      store,
      collector,
      endpoint,
      clock,
      count: (outcome, records) => count(signal, outcome, records),
    });
  const spans = follower("spans", "traces");
  const logs = follower("logs", "logs");
  const since = clock.now() * 1_000;
  const loops = [
    repeat(
      { ...options, name: "spans", pauseMs: pauses.records, round: () => spans.round(abort.signal) },
      abort.signal,
    ),
    repeat({ ...options, name: "logs", pauseMs: pauses.records, round: () => logs.round(abort.signal) }, abort.signal),
    repeat(
      { ...options, name: "metrics", pauseMs: pauses.figures, round: () => sendFigures(options, since, abort.signal) },
      abort.signal,
    ),
  ];
  return {
    async [Symbol.asyncDispose]() {
      abort.abort();
      await Promise.all(loops);
    },
  };
}

/** What could not be sent is in the next ones: they count from the beginning. */
async function sendFigures(options: SenderOptions, since: number, abort: AbortSignal): Promise<Round> {
  const { collector, figures, version, clock, count } = options;
  const request = toMetricsRequest({ figures: await figures(), version, since, at: clock.now() * 1_000 });
  const delivery = await collector.send("metrics", request, abort);
  if (delivery.kind === "later") return delivery;
  if (delivery.kind === "taken") {
    count("metrics", "sent", 1);
    count("metrics", "rejected", delivery.rejected);
  } else count("metrics", "refused", 1);
  return { kind: "all" };
}

interface Loop extends Pick<SenderOptions, "clock" | "log" | "endpoint"> {
  readonly name: string;
  readonly pauseMs: number;
  readonly round: () => Promise<Round>;
}

/** The boundary of what is sent: whatever goes wrong is told once, and tried again later. */
async function repeat({ name, pauseMs, round, clock, log, endpoint }: Loop, abort: AbortSignal): Promise<void> {
  let failures = 0;
  for (let wait: number = firstPauseMs; await pause(wait, clock, abort);) {
    const result = await round().catch((error: unknown): Round => ({
      kind: "later",
      afterMs: null,
      reason: error instanceof Error ? error.message : String(error),
    }));
    if (abort.aborted) return;
    if (result.kind === "later") {
      if (failures === 0) log.warn("otlp.not_sent", { what: name, endpoint, reason: result.reason });
      wait = Math.min(result.afterMs ?? Math.min(firstRetryMs * 2 ** failures, longestRetryMs), longestWishMs);
      failures += 1;
    } else {
      if (failures > 0) log.info("otlp.sent_again", { what: name, endpoint });
      failures = 0;
      wait = result.kind === "more" ? 0 : pauseMs;
    }
  }
}

/** False where it is to end. */
function pause(ms: number, clock: Clock, abort: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const withdraw = clock.after(ms, () => resolve(!abort.aborted));
  const end = (): void => {
    withdraw();
    resolve(false);
  };
  if (abort.aborted) end();
  abort.addEventListener("abort", end, { once: true });
  return promise.finally(() => abort.removeEventListener("abort", end));
}
