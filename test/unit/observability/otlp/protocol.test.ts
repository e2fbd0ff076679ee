import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { loadProtobuf, type ProtobufCodec } from "../../../../src/observability/otlp/wire/protobuf.ts";
import { receive, type Receiving } from "./receiving.ts";

let receiving: Receiving;
let codec: ProtobufCodec;
before(async () => {
  receiving = await receive();
  codec = await loadProtobuf();
});
after(() => receiving[Symbol.asyncDispose]());
beforeEach(() => {
  receiving.spans.length = 0;
  receiving.logs.length = 0;
  receiving.points.length = 0;
});

const binary = { "content-type": "application/x-protobuf" };
const good = {
  traceId: "0AF7651916CD43DD8448EB211C80319C",
  spanId: "B7AD6B7169203331",
  startTimeUnixNano: "1700000000123456789",
};
const traces = (...spans: readonly unknown[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const logs = (...logRecords: readonly unknown[]) => ({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
const postTraces = (...spans: readonly unknown[]) => receiving.post("/v1/traces", traces(...spans));
const contentOf = async (response: Response): Promise<[number, string | null, unknown]> => [
  response.status,
  response.headers.get("content-type"),
  await response.json(),
];

describe("an answer of the receiver", () => {
  it("is empty where all was taken, in the type of the request", async () => {
    assert.deepEqual(await contentOf(await postTraces(good)), [200, "application/json", {}]);
    const response = await receiving.post("/v1/traces", codec.encode("TraceRequest", {}), binary);
    assert.deepEqual([response.status, response.headers.get("content-type")], [200, "application/x-protobuf"]);
    assert.equal((await response.arrayBuffer()).byteLength, 0);
  });

  it("counts what was not taken and says why, and the rest is there", async () => {
    const response = await postTraces(good, { ...good, traceId: "xyz" }, { ...good, spanId: "0000000000000000" });
    assert.deepEqual(await response.json(), {
      partialSuccess: {
        rejectedSpans: "2",
        errorMessage: "2 were not taken: traceId does not have 32 hex digits",
      },
    });
    assert.equal(receiving.spans.length, 1);
    const noId = { ...good, traceId: Buffer.alloc(3, 1), spanId: Buffer.alloc(8, 1) };
    const sent = codec.encode("TraceRequest", traces(noId));
    const answer = await receiving.post("/v1/traces", sent, binary);
    const decoded = codec.decode("TraceAnswer", new Uint8Array(await answer.arrayBuffer()));
    assert.match(JSON.stringify(decoded), /"rejectedSpans":"1".*traceId/);
  });

  it("tells log records and points by the names of their own", async () => {
    const log = await receiving.post("/v1/logs", logs({ severityNumber: "INFO" }, { body: { stringValue: "x" } }));
    assert.equal(((await log.json()) as { partialSuccess: object }).partialSuccess && receiving.logs.length, 1);
    const metric = { name: "m", sum: { isMonotonic: true, dataPoints: [{ asInt: "1" }, { asInt: "2" }] } };
    const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] };
    const points = (await (await receiving.post("/v1/metrics", metrics)).json()) as { partialSuccess: object };
    assert.deepEqual(points.partialSuccess, {
      rejectedDataPoints: "2",
      errorMessage: "2 were not taken: a metric has no aggregationTemporality",
    });
  });

  it("is a Status where the request is none, in the type of the request", async () => {
    for (const body of ["[]", "3", '"x"', "null", "{", "", '{"resourceSpans":{}}', '{"resourceSpans":[1]}']) {
      const response = await receiving.post("/v1/traces", Buffer.from(body));
      const [status, type, content] = await contentOf(response);
      assert.deepEqual([body, status, type, (content as { code: number }).code], [body, 400, "application/json", 3]);
    }
    for (const bytes of [
      Buffer.from("not protobuf at all"),
      Buffer.from([0x0a, 0xff]),
      Buffer.from([0x0a, 0x05, 0x01]),
    ]) {
      const response = await receiving.post("/v1/traces", bytes, binary);
      assert.deepEqual([response.status, response.headers.get("content-type")], [400, "application/x-protobuf"]);
      const status = codec.decode("Status", new Uint8Array(await response.arrayBuffer()));
      assert.match(JSON.stringify(status), /"code":3,"message":"the body is no/);
    }
    assert.deepEqual(receiving.spans, []);
  });

  it("is 415 for other types and encodings", async () => {
    for (const headers of [
      { "content-type": "text/plain" },
      { "content-type": "application/x-www-form-urlencoded" },
      { "content-encoding": "br" },
    ]) {
      const response = await receiving.post("/v1/traces", Buffer.from("{}"), headers);
      assert.equal(response.status, 415, JSON.stringify(headers));
    }
    const charset = await receiving.post("/v1/traces", traces(), { "content-type": "Application/JSON; charset=utf-8" });
    assert.equal(charset.status, 200);
  });

  it("is 413 where little unfolds to more than 64 MiB, and memory is not filled by it", async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, " "));
    assert.ok(bomb.byteLength < 300_000);
    const before = process.memoryUsage.rss();
    const response = await receiving.post("/v1/traces", bomb, { "content-encoding": "gzip" });
    assert.equal(response.status, 413);
    assert.ok(process.memoryUsage.rss() - before < 150_000_000);
    const cutOff = await receiving.post("/v1/traces", gzipSync("{}").subarray(0, 15), { "content-encoding": "gzip" });
    assert.equal(cutOff.status, 400);
  });

  it("is 405 for another method, and 401 without the token", async () => {
    assert.equal((await receiving.served.ask("/v1/traces")).status, 405);
    const stranger = await fetch(`${receiving.served.server.url}/v1/traces`, { method: "POST", body: "{}" });
    assert.equal(stranger.status, 401);
  });

  it("is 503 with Retry-After where the store had no room, and the same request is then taken", async () => {
    let dropped = 0;
    let isFull = true;
    const counts = () => ({ accepted: 0, failed: 0, dropped: isFull ? dropped++ : dropped });
    await using full = await receive({ counts });
    const refused = await full.post("/v1/logs", logs({ body: { stringValue: "x" } }));
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "5"]);
    isFull = false;
    assert.equal((await full.post("/v1/logs", logs({ body: { stringValue: "x" } }))).status, 200);
  });
});

