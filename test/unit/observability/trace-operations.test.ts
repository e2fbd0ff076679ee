import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TuttiError } from "../../../src/core/error.ts";
import { silentLog } from "../../../src/core/log.ts";
import { readOutput, type AnyOperation } from "../../../src/core/operation.ts";
import { spanIdOf, traceIdOf } from "../../../src/core/trace.ts";
import type { SpanRecord } from "../../../src/observability/record.ts";
import { createTelemetryStore } from "../../../src/observability/store/store.ts";
import { createTraceOperations } from "../../../src/observability/trace/operations.ts";
import { span as record } from "../../support/telemetry.ts";
import { createVirtualClock } from "../../support/virtual-clock.ts";

interface Traces extends AsyncDisposable {
  call(name: string, input: object): Promise<never>;
}

const hourMs = 3_600_000;

async function withSpans(spans: readonly Partial<SpanRecord>[]): Promise<Traces> {
  const clock = createVirtualClock();
  await clock.pass(100 * hourMs);
  const store = createTelemetryStore({ path: ":memory:", clock, log: silentLog, sample: 1 });
  store.sink.spans(
    spans.map((span) =>
      record({ trace: 1, traceId: "1".repeat(32), spanId: "1".repeat(16), start: 99 * hourMs * 1_000, ...span }),
    ),
  );
  const operations = createTraceOperations(store, clock);
  return {
    async call(name, input) {
      const found = operations.find((one) => one.name === name) as AnyOperation;
      const given = { signal: AbortSignal.timeout(5_000), caller: "test" };
      const answer = readOutput(await (found.handle(found.input.parse(input) as never, given) as Promise<unknown>));
      return found.output.parse(answer) as never;
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** A run with a step in which a model is called, and fails. */
function runSpans(run: string): Partial<SpanRecord>[] {
  const traceId = traceIdOf(run);
  const start = 99 * hourMs * 1_000;
  const thrown = { "exception.type": "TuttiError", "exception.message": "no model server answers" };
  return [
    {
      traceId,
      spanId: "c".repeat(16),
      parentId: spanIdOf(run, "draft"),
      name: "chat tiny-chat",
      kind: "client",
      start: start + 2_500,
      durationUs: 1_500,
      status: "error",
      attributes: {
        "tutti.run.id": run,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "ollama/tiny-chat",
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 2,
        "gen_ai.input.messages": "x".repeat(10_000),
      },
      events: [{ name: "exception", at: start + 3_000, attributes: thrown }],
    },
    {
      traceId,
      spanId: spanIdOf(run, ""),
      name: "run triage",
      start,
      durationUs: 9_000,
      attributes: { "tutti.run.id": run },
    },
    {
      traceId,
      spanId: spanIdOf(run, "draft"),
      parentId: spanIdOf(run, ""),
      name: "draft",
      start: start + 1_000,
      durationUs: 5_000,
      attributes: { "tutti.run.id": run, "tutti.step.key": "draft", "tutti.step.kind": "model" },
    },
  ];
}

interface Detail {
  readonly traceId: string;
  readonly name: string;
  readonly run: string | null;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly errors: number;
  readonly inputTokens: number | null;
  readonly models: readonly string[];
  readonly isComplete: boolean;
  readonly spans: readonly {
    readonly name: string;
    readonly error: string | null;
    readonly key: string | null;
    readonly inputTokens: number | null;
  }[];
}

describe("trace.get", () => {
  it("gives the spans of a run's trace by their start, what each was, and none of their payloads", async () => {
    await using traces = await withSpans(runSpans("run_1"));
    const trace: Detail = await traces.call("trace.get", { id: "run_1" });
    assert.equal(trace.traceId, traceIdOf("run_1"));
    assert.deepEqual(
      trace.spans.map(({ name, error, key, inputTokens }) => [name, error, key, inputTokens]),
      [
        ["run triage", null, null, null],
        ["draft", null, "draft", null],
        ["chat tiny-chat", "no model server answers", null, 7],
      ],
    );
    assert.deepEqual(
      [trace.name, trace.run, trace.startedAt, trace.durationMs, trace.errors, trace.inputTokens, trace.models],
      ["run triage", "run_1", 99 * hourMs, 9, 1, 7, ["ollama/tiny-chat"]],
    );
    assert.ok(JSON.stringify(trace).length < 2_000);
  });

  it("gives the same by the trace's own id", async () => {
    await using traces = await withSpans(runSpans("run_1"));
    const trace: Detail = await traces.call("trace.get", { id: traceIdOf("run_1").toUpperCase() });
    assert.equal(trace.spans.length, 3);
  });

  it("finds the trace of another that a run is in", async () => {
    const traceId = "a".repeat(32);
    await using traces = await withSpans([{ traceId, attributes: { "tutti.run.id": "run_child" } }]);
    const trace: Detail = await traces.call("trace.get", { id: "run_child" });
    assert.equal(trace.traceId, traceId);
  });

  it("says that the first span of a trace has not come", async () => {
    await using traces = await withSpans([{ parentId: "9".repeat(16) }]);
    const trace: Detail = await traces.call("trace.get", { id: "1".repeat(32) });
    assert.equal(trace.isComplete, false);
  });

  it("takes the run that a caller elsewhere began for the first span, and no run inside of it", async () => {
    const run = { "gen_ai.operation.name": "invoke_workflow", "tutti.run.id": "run_1" };
    const inner = {
      spanId: "2".repeat(16),
      parentId: "3".repeat(16),
      name: "inner",
      attributes: { ...run, "tutti.run.id": "run_2", "tutti.run.parent": "run_1" },
    };
    const outer = { parentId: "9".repeat(16), name: "outer", start: 99 * hourMs * 1_000 + 1, attributes: run };
    for (const [spans, isComplete] of [
      [[inner], false],
      [[inner, outer], true],
    ] as const) {
      await using traces = await withSpans(spans);
      const trace: Detail = await traces.call("trace.get", { id: "1".repeat(32) });
      const last = spans.at(-1);
      assert.deepEqual(
        [trace.name, trace.run, trace.isComplete],
        [last?.name, last?.attributes["tutti.run.id"], isComplete],
      );
    }
  });

  it("says what is wrong: no such trace, or no id of one", async () => {
    await using traces = await withSpans([]);
    const refusal = (id: string, code: string) =>
      assert.rejects(
        traces.call("trace.get", { id }),
        (error) =>
          error instanceof TuttiError && error.code === code && (error.hint ?? "").includes("tutti trace list"),
      );
    await refusal("f".repeat(32), "trace.missing");
    await refusal("run_nothing", "trace.missing");
    await refusal("4bf92f", "usage.invalid");
  });
});

describe("trace.span", () => {
  it("gives all that a span says, with long values cut to their beginning and their size", async () => {
    await using traces = await withSpans(runSpans("run_1"));
    const span: {
      attributes: Record<string, { value: unknown; bytes?: number }>;
      events: readonly { name: string; attributes: Record<string, { value: unknown }> }[];
    } = await traces.call("trace.span", { id: "run_1", span: "cccc" });
    const messages = span.attributes["gen_ai.input.messages"];
    assert.deepEqual([String(messages?.value).length, messages?.bytes], [4_096, 10_000]);
    assert.equal(span.events[0]?.attributes["exception.type"]?.value, "TuttiError");
    const whole: typeof span = await traces.call("trace.span", { id: "run_1", span: "cccc", maxBytes: 10_000 });
    assert.equal(String(whole.attributes["gen_ai.input.messages"]?.value).length, 10_000);
    assert.equal(whole.attributes["gen_ai.input.messages"]?.bytes, undefined);
  });

  it("says that there is no such span, or more than one", async () => {
    const spanIds = ["ab".repeat(8), "ac".repeat(8)];
    await using traces = await withSpans(spanIds.map((spanId) => ({ spanId })));
    const call = (span: string) => traces.call("trace.span", { id: "1".repeat(32), span });
    await assert.rejects(call("a"), /has 2 spans that begin with a/);
    await assert.rejects(call("b"), /has no span b/);
  });
});

describe("trace.list", () => {
  const at = (hours: number): number => hours * hourMs * 1_000;
  const ids = ["1", "2", "3"].map((digit) => digit.repeat(32));
  const three = ids.map((traceId, index) => ({ traceId, name: `work ${index}`, start: at(50 + index * 24) }));
  const names = (found: readonly { readonly name: string }[]): readonly string[] => found.map(({ name }) => name);

  it("gives the newest first, page by page, and only those of the time that was asked for", async () => {
    await using traces = await withSpans(three);
    assert.deepEqual(names(await traces.call("trace.list", {})), ["work 2", "work 1", "work 0"]);
    assert.deepEqual(names(await traces.call("trace.list", { limit: 1, before: ids[2] })), ["work 1"]);
    assert.deepEqual(names(await traces.call("trace.list", { since: "30h" })), ["work 2", "work 1"]);
  });

  it("finds traces by what their spans say, as trace.search does by its words", async () => {
    await using traces = await withSpans([
      ...three,
      {
        traceId: ids[1] ?? "",
        spanId: "2".repeat(16),
        parentId: "1".repeat(16),
        start: at(74),
        status: "error",
        attributes: { cause: "refund" },
      },
    ]);
    for (const name of ["trace.list", "trace.search"]) {
      assert.deepEqual(names(await traces.call(name, { query: "refund" })), ["work 1"]);
      assert.deepEqual(names(await traces.call(name, { query: "status:error" })), ["work 1"]);
      assert.deepEqual(names(await traces.call(name, { query: "status:error -cause:refund" })), []);
    }
  });
});
