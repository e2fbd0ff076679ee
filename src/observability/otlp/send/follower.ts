import { z } from "zod";
import type { Clock } from "../../../core/clock.ts";
import type { LogRecord, SpanRecord } from "../../record.ts";
import type { TelemetryStore } from "../../store/telemetry-store.ts";
import type { Collector, Delivery } from "./collector.ts";
import { isReceived, toLogsRequest, toTraceRequest } from "./message.ts";

export interface FollowerOptions {
  readonly store: Pick<TelemetryStore, "follow" | "remember" | "recall">;
  readonly collector: Collector;
  /** Names the collector: each has a place of its own where it is. */
  readonly endpoint: string;
  readonly clock: Clock;
  readonly count: (outcome: "sent" | "rejected" | "refused", records: number) => void;
}

/** What a round came to: whether there may be more at once, or why it has to wait. */
export type Round = { readonly kind: "more" | "all" } | Extract<Delivery, { kind: "later" }>;

/** Sends what is stored, in its order, from where it was left off: also after a restart, and after a day without a collector. */
export interface Follower {
  round(abort: AbortSignal): Promise<Round>;
}

/** Where a collector is; `since`: what happened before it was set is not sent. */
const placeShape = z.strictObject({ since: z.number(), after: z.number() });
type Place = z.output<typeof placeShape>;

const mostRecords = 512;

export function createFollower(kind: "spans" | "logs", options: FollowerOptions): Follower {
  const { store, collector, endpoint, clock, count } = options;
  const name = `otlp.${kind} ${endpoint}`;
  // Not of the first round: what a process tells in its first seconds is sent, too.
  const startedAt = clock.now() * 1_000;
  let size = mostRecords;
  const place = async (): Promise<Place> => {
    const kept = await store.recall(name);
    if (kept !== null) return placeShape.parse(JSON.parse(kept));
    const begun = { since: startedAt, after: 0 };
    await store.remember(name, JSON.stringify(begun));
    return begun;
  };
  return {
    async round(abort) {
      const { since, after } = await place();
      const { records, cursor } = await store.follow(kind, after, size);
      const wanted = records.filter((record) => !isReceived(record) && timeOf(record) >= since);
      const delivery = await deliver(kind, wanted, { collector, abort });
      if (delivery?.kind === "later") return delivery;
      if (delivery?.kind === "too_large" && size > 1) {
        size = Math.ceil(size / 2);
        return { kind: "more" };
      }
      size = mostRecords;
      if (delivery?.kind === "taken") {
        count("sent", wanted.length - delivery.rejected);
        count("rejected", delivery.rejected);
      } else count("refused", wanted.length);
      if (cursor !== after) await store.remember(name, JSON.stringify({ since, after: cursor }));
      return { kind: records.length === 0 ? "all" : "more" };
    },
  };
}

async function deliver(
  kind: "spans" | "logs",
  records: readonly (SpanRecord | LogRecord)[],
  { collector, abort }: { readonly collector: Collector; readonly abort: AbortSignal },
): Promise<Delivery | null> {
  if (records.length === 0) return null;
  if (kind === "spans") {
    return collector.send(
      "traces",
      toTraceRequest(records.flatMap((record) => ("start" in record ? record : []))),
      abort,
    );
  }
  return collector.send("logs", toLogsRequest(records.flatMap((record) => ("level" in record ? record : []))), abort);
}

function timeOf(record: SpanRecord | LogRecord): number {
  return "start" in record ? record.start : record.at;
}