describe("a request that comes again", () => {
  it("gets the same answer and is not taken again", async () => {
    const record = { timeUnixNano: "1700000000000000000", body: { stringValue: "once" } };
    const first = await receiving.post("/v1/logs", logs(record, { severityNumber: "x" }));
    const again = await receiving.post("/v1/logs", logs(record, { severityNumber: "x" }));
    assert.deepEqual(await again.json(), await first.json());
    assert.equal(receiving.logs.length, 1);
    await Promise.all([1, 2, 3].map(() => postTraces({ ...good, name: "at the same time" })));
    assert.equal(receiving.spans.length, 1);
  });
});

describe("what is sent as JSON", () => {
  it("has ids in hex of any case, whole numbers as text or number, and times as either", async () => {
    const attributes = [
      { key: "small", value: { intValue: "7" } },
      { key: "plain", value: { intValue: 8 } },
      { key: "large", value: { intValue: "9007199254740993" } },
      { key: "negative", value: { intValue: "-1" } },
      { key: "nan", value: { doubleValue: "NaN" } },
    ];
    await postTraces({ ...good, attributes, endTimeUnixNano: "1700000000123458789", kind: 2, status: { code: 2 } });
    const [span] = receiving.spans;
    assert.deepEqual([span?.traceId, span?.spanId], [good.traceId.toLowerCase(), good.spanId.toLowerCase()]);
    assert.deepEqual([span?.start, span?.durationUs], [1_700_000_000_123_456, 2]);
    assert.deepEqual(span?.attributes, { small: 7, plain: 8, large: "9007199254740993", negative: -1, nan: "NaN" });
    assert.deepEqual([span?.kind, span?.status], ["server", "error"]);
  });

  it("has no names of enumerations, and fields that are not known are passed over", async () => {
    const answer = await (await postTraces({ ...good, kind: "SPAN_KIND_CLIENT" })).json();
    assert.match(JSON.stringify(answer), /kind is not a whole number/);
    await postTraces({ ...good, fromTheFuture: { deep: [1] }, name: null, trace_id: "snake" });
    assert.equal(receiving.spans.length, 1);
  });

  it("keeps every kind of value", async () => {
    const deep = { kvlistValue: { values: [{ key: "a", value: { arrayValue: { values: [{ intValue: 1 }, {}] } } }] } };
    const attributes = [
      { key: "deep", value: deep },
      { key: "mixed", value: { arrayValue: { values: [{ intValue: 1 }, { stringValue: "x" }] } } },
      { key: "flags", value: { arrayValue: { values: [{ boolValue: true }, { boolValue: false }] } } },
      { key: "empty", value: { arrayValue: {} } },
      { key: "bytes", value: { bytesValue: "AQID" } },
      { key: "nothing", value: {} },
    ];
    await postTraces({ ...good, attributes });
    const kept = { deep: '{"a":[1,null]}', mixed: '[1,"x"]', flags: [true, false], empty: [], bytes: "AQID" };
    assert.deepEqual(receiving.spans[0]?.attributes, kept);
    const bytes = codec.encode(
      "TraceRequest",
      traces({ ...good, traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 1), attributes }),
    );
    receiving.spans.length = 0;
    await receiving.post("/v1/traces", bytes, binary);
    assert.deepEqual(receiving.spans[0]?.attributes, kept);
  });

  it("cannot reach into objects, nest without end, or be as large as it likes", async () => {
    const hostile = ["__proto__", "constructor", "toString"].map((key) => ({ key, value: { stringValue: "x" } }));
    let nested: object = { stringValue: "deep" };
    for (let depth = 0; depth < 200; depth += 1) nested = { arrayValue: { values: [nested] } };
    const many = Array.from({ length: 300 }, (_, index) => ({ key: `k${index}`, value: { intValue: index } }));
    const long = { key: "long", value: { stringValue: "x".repeat(100_000) } };
    const response = await postTraces(
      { ...good, attributes: hostile, spanId: "1111111111111111" },
      { ...good, attributes: [{ key: "nested", value: nested }], spanId: "2222222222222222" },
      { ...good, attributes: [long, ...many], spanId: "3333333333333333", droppedAttributesCount: 5 },
      JSON.parse('{"__proto__":{"traceId":"0af7651916cd43dd8448eb211c80319c"},"spanId":"b7ad6b7169203331"}'),
    );
    assert.match(JSON.stringify(await response.json()), /"rejectedSpans":"2".*nested deeper than 32/);
    const [first, second] = receiving.spans;
    assert.deepEqual(Object.keys(first?.attributes ?? {}), ["__proto__", "constructor", "toString"]);
    assert.equal(({} as Record<string, unknown>)["x"], undefined);
    assert.equal(String(second?.attributes["long"]).length, 65_537);
    assert.equal(second?.attributes["otel.dropped_attributes_count"], 50);
    const opened = '{"arrayValue":{"values":['.repeat(100_000);
    const bottomless = await receiving.post("/v1/logs", Buffer.from(`{"resourceLogs":${opened}`));
    assert.equal(bottomless.status, 400);
  });

  it("cannot say that something happens long from now", async () => {
    const later = `${(Date.now() + 3 * 86_400_000) * 1_000_000}`;
    assert.match(
      JSON.stringify(await (await postTraces({ ...good, startTimeUnixNano: later })).json()),
      /more than a day/,
    );
    await receiving.post("/v1/logs", logs({ timeUnixNano: later, body: { stringValue: "tomorrow" } }));
    assert.ok((receiving.logs[0]?.at ?? Infinity) <= Date.now() * 1_000);
    for (const startTimeUnixNano of ["-1", "1.5", "soon", {}, "99999999999999999999", undefined]) {
      const answer = await (await postTraces({ ...good, startTimeUnixNano })).json();
      assert.match(JSON.stringify(answer), /startTimeUnixNano/, JSON.stringify(startTimeUnixNano));
    }
  });
});
