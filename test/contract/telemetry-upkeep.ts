import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { logRecord, span, past, pastUs, trace, traceIdOf } from "../support/telemetry.ts";
import type { OpenStore } from "./telemetry-store.ts";

const content = (number: number): string => `what was asked ${number} `.repeat(200);

export function upkeepCases(open: OpenStore): void {
  describe("upkeep", () => {
    it("tells the size and what there is", async () => {
      const store = open();
      store.sink.spans(trace(1, 4));
      store.sink.logs([logRecord({ at: pastUs + 5_000 })]);
      await store.flush();
      const { bytes, ...size } = await store.size();
      assert.ok(bytes > 0);
      assert.deepEqual(size, {
        spans: 5,
        traces: 1,
        logs: 1,
        points: 0,
        oldest: { spans: past + 2, logs: past + 5, points: null, hours: null },
      });
    });

    it("prunes whole traces and logs by age, with all that is found of them", async () => {
      const store = open();
      for (let number = 1; number <= 250; number++) {
        store.sink.spans(trace(number, 1, { attributes: { content: content(number), shared: content(0) } }));
        store.sink.logs([logRecord({ at: pastUs + number * 1_000, message: `number ${number}` })]);
      }
      // Began long ago, and is still told of.
      store.sink.spans([span({ trace: 999, durationUs: 3_600_000_000 })]);
      await store.flush();
      assert.equal(await store.prune("spans", past + 202), 400);
      assert.equal(await store.prune("logs", past + 201), 200);
      assert.deepEqual(await store.trace(traceIdOf(200)), []);
      const [kept] = await store.traces({ query: "shared:*", limit: 1 });
      assert.equal(kept?.traceId, traceIdOf(250));
      assert.equal((await store.trace(traceIdOf(201)))[1]?.attributes["shared"], content(0));
      assert.equal(await store.countTraces({ query: "shared:*" }), 50);
      assert.equal((await store.trace(traceIdOf(999))).length, 1);
      assert.deepEqual(await store.logs({ query: "number 200", limit: 1 }), []);
      assert.equal((await store.logs({ query: "number 201", limit: 1 })).length, 1);
      const { spans, logs, oldest } = await store.size();
      assert.deepEqual(
        [spans, logs, oldest],
        [101, 50, { spans: past + 202, logs: past + 201, points: null, hours: null }],
      );
    });

    it("gives back what pruning has freed, a little at a time or as a whole", async () => {
      for (const whole of [false, true]) {
        const store = open();
        for (let number = 1; number <= 100; number++) {
          store.sink.spans(trace(number, 1, { attributes: { content: randomBytes(4_000).toString("hex") } }));
        }
        await store.flush();
        const { bytes: full } = await store.size();
        await store.prune("spans", past + 3_600_000);
        await store.vacuum({ whole });
        const { bytes: rest } = await store.size();
        assert.ok(rest < full / 2, `${rest} of ${full} bytes are left`);
      }
    });

    it("thins out finished traces, and never one with an error or one of the slowest", async () => {
      const store = open({ sample: 0.25 });
      const numbers = Array.from({ length: 400 }, (_, index) => index + 1);
      const hasFailed = (number: number): boolean => number % 10 === 3;
      const isSlow = (number: number): boolean => number % 40 === 8;
      store.sink.spans(
        numbers.map((number) =>
          span({
            trace: number,
            // Ids that are spread as those of real traces are.
            traceId: spread(number),
            status: hasFailed(number) ? "error" : "ok",
            durationUs: isSlow(number) ? 50_000 : 1_000,
          }),
        ),
      );
      const isOpen = span({ trace: 1_001, parentId: "00000000000000ff", start: Date.now() * 1_000, durationUs: 0 });
      store.sink.spans([isOpen]);
      await store.flush();
      const gone = await store.thin();
      const kept: number[] = [];
      for (const number of numbers) if ((await store.trace(spread(number))).length > 0) kept.push(number);
      assert.equal(kept.length + gone, numbers.length);
      for (const number of numbers) {
        if (hasFailed(number) || isSlow(number)) assert.ok(kept.includes(number), `trace ${number} has gone`);
      }
      const drawn = kept.filter((number) => !hasFailed(number) && !isSlow(number)).length;
      assert.ok(drawn > 50 && drawn < 130, `${drawn} of 350 were kept at a share of a quarter`);
      assert.equal((await store.trace(isOpen.traceId)).length, 1);
      // The rows stay, and say what there was.
      assert.equal(await store.countTraces({}), 401);
      assert.equal((await store.size()).spans, kept.length + 1);
      assert.equal(await store.thin(), 0);
    });

    it("thins out traces that a caller elsewhere began, whose first span never comes", async () => {
      const store = open({ sample: 0 });
      const attributes = { "gen_ai.operation.name": "invoke_workflow", "tutti.run.id": "run_1" };
      store.sink.spans(
        [1, 2].map((number) => span({ trace: number, parentId: "00000000000000ff", durationUs: number, attributes })),
      );
      await store.flush();
      assert.equal(await store.thin(), 2);
      assert.deepEqual(
        (await store.traces({ limit: 2 })).map(({ isComplete, run }) => [isComplete, run]),
        [
          [true, "run_1"],
          [true, "run_1"],
        ],
      );
      assert.equal(await store.traceText(traceIdOf(1)), null);
      assert.equal(await store.span(traceIdOf(1), "0"), null);
    });

    it("remembers small texts by name", async () => {
      const store = open();
      assert.equal(await store.recall("cursor"), null);
      await store.remember("cursor", "1");
      await store.remember("cursor", "2");
      assert.equal(await store.recall("cursor"), "2");
    });
  });
}

function spread(number: number): string {
  return ((BigInt(number) * 0x9e3779b97f4a7c15f39cc0605cedc835n) % (1n << 128n)).toString(16).padStart(32, "0");
}
