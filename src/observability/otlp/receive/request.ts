import { setImmediate } from "node:timers/promises";
import { TuttiError } from "../../../core/error.ts";
import type { Metrics } from "../../metric/metrics.ts";
import type { TelemetryStore } from "../../store/telemetry-store.ts";
import type { Message } from "../wire/field.ts";
import type { Signal } from "../wire/signal.ts";
import type { Deltas } from "./cumulative.ts";
import { readLogRecord } from "./log-record.ts";
import { pointsIn, readMetric } from "./metric.ts";
import { readGroups } from "./origin.ts";
import type { Figures } from "./series.ts";
import { readSpan, type Receiving } from "./span.ts";

/** What became of the records of one request. */
export interface Taken {
  readonly accepted: number;
  readonly rejected: number;
  /** Why the first of the rejected ones was. */
  readonly reason: string | null;
}

export interface TakingOptions {
  readonly store: TelemetryStore;
  readonly metrics: Pick<Metrics, "take">;
  readonly deltas: Deltas;
}

// Some milliseconds of work: between two of these, others get their turn.
const recordsAtOnce = 250;
// The store holds ten times as many that wait; requests that come at once share that.
const recordsUntold = 2_000;

/**
 * Takes a request apart and hands on what is in it, until that is stored or has failed. Throws `request.malformed` where it
 * is none, before anything is taken.
 */
export async function takeRequest(
  signal: Signal,
  request: Message,
  { receiving, ...options }: TakingOptions & { readonly receiving: Receiving },
): Promise<Taken> {
  const tally = new Tally();
  let untold = 0;
  for (const { origin, records } of readGroups(request, signal)) {
    for (let at = 0; at < records.length; at += recordsAtOnce) {
      const some = records.slice(at, at + recordsAtOnce);
      takers[signal](some, { ...options, origin, receiving, tally });
      untold += some.length;
      if (untold >= recordsUntold) {
        await options.store.flush();
        untold = 0;
      } else if (at + recordsAtOnce < records.length) await setImmediate();
    }
  }
  await options.store.flush();
  return tally.result();
}

interface Taking extends TakingOptions {
  readonly origin: ReturnType<typeof readGroups>[number]["origin"];
  readonly receiving: Receiving;
  readonly tally: Tally;
}

const takers: Readonly<Record<Signal, (records: readonly Message[], taking: Taking) => void>> = {
  traces(records, { origin, receiving, tally, store }) {
    const spans = records.flatMap((span) => tally.attempt(1, () => [readSpan(span, origin, receiving)]) ?? []);
    tally.accepted(spans.length);
    store.sink.spans(spans);
  },
  logs(records, { origin, receiving, tally, store }) {
    const logs = records.flatMap((record) => tally.attempt(1, () => [readLogRecord(record, origin, receiving)]) ?? []);
    tally.accepted(logs.length);
    store.sink.logs(logs);
  },
  metrics(records, { origin, receiving, tally, metrics, deltas }) {
    for (const metric of records) {
      const points = tally.attempt(0, () => pointsIn(metric)) ?? 1;
      const figures = tally.attempt(points, () => readMetric({ metric, origin, deltas, receiving }));
      if (figures) takeFigures(figures, points, { metrics, tally });
    }
  },
};

function takeFigures(
  { families, points }: Figures,
  sent: number,
  { metrics, tally }: Pick<Taking, "metrics" | "tally">,
): void {
  const { rejected, reason } = metrics.take(families, points);
  const refused = Math.min(rejected, sent);
  tally.accepted(sent - refused);
  if (refused > 0) tally.rejected(refused, reason ?? "they were not taken");
}

class Tally {
  #accepted = 0;
  #rejected = 0;
  #reason: string | null = null;

  accepted(records: number): void {
    this.#accepted += records;
  }

  rejected(records: number, reason: string): void {
    this.#rejected += records;
    this.#reason ??= reason;
  }

  /** Undefined where the work found that so many records are none. */
  attempt<Result>(records: number, work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TuttiError) || error.code !== "request.malformed") throw error;
      this.rejected(records, error.message);
      return undefined;
    }
  }

  result(): Taken {
    return { accepted: this.#accepted, rejected: this.#rejected, reason: this.#reason };
  }
}
