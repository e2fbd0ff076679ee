import type { MetricFamily, MetricSource } from "../core/metric.ts";
import type { ModelRegistry } from "./registry.ts";

const queueLength: MetricFamily = {
  name: "tutti_model_queue_length",
  type: "gauge",
  help: "Calls of this process that wait for a place at a model server.",
  unit: "",
  labels: ["server"],
};

const loaded: MetricFamily = {
  name: "tutti_model_loaded",
  type: "gauge",
  help: "1 for each model that is in a server's memory, as far as this process knows by its calls.",
  unit: "",
  labels: ["model"],
};

const swaps: MetricFamily = {
  name: "tutti_model_swaps_total",
  type: "counter",
  help: "Times that a model was loaded for a call of this process and another had to make room for it.",
  unit: "",
  labels: ["server"],
};

/** The lines before the model servers. Asks no server. */
export function modelMetrics(registry: Pick<ModelRegistry, "servers">): MetricSource {
  return {
    families: [queueLength, loaded, swaps],
    async look() {
      const servers = registry.servers().map(({ name, queue }) => ({ name, view: queue.view() }));
      const ofServers = (value: (view: (typeof servers)[number]["view"]) => number) =>
        servers.map(({ name, view }) => ({ labels: { server: name }, value: value(view) }));
      const models = servers.flatMap(({ name, view }) => view.loaded.map((model) => `${name}/${model}`));
      return [
        { family: queueLength, samples: ofServers(({ waiting }) => waiting) },
        { family: loaded, samples: models.map((model) => ({ labels: { model }, value: 1 })) },
        { family: swaps, samples: ofServers((view) => view.swaps) },
      ];
    },
  };
}
