import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import type { CheckResult } from "../../../../src/core/capability.ts";
import { systemClock, type Clock } from "../../../../src/core/clock.ts";
import { silentLog, type Log } from "../../../../src/core/log.ts";
import { createMetrics } from "../../../../src/observability/metric/metrics.ts";
import { createOtlp } from "../../../../src/observability/otlp/otlp.ts";
import { loadProtobuf } from "../../../../src/observability/otlp/wire/protobuf.ts";
import type { LogRecord, SpanRecord } from "../../../../src/observability/record.ts";
import { createTelemetryStore } from "../../../../src/observability/store/store.ts";
import { until } from "../../../support/command.ts";
import { receive } from "./receiving.ts";

const codec = await loadProtobuf();
const here = { service: "tutti", scope: "tutti.engine", resource: { "service.version": "1.2.3" } };

function span(number: number, more: Partial<SpanRecord> = {}): SpanRecord {
  return {
    ...here,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: number.toString(16).padStart(16, "0"),
    parentId: null,
    name: `span ${number}`,
    kind: "client",
    start: (Date.now() + 1_000) * 1_000 + number,
    durationUs: 1_500,
    status: "error",
    statusText: "no room",
    attributes: { text: "ü", whole: 3, part: 0.5, yes: true, list: ["a", "b"] },
    events: [{ name: "began", at: 1_700_000_000_000_001, attributes: { n: 1 } }],
    links: [{ traceId: "1".repeat(32), spanId: "2".repeat(16) }],
    ...more,
  };
}

const record = (): LogRecord => ({
  ...here,
  at: (Date.now() + 1_000) * 1_000,
  level: "warn",
  event: "run.retried",
  message: "once more",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "0000000000000001",
  run: "run_1",
  attributes: { attempt: 2 },
});

interface Sending extends AsyncDisposable {
  readonly store: ReturnType<typeof createTelemetryStore>;
  readonly waits: number[];
  readonly told: string[];
  readonly examine: () => Promise<CheckResult | undefined>;
  readonly counted: () => Promise<Readonly<Record<string, number>>>;
}

interface SendingOptions {
  readonly endpoint?: string;
  readonly headers?: Record<string, string>;
  readonly environment?: Record<string, string>;
  /** One of an earlier sender. */
  readonly store?: Sending["store"];
}

/** A sender for which seconds pass in milliseconds. */
function startSending({ endpoint, headers = {}, environment = {}, store: given }: SendingOptions): Sending {
  const waits: number[] = [];
  const told: string[] = [];
  const clock: Clock = {
    now: () => systemClock.now(),
    after(ms, fire) {
      waits.push(ms);
      return systemClock.after(ms / 1_000, fire);
    },
  };
  const write = (event: string, fields: unknown = {}): void => void told.push(`${event} ${JSON.stringify(fields)}`);
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const store = given ?? createTelemetryStore({ path: ":memory:", clock: systemClock, log, sample: 1 });
  const settings = { keep: "2d", keepHours: "90d", open: false, mostSeries: 5_000 };
  const metrics = createMetrics({
    settings,
    store,
    clock: systemClock,
    log,
    version: "1.2.3",
    traceId: () => null,
    sources: () => [],
  });
  const otlp = createOtlp({
    settings: { receive: true, headers, ...(endpoint === undefined ? {} : { endpoint }) },
    store,
    metrics,
    clock,
    log,
    version: "1.2.3",
    environment,
  });
  otlp.start();
  return {
    store,
    waits,
    told,
    examine: async () => otlp.checks[0]?.run(new AbortController().signal),
    async counted() {
      const figures = await metrics.read();
      const sent = figures.find(({ family }) => family.name === "tutti_otlp_sent_total");
      const pairs = [...(sent?.series ?? [])].flatMap((series) =>
        series.type === "counter" ? [[`${series.labels["signal"]} ${series.labels["outcome"]}`, series.value]] : [],
      );
      return Object.fromEntries(pairs) as Record<string, number>;
    },
    async [Symbol.asyncDispose]() {
      await otlp[Symbol.asyncDispose]();
      if (!given) await store[Symbol.asyncDispose]();
    },
  };
}

interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly message: unknown;
}

interface ScriptedCollector extends AsyncDisposable {
  readonly url: string;
  readonly heard: Heard[];
}

type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: Uint8Array };

