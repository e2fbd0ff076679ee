import { toBytes } from "../core/byte-size.ts";
import type { Clock } from "../core/clock.ts";
import type { MetricFamily, MetricSource } from "../core/metric.ts";
import { usageParts, type Usage } from "./usage.ts";

const bytesFamily: MetricFamily = {
  name: "tutti_storage_bytes",
  type: "gauge",
  help: "Bytes that the data takes, by part.",
  unit: "bytes",
  labels: ["part"],
};

const capFamily: MetricFamily = {
  name: "tutti_storage_cap_bytes",
  type: "gauge",
  help: "The most that the data may take.",
  unit: "bytes",
  labels: [],
};

export const prunedFamily: MetricFamily = {
  name: "tutti_storage_pruned_total",
  type: "counter",
  help: "Things that were removed by age or because there was too much, by what they were.",
  unit: "",
  labels: ["what"],
};

export interface StorageMetricPorts {
  readonly usage: () => Promise<Usage>;
  readonly clock: Clock;
  readonly cap: string | number;
}

// All blobs are looked at for it.
const keptMs = 60_000;

export function storageMetrics({ usage, clock, cap }: StorageMetricPorts): MetricSource {
  let known: { readonly at: number; readonly usage: Promise<Usage> } | null = null;
  return {
    families: [bytesFamily, capFamily, prunedFamily],
    async look() {
      if (!known || clock.now() - known.at >= keptMs) known = { at: clock.now(), usage: usage() };
      const { parts } = await known.usage;
      return [
        { family: bytesFamily, samples: usageParts.map((part) => ({ labels: { part }, value: parts[part] })) },
        { family: capFamily, samples: [{ labels: {}, value: toBytes(cap) }] },
      ];
    },
  };
}
