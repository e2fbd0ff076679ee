import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { MetricFamily } from "../../../src/core/metric.ts";
import { createMetrics, type Metrics } from "../../../src/observability/metric/metrics.ts";
import { figureStore } from "../../support/figure-store.ts";
import { promtool, startPrometheus } from "../../support/prometheus-server.ts";
import { needs, prometheusProgram } from "../../support/services.ts";

const odd: MetricFamily = {
  name: "odd_seconds",
  type: "histogram",
  help: 'A "help" with \\ and\ntwo lines',
  unit: "seconds",
  labels: ["kind"],
  buckets: [0.5, 1, 2.5],
};

describe("what is scraped", { timeout: 60_000, skip: needs("prometheus", prometheusProgram()) }, () => {
  it("has no fault that promtool knows", async () => {
    await using served = await serve();
    const text = await (await fetch(`http://${served.address}/metrics`)).text();
    assert.equal(execFileSync(promtool(), ["check", "metrics"], { input: text, encoding: "utf8" }), "");
  });

  it("is read by a real Prometheus, which answers by it", async () => {
    await using served = await serve();
    await using prometheus = await startPrometheus({ target: served.address });
    const ask = (expression: string) =>
      until(
        () => prometheus.query(expression),
        (answer) => answer.length > 0,
      );
    assert.equal((await ask("up == 1"))[0]?.metric["job"], "tutti");
    assert.equal((await ask('tutti_build_info{version="1.2.3"}'))[0]?.value[1], "1");
    const [bucket] = await ask('odd_seconds_bucket{le="1",kind="a \\"b\\" \\\\ c"}');
    assert.equal(bucket?.value[1], "1");
    assert.equal((await ask("process_resident_memory_bytes > 0")).length, 1);
    const { data } = (await prometheus.get("/api/v1/metadata?metric=odd_seconds")) as Metadata;
    assert.deepEqual(data["odd_seconds"], [{ type: "histogram", help: odd.help, unit: "seconds" }]);
  });
});

interface Metadata {
  readonly data: Readonly<Record<string, readonly unknown[]>>;
}

async function until<Value>(ask: () => Promise<Value>, isThere: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = await ask();
    if (isThere(value)) return value;
    await delay(100);
  }
}

/** The figures of a process, with some of every kind, behind a server that knows nothing else. */
async function serve(): Promise<AsyncDisposable & { readonly address: string }> {
  const metrics = someMetrics();
  const [route] = metrics.routes;
  const server = createServer((request, response) => {
    const asked = {
      method: "GET",
      url: "/metrics",
      header: (name: string) => request.headers[name]?.toString(),
      body: async () => new Uint8Array(),
    };
    void route?.handle(asked, { signal: new AbortController().signal }).then(({ status, headers, body }) => {
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
      await metrics[Symbol.asyncDispose]();
    },
  };
}

function someMetrics(): Metrics {
  const metrics = createMetrics({
    settings: { keep: "2d", keepHours: "90d", open: false, mostSeries: 1_000 },
    store: figureStore(),
    clock: systemClock,
    log: silentLog,
    version: "1.2.3",
    traceId: () => "0123456789abcdef0123456789abcdef",
    sources: () => [{ families: [odd] }],
  });
  metrics.meters.observe(odd, { kind: 'a "b" \\ c' }, 0.7);
  metrics.take(
    [{ name: "claude_code.cost.usage", type: "counter", help: "Cost", unit: "USD", labels: ["model"] }],
    [{ name: "claude_code.cost.usage", labels: { model: "opus" }, at: 1, point: { type: "counter", sum: 0.25 } }],
  );
  return metrics;
}
