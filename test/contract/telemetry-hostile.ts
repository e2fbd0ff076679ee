import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SpanRecord } from "../../src/observability/record.ts";
import { counted, logRecord, span, traceIdOf } from "../support/telemetry.ts";
import type { OpenStore } from "./telemetry-store.ts";

export function hostileData(open: OpenStore): void {
  describe("of hostile data", () => {
    it("texts with NUL, quotes and other marks are kept and found", async () => {
      const store = open();
      const texts = ["a\0b", `"'\\`, "a\nb\tc", "drop table spans;--", "=k=v", "NEAR(a b)", "𝕌𝕟𝕚 😀 中文", "__proto__"];
      const told = texts.map((text, index) =>
        span({ trace: index + 1, name: text, attributes: { [text]: text, "x y": text } }),
      );
      store.sink.spans(told);
      store.sink.logs(texts.map((text) => logRecord({ message: text, event: text })));
      await store.flush();
      for (const [index, text] of texts.entries()) {
        assert.deepEqual(await store.trace(traceIdOf(index + 1)), [told[index]]);
        const found = await store.traces({
          query: `name:${JSON.stringify(text).replace("\\u0000", "\0").replace("\\n", "\n").replace("\\t", "\t")}`,
          limit: 10,
        });
        assert.ok(
          found.some(({ name }) => name === text),
          `the name ${JSON.stringify(text)}`,
        );
      }
      assert.equal((await store.logs({ query: "中文", limit: 1 }))[0]?.message, "𝕌𝕟𝕚 😀 中文");
    });

    it("half a pair of surrogates becomes a replacement character", async () => {
      const store = open();
      store.sink.spans([span({ trace: 1, name: "a\ud800b", attributes: { "k\udc00": ["\ud800"], half: "\ud800" } })]);
      store.sink.logs([logRecord({ message: "\udfff!" })]);
      await store.flush();
      const [found] = await store.trace(traceIdOf(1));
      assert.equal(found?.name, "a\ufffdb");
      assert.deepEqual(found.attributes["half"], "\ufffd");
      assert.equal((await store.logs({ limit: 1 }))[0]?.message, "\ufffd!");
      assert.deepEqual(store.counts(), { accepted: 2, dropped: 0, failed: 0 });
    });

    it("what is too long is cut, and what is too much is left out", async () => {
      const store = open();
      const long = "x".repeat(1_048_576);
      const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key ${index}`, index]));
      store.sink.spans([
        span({ trace: 1, attributes: { long, longer: `${long}y` } }),
        span({ trace: 2, attributes: many }),
        span({ trace: 3, events: Array.from({ length: 1_000 }, () => ({ name: "e", at: 0, attributes: {} })) }),
      ]);
      await store.flush();
      const { long: kept, longer } = (await store.trace(traceIdOf(1)))[0]?.attributes ?? {};
      assert.equal(kept, long);
      assert.equal(longer, `${"x".repeat(1_048_575)}…`);
      assert.equal(Object.keys((await store.trace(traceIdOf(2)))[0]?.attributes ?? {}).length, 256);
      assert.equal((await store.trace(traceIdOf(3)))[0]?.events.length, 128);
    });

    it("times before the beginning and years ahead become times that grow old", async () => {
      const store = open();
      const year9999 = Date.UTC(9999, 11, 31) * 1_000;
      const tomorrow = (Date.now() + 24 * 3_600_000) * 1_000;
      store.sink.spans([
        span({ trace: 1, start: 0, durationUs: 0 }),
        span({ trace: 2, start: year9999, durationUs: year9999 }),
        span({ trace: 3, start: -5, durationUs: -5 }),
        span({ trace: 4, start: Number.NaN, durationUs: Number.POSITIVE_INFINITY }),
      ]);
      store.sink.logs([logRecord({ at: year9999 }), logRecord({ at: 0 })]);
      store.sink.points([
        { ...counted(0, 1), at: 0 },
        { ...counted(0, 1), at: year9999 },
      ]);
      await store.flush();
      // A figure of another year belongs nowhere.
      assert.deepEqual(store.counts(), { accepted: 7, dropped: 0, failed: 1 });
      assert.equal((await store.trace(traceIdOf(1)))[0]?.start, 0);
      const ahead = (await store.trace(traceIdOf(2)))[0]?.start ?? 0;
      assert.ok(Math.abs(ahead - tomorrow) < 60_000_000, String(ahead));
      assert.equal((await store.logs({ limit: 10 })).length, 2);
      assert.equal(await store.prune("spans", Date.now()), 3);
      assert.equal(await store.prune("spans", Date.now() + 25 * 3_600_000), 1);
    });

    it("records that are not usable have failed, and the others are stored", async () => {
      const store = open();
      store.sink.spans([
        span({ trace: 1 }),
        { ...span({ trace: 2 }), traceId: "short" },
        { ...span({ trace: 3 }), spanId: "0".repeat(16) },
        { ...span({ trace: 4 }), traceId: "A".repeat(32) },
      ]);
      await store.flush();
      assert.deepEqual(store.counts(), { accepted: 2, dropped: 0, failed: 2 });
      assert.equal((await store.trace("a".repeat(32))).length, 1);
    });

    it("what is no record at all fails without a word to who told it", async () => {
      const store = open();
      const circle: Record<string, unknown> = {};
      circle["self"] = circle;
      store.sink.spans([{ ...span({ trace: 1 }), attributes: circle } as unknown as SpanRecord]);
      await store.flush();
      assert.deepEqual(store.counts(), { accepted: 0, dropped: 0, failed: 1 });
      store.sink.spans([{ traceId: 5 } as unknown as SpanRecord, span({ trace: 2 })]);
      await store.flush();
      assert.deepEqual(store.counts(), { accepted: 1, dropped: 0, failed: 2 });
      assert.equal((await store.trace(traceIdOf(2))).length, 1);
    });

    it("what comes after the end is dropped and counted", async () => {
      const store = open();
      store.sink.spans([span({ trace: 1 })]);
      await store[Symbol.asyncDispose]();
      store.sink.spans([span({ trace: 2 })]);
      await store.flush();
      assert.deepEqual(store.counts(), { accepted: 1, dropped: 1, failed: 0 });
    });

    it("many keys, names and values do not fill the memory of what is interned", async () => {
      const store = open();
      const told = Array.from({ length: 3_000 }, (_, index) =>
        span({ trace: index + 1, name: `name ${index}`, attributes: { [`key ${index}`]: index, id: `id ${index}` } }),
      );
      for (let at = 0; at < told.length; at += 500) {
        store.sink.spans(told.slice(at, at + 500));
        await store.flush();
      }
      assert.deepEqual(await store.trace(traceIdOf(2_999)), [told[2_998]]);
      assert.equal((await store.traces({ query: 'id:"id 2998"', limit: 1 })).length, 1);
    });

    it("more than there is room for is dropped and counted", async () => {
      const store = open();
      store.sink.spans(Array.from({ length: 40_000 }, (_, index) => span({ trace: 1, id: index + 1 })));
      const { dropped } = store.counts();
      assert.ok(dropped > 15_000 && dropped < 25_000, `${dropped} were dropped`);
      await store.flush();
      const { accepted, failed } = store.counts();
      assert.equal(accepted + dropped, 40_000);
      assert.equal(failed, 0);
      store.sink.spans([span({ trace: 2 })]);
      await store.flush();
      assert.equal((await store.trace(traceIdOf(2))).length, 1);
    });
  });
}
