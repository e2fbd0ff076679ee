import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SpanRecord } from "../../src/observability/record.ts";
import type { TraceDetail } from "../../src/observability/trace/view/shape.ts";
import { spanOf } from "../../src/observability/trace/view/trace-detail.ts";
import { span, spanIdOf, pastUs, trace, traceIdOf } from "../support/telemetry.ts";
import type { OpenStore } from "./telemetry-store.ts";

const full: SpanRecord = {
  ...span({ trace: 1 }),
  parentId: spanIdOf(77),
  kind: "client",
  status: "error",
  statusText: "no room",
  attributes: {
    "gen_ai.request.model": "ollama/llama3.2",
    "gen_ai.usage.input_tokens": 17,
    temperature: 0.25,
    below: -3,
    "below zero": -0.5,
    most: Number.MAX_SAFE_INTEGER,
    yes: true,
    no: false,
    "some texts": ["a", "b"],
    "some numbers": [1, 2.5],
    nothing: "",
    "long text": "x".repeat(300),
    content: "What was asked. ".repeat(200),
    "many texts": Array.from({ length: 300 }, (_, index) => `text ${index}`),
  },
  events: [
    { name: "exception", at: pastUs + 5, attributes: { "exception.message": "no room" } },
    { name: "before it began", at: pastUs - 5, attributes: {} },
  ],
  links: [{ traceId: traceIdOf(9), spanId: spanIdOf(9) }],
};

