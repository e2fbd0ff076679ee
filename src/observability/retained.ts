import type { EpochMs } from "../core/clock.ts";
import { toMs } from "../core/duration.ts";
import { pruneOrder, type PrunePreview, type Retained } from "../core/retained.ts";
import type { ObservabilitySettings } from "./settings.ts";
import type { PrunedKind, TelemetryStore } from "./store/telemetry-store.ts";

type Store = Pick<TelemetryStore, "size" | "prune" | "thin" | "vacuum" | "countTraces" | "countLogs">;

/** What is kept of spans, log records and figures. Figures by the hour and the day are made of the fine ones, and stay. */
export function retainedTelemetry(
  store: Store,
  { traces, logs, metrics }: Pick<ObservabilitySettings, "traces" | "logs" | "metrics">,
): Retained[] {
  const spans = retained(store, {
    kind: "spans",
    summary: "Spans of traces; a trace's own line stays a while longer",
    order: pruneOrder.spans,
    keepMs: toMs(traces.keep),
  });
  return [
    {
      ...spans,
      prune: async (pruning) => (traces.sample < 1 ? await store.thin() : 0) + (await spans.prune(pruning)),
      preview: ({ before }) => previewSpans(store, before),
    },
    {
      ...retained(store, { kind: "logs", summary: "Log records", order: pruneOrder.logs, keepMs: toMs(logs.keep) }),
      preview: async ({ before }) => ({ count: await store.countLogs({ until: before }), bytes: null }),
    },
    retained(store, {
      kind: "points",
      summary: "Figures by the minute",
      order: pruneOrder.points,
      keepMs: toMs(metrics.keep),
    }),
    // What alerts and charts of a month are made of: by age alone, however much there is.
    retained(store, {
      kind: "hours",
      summary: "Figures by the hour; those by the day are kept for good",
      order: pruneOrder.points,
      keepMs: toMs(metrics.keepHours),
      leastMs: toMs(metrics.keepHours),
    }),
  ];
}

/** As many as the share of traces that began before then. */
async function previewSpans(store: Store, before: EpochMs): Promise<PrunePreview> {
  const [{ spans, traces }, old] = await Promise.all([store.size(), store.countTraces({ until: before })]);
  return { count: traces === 0 ? 0 : Math.round((spans * old) / traces), bytes: null };
}

interface Kind extends Pick<Retained, "summary" | "order" | "keepMs" | "leastMs"> {
  readonly kind: PrunedKind;
}

function retained(store: Store, { kind, ...told }: Kind): Retained {
  return {
    name: kind,
    ...told,
    oldest: async () => (await store.size()).oldest[kind],
    prune: ({ before }) => store.prune(kind, before),
    shrink: () => store.vacuum({ whole: false }),
  };
}