/** A collector that says what it is told to, by path and by how often it was asked there. */
async function scripted(answer: (path: string, asked: number) => Answer): Promise<ScriptedCollector> {
  const heard: Heard[] = [];
  const requests: Readonly<Record<string, string>> = {
    "/v1/traces": "TraceRequest",
    "/v1/logs": "LogsRequest",
    "/v1/metrics": "MetricsRequest",
  };
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const path = request.url ?? "";
      const message = codec.decode(requests[path] ?? "", gunzipSync(body));
      heard.push({ path, headers: request.headers, message });
      const { status, headers, body: said } = answer(path, heard.filter((one) => one.path === path).length);
      response.writeHead(status, { "content-type": "application/x-protobuf", ...headers }).end(said);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const spansIn = (heard: readonly Heard[]): number[] =>
  heard
    .filter(({ path }) => path === "/v1/traces")
    .map(({ message }) => JSON.stringify(message).match(/"startTimeUnixNano"/g)?.length ?? 0);

describe("what is sent to a collector", () => {
  it("arrives there as it was: spans, log records and figures", async () => {
    await using collector = await receive();
    const { url, headers } = collector.exporting("");
    await using sending = startSending({
      endpoint: `${url}/`,
      headers: { authorization: "Bearer ${COLLECTOR_TOKEN}" },
      environment: { COLLECTOR_TOKEN: String(headers["authorization"]).slice("Bearer ".length) },
    });
    for (const kind of ["spans", "logs"]) {
      await until("it has begun", async () => (await sending.store.recall(`otlp.${kind} ${url}/`)) ?? null);
    }
    sending.store.sink.spans([span(1), span(2, { parentId: "0000000000000001" })]);
    sending.store.sink.logs([record()]);
    await sending.store.flush();
    await until(
      "all has arrived",
      () => collector.spans.length === 2 && collector.logs.length === 1 && collector.points.length > 0,
    );
    const received = { ...here.resource, "tutti.received": true };
    assert.deepEqual(collector.spans[0], { ...span(1), start: collector.spans[0]?.start, resource: received });
    assert.equal(collector.spans[1]?.parentId, "0000000000000001");
    assert.deepEqual(collector.logs[0], {
      ...record(),
      at: collector.logs[0]?.at,
      resource: received,
      attributes: { attempt: 2, "tutti.run.id": "run_1" },
    });
    assert.deepEqual(collector.points.find(({ name }) => name === "tutti_build_info")?.labels, {
      version: "1.2.3",
      job: "tutti",
    });
    await until("it is counted", async () => (await sending.counted())["traces sent"] === 2);
  });

  it("is nothing where no collector is set, whatever OpenTelemetry's own variables say", async () => {
    await using collector = await scripted(() => ({ status: 200 }));
    await using sending = startSending({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
    sending.store.sink.spans([span(1)]);
    await sending.store.flush();
    assert.deepEqual([sending.waits, collector.heard], [[], []]);
  });

  it("is nothing while a variable of a header is not set, and that is told", async () => {
    await using collector = await scripted(() => ({ status: 200 }));
    await using sending = startSending({ endpoint: collector.url, headers: { authorization: "${NOT_SET}" } });
    assert.match(sending.told.join(), /otlp.not_sent.*otlp.headers.authorization needs the variable NOT_SET/);
    assert.deepEqual([sending.waits, collector.heard], [[], []]);
  });

  it("is not what came by OTLP, and not what happened before the collector was set", async () => {
    await using collector = await scripted(() => ({ status: 200 }));
    await using sending = startSending({ endpoint: collector.url });
    await until("it has begun", async () => (await sending.store.recall(`otlp.spans ${collector.url}`)) ?? null);
    sending.store.sink.spans([
      span(1, { start: 1_700_000_000_000_000 }),
      span(2, { resource: { "tutti.received": true } }),
      span(3),
    ]);
    await sending.store.flush();
    await until("one has arrived", () => spansIn(collector.heard).length > 0);
    assert.deepEqual(spansIn(collector.heard), [1]);
    assert.match(JSON.stringify(collector.heard), /span 3/);
  });

  it("is what happened from the start on, though the first is sent seconds later", async () => {
    await using collector = await scripted(() => ({ status: 200 }));
    await using sending = startSending({ endpoint: collector.url });
    sending.store.sink.spans([span(1, { start: Date.now() * 1_000 })]);
    await sending.store.flush();
    await until("it has arrived", () => spansIn(collector.heard).length > 0);
    assert.match(JSON.stringify(collector.heard), /span 1/);
  });

  it("is sent again after an outage, patiently, and nothing is lost or sent twice", async () => {
    let isUp = false;
    await using collector = await scripted((_path, asked) =>
      isUp ? { status: 200 } : asked === 1 ? { status: 503, headers: { "retry-after": "7" } } : { status: 502 },
    );
    await using sending = startSending({ endpoint: collector.url });
    await until("it has begun", async () => (await sending.store.recall(`otlp.spans ${collector.url}`)) ?? null);
    sending.store.sink.spans(Array.from({ length: 1_200 }, (_, number) => span(number + 1)));
    await sending.store.flush();
    await until("it has tried", () => spansIn(collector.heard).length > 3);
    assert.ok(sending.waits.includes(7_000), "Retry-After is heard");
    assert.ok(sending.waits.includes(4_000), "then it waits longer each time");
    assert.equal(sending.told.filter((line) => /not_sent.*"what":"spans"/.test(line)).length, 1, "told once");
    const tried = spansIn(collector.heard).length;
    isUp = true;
    await until("all has arrived", async () => (await sending.counted())["traces sent"] === 1_200);
    const arrived = spansIn(collector.heard).slice(tried);
    assert.equal(
      arrived.slice(-3).reduce((sum, count) => sum + count, 0),
      1_200,
    );
  });

  it("goes on behind what was sent, after a restart", async () => {
    await using collector = await scripted(() => ({ status: 200 }));
    await using store = createTelemetryStore({ path: ":memory:", clock: systemClock, log: silentLog, sample: 1 });
    {
      await using first = startSending({ endpoint: collector.url, store });
      await until("it has begun", async () => (await store.recall(`otlp.spans ${collector.url}`)) ?? null);
      store.sink.spans([span(1)]);
      await store.flush();
      await until("it has sent", async () => (await first.counted())["traces sent"] === 1);
      await until(
        "it is remembered",
        async () => !(await store.recall(`otlp.spans ${collector.url}`))?.includes('"after":0'),
      );
    }
    store.sink.spans([span(2)]);
    await store.flush();
    await using second = startSending({ endpoint: collector.url, store });
    await until("it has sent", async () => (await second.counted())["traces sent"] === 1);
    assert.deepEqual(spansIn(collector.heard), [1, 1]);
  });

  it("is cut smaller where it is too large, and left out where it is refused", async () => {
    await using collector = await scripted((path, asked) => {
      if (path !== "/v1/traces") return { status: 200 };
      const last = spansIn(collector.heard).at(-1) ?? 0;
      return { status: last > 100 ? 413 : asked > 4 ? 400 : 200 };
    });
    await using sending = startSending({ endpoint: collector.url });
    await until("it has begun", async () => (await sending.store.recall(`otlp.spans ${collector.url}`)) ?? null);
    sending.store.sink.spans(Array.from({ length: 400 }, (_, number) => span(number + 1)));
    await sending.store.flush();
    await until("all is told", async () => {
      const { "traces sent": sent = 0, "traces refused": refused = 0 } = await sending.counted();
      return sent + refused === 400;
    });
    assert.ok(((await sending.counted())["traces refused"] ?? 0) > 0);
  });

  it("is counted by what the collector has taken of it", async () => {
    const partialSuccess = { rejectedSpans: "1", errorMessage: "too old" };
    const body = codec.encode("TraceAnswer", { partialSuccess });
    await using collector = await scripted((path) => (path === "/v1/traces" ? { status: 200, body } : { status: 200 }));
    await using sending = startSending({ endpoint: collector.url });
    await until("it has begun", async () => (await sending.store.recall(`otlp.spans ${collector.url}`)) ?? null);
    sending.store.sink.spans([span(1), span(2), span(3)]);
    await sending.store.flush();
    await until("it is counted", async () => (await sending.counted())["traces rejected"] === 1);
    assert.equal((await sending.counted())["traces sent"], 2);
  });
});

describe("the doctor's look at the collector", () => {
  it("is fine, tells what is wrong, or that there is none", async () => {
    await using fine = await scripted(() => ({ status: 200 }));
    await using strict = await scripted(() => ({ status: 401 }));
    const examine = async (options: SendingOptions): Promise<CheckResult | undefined> => {
      await using sending = startSending(options);
      return sending.examine();
    };
    assert.equal((await examine({}))?.status, "off");
    assert.equal((await examine({ endpoint: fine.url }))?.status, "ok");
    const refused = await examine({ endpoint: strict.url });
    assert.deepEqual([refused?.status, refused?.message.includes("HTTP 401")], ["warn", true]);
    const away = await examine({ endpoint: "http://127.0.0.1:9" });
    assert.match(away?.message ?? "", /ECONNREFUSED|bad port/);
    const unset = await examine({ endpoint: fine.url, headers: { authorization: "${NOT_SET}" } });
    assert.match(unset?.message ?? "", /NOT_SET/);
  });
});