export function spanCases(open: OpenStore): void {
  describe("spans", () => {
    it("come back as they were told, by their start", async () => {
      const store = open();
      const earlier = span({ trace: 1, id: 5, start: full.start - 1_000_000, durationUs: 0 });
      store.sink.spans([full, earlier]);
      await store.flush();
      assert.deepEqual(await store.trace(full.traceId), [earlier, full]);
      assert.deepEqual(await store.trace(traceIdOf(2)), []);
    });

    it("are written down as their trace is shown, whatever else they carry", async () => {
      const store = open();
      const shown = {
        ...full.attributes,
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.output_tokens": 0.5,
        "tutti.run.id": "x".repeat(2_000),
        "tutti.step.key": "gr\u00f6\u00dfer/\u{1f3bb}",
        "tutti.step.kind": 7,
      };
      const told = [
        full,
        span({ trace: 1, id: 6, start: full.start, durationUs: 9_000, service: "other", name: "gr\u00f6\u00dfer" }),
        span({ trace: 1, id: 7, start: full.start - 1_000_000, statusText: "" }),
        { ...full, spanId: spanIdOf(8), start: full.start + 5, statusText: null, attributes: shown },
      ];
      store.sink.spans(told);
      await store.flush();
      const text = await store.traceText(full.traceId.toUpperCase());
      const { spans, ...trace } = JSON.parse(text ?? "") as TraceDetail;
      assert.deepEqual(spans, (await store.trace(full.traceId)).map(spanOf));
      assert.deepEqual(
        spans.map(({ error, events, links }) => [error, events, links]),
        [
          [null, 0, 0],
          [null, 0, 0],
          ["no room", 2, 1],
          ["no room", 2, 1],
        ],
      );
      assert.deepEqual([trace.traceId, trace.services, trace.errors], [full.traceId, ["tutti", "other"], 2]);
      assert.equal(await store.traceText(traceIdOf(2)), null);
    });

    it("are found alone by the digits that their id begins with, where it is only one", async () => {
      const store = open();
      const [one, other] = [
        span({ trace: 1, spanId: "ab0000000000000c" }),
        span({ trace: 1, spanId: "ab0000000000000d" }),
      ];
      store.sink.spans([one, other, { ...full, spanId: "f".repeat(16) }, span({ trace: 2, spanId: "cd".repeat(8) })]);
      await store.flush();
      assert.deepEqual(await store.span(full.traceId, one.spanId), { span: one, fitting: 1 });
      assert.deepEqual(await store.span(full.traceId.toUpperCase(), "F"), {
        span: { ...full, spanId: "f".repeat(16) },
        fitting: 1,
      });
      assert.deepEqual(await store.span(full.traceId, "ab0"), { span: null, fitting: 2 });
      for (const none of ["cd", "", "xyz", "%", `${one.spanId}0`]) {
        assert.deepEqual(await store.span(full.traceId, none), { span: null, fitting: 0 }, none);
      }
      assert.equal(await store.span(traceIdOf(3), "ab"), null);
    });

    it("make a trace complete by the run that a caller elsewhere began, and by no run inside of it", async () => {
      const store = open();
      const run = { "gen_ai.operation.name": "invoke_workflow", "tutti.run.id": "run_1" };
      const outer = span({
        trace: 1,
        id: 1,
        parentId: spanIdOf(99),
        name: "outer",
        durationUs: 9_000,
        attributes: run,
      });
      const inner = span({
        trace: 1,
        id: 2,
        parentId: spanIdOf(3),
        name: "inner",
        start: outer.start + 1,
        attributes: { ...run, "tutti.run.id": "run_2", "tutti.run.parent": "run_1" },
      });
      const seen: unknown[] = [];
      for (const told of [inner, outer, span({ trace: 1, id: 99, start: outer.start - 5, name: "caller" })]) {
        store.sink.spans([told]);
        await store.flush();
        const [found] = await store.traces({ limit: 1 });
        seen.push([found?.name, found?.isComplete]);
      }
      assert.deepEqual(seen, [
        ["inner", false],
        ["outer", true],
        ["caller", true],
      ]);
    });

    it("are counted once when a sender that was not sure sends them again", async () => {
      const store = open();
      const told = trace(1, 3, { attributes: { "gen_ai.usage.input_tokens": 5 } });
      for (let time = 0; time < 3; time++) {
        store.sink.spans(told);
        await store.flush();
      }
      store.sink.spans([...told, ...told]);
      await store.flush();
      const [found] = await store.traces({ limit: 10 });
      assert.deepEqual([found?.spans, found?.inputTokens], [4, 15]);
      assert.equal((await store.trace(traceIdOf(1))).length, 4);
      assert.equal((await store.follow("spans", 0, 100)).records.length, 4);
    });

    it("are what the later word says when one of the same id is told anew", async () => {
      const store = open();
      const failed = span({ trace: 1, status: "error", attributes: { "gen_ai.usage.input_tokens": 5 } });
      const passed = span({ trace: 1, durationUs: 9_000, attributes: { "gen_ai.usage.input_tokens": 7 } });
      store.sink.spans([failed]);
      await store.flush();
      store.sink.spans([passed]);
      await store.flush();
      const [found] = await store.traces({ limit: 10 });
      assert.deepEqual([found?.spans, found?.errors, found?.inputTokens, found?.durationMs], [1, 0, 7, 9]);
      assert.deepEqual(await store.trace(traceIdOf(1)), [passed]);
    });

    it("make the row of their trace, whatever order they come in", async () => {
      const store = open();
      const chat = { "gen_ai.request.model": "m1", "gen_ai.usage.input_tokens": 2, "gen_ai.usage.output_tokens": 3 };
      const agent = { "gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 2 };
      const [root, first, second, third] = trace(1, 3);
      assert.ok(root && first && second && third);
      store.sink.spans([{ ...third, attributes: agent }]);
      await store.flush();
      const [begun] = await store.traces({ limit: 1 });
      assert.deepEqual([begun?.name, begun?.isComplete, begun?.inputTokens], ["step 3", false, null]);
      store.sink.spans([
        { ...second, status: "error", attributes: { ...chat, "gen_ai.request.model": "m2" } },
        { ...first, attributes: { ...chat, "tutti.run.id": "run_1" } },
        { ...root, service: "other" },
      ]);
      await store.flush();
      const [summary] = await store.traces({ limit: 1 });
      assert.deepEqual(summary, {
        traceId: traceIdOf(1),
        name: "flow",
        service: "other",
        startedAt: Math.floor(root.start / 1_000),
        durationMs: 1,
        spans: 4,
        errors: 1,
        inputTokens: 4,
        outputTokens: 6,
        models: ["m2", "m1"],
        run: "run_1",
        isComplete: true,
      });
    });

    it("are listed by trace, the newest first, page by page, while more of them come", async () => {
      const store = open();
      const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
      store.sink.spans(numbers.flatMap((number) => trace(number, 1)));
      await store.flush();
      const seen: string[] = [];
      let more = 1_000;
      for (let before: string | undefined; ;) {
        const page = await store.traces({ before, limit: 7 });
        seen.push(...page.map(({ traceId }) => traceId));
        before = page.at(-1)?.traceId;
        if (before === undefined) break;
        // Newer traces, and more of those that are there.
        store.sink.spans([...trace(more++, 1), span({ trace: 3, id: more }), span({ trace: 59, id: more })]);
        await store.flush();
      }
      assert.deepEqual(seen, numbers.toReversed().map(traceIdOf));
    });

    it("are followed in the order of their coming, each once, in pages of any length", async () => {
      const store = open();
      const told: SpanRecord[] = [];
      for (let batch = 0; batch < 20; batch++) {
        const some = [span({ trace: 1, id: 100 + batch }), ...trace(10 + batch, batch % 4)];
        told.push(...some);
        store.sink.spans(some);
        await store.flush();
      }
      for (const limit of [1, 3, 1_000]) {
        const found: SpanRecord[] = [];
        for (let cursor = 0; ;) {
          const next = await store.follow("spans", cursor, limit);
          assert.ok(next.records.length <= limit);
          found.push(...(next.records as SpanRecord[]));
          if (next.cursor === cursor) break;
          cursor = next.cursor;
        }
        assert.deepEqual(
          found.map(({ spanId }) => spanId),
          told.map(({ spanId }) => spanId),
        );
      }
    });

    it("of one trace may be ten thousand", async () => {
      const store = open();
      for (let part = 0; part < 20; part++) {
        store.sink.spans(Array.from({ length: 500 }, (_, index) => span({ trace: 1, id: part * 500 + index + 1 })));
        await store.flush();
      }
      const whole = await store.trace(traceIdOf(1));
      assert.equal(whole.length, 10_000);
      const { spans } = JSON.parse((await store.traceText(traceIdOf(1))) ?? "") as TraceDetail;
      assert.deepEqual(
        spans.map(({ spanId }) => spanId),
        whole.map(({ spanId }) => spanId),
      );
      assert.equal((await store.traces({ limit: 1 }))[0]?.spans, 10_000);
    });
  });
}
