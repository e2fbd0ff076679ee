import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rootOf, toTimeline, type Trace, type TraceSpan } from "../../../web/pages/traces/detail/trace-timeline.ts";
import { noPages, reducePages } from "../../../web/pages/traces/trace-pages.ts";
import { isTraceOpen, modelsOf, stateOf, tokensOf, type TraceRow } from "../../../web/pages/traces/trace-row.ts";
import { createScore, treeOf } from "../../../web/score/model.ts";
import { kindOf, labelOf } from "../../../web/score/label.ts";
import { laneOf } from "../../../web/score/bar.ts";
import { rowsOf } from "../../../web/score/row.ts";
import { firstSelection } from "../../../web/score/selection.ts";

const span: TraceSpan = {
  spanId: "root",
  parentId: null,
  name: "invoke_workflow triage",
  kind: "internal",
  service: "tutti",
  startedAt: 1_000,
  durationMs: 100,
  status: "ok",
  error: null,
  operation: "invoke_workflow",
  step: null,
  key: null,
  run: "run_1",
  model: null,
  inputTokens: null,
  outputTokens: null,
};
const call: Partial<TraceSpan> = {
  spanId: "call",
  parentId: "draft",
  name: "chat tiny-chat",
  operation: "chat",
  startedAt: 1_020,
  durationMs: 50,
};

function traceOf(...spans: readonly Partial<TraceSpan>[]): Trace {
  return {
    traceId: "t",
    name: "invoke_workflow triage",
    service: "tutti",
    services: ["tutti"],
    run: "run_1",
    isComplete: true,
    startedAt: 1_000,
    durationMs: 100,
    errors: 0,
    inputTokens: null,
    outputTokens: null,
    models: [],
    spans: spans.map((one) => Object.assign({}, span, one)),
  };
}

/** The lines of the waterfall: depth, name, the word at the edge, the words beside the bar. */
function linesOf(trace: Trace): readonly string[] {
  const timeline = toTimeline(trace, false);
  const tree = treeOf(timeline);
  const score = createScore(timeline, tree, 10_000);
  return rowsOf(tree, { folded: new Set(), errorsOnly: false, showHidden: false }).map(({ part }) => {
    const label = labelOf(part, laneOf(part, score), score);
    return `${"  ".repeat(part.depth)}${part.name} | ${kindOf(part)} | ${label.text.replaceAll("\u202f", " ")}`;
  });
}

describe("a trace as a score", () => {
  it("has its first span as the whole, and each other span in the one that it lies in", () => {
    const draft = {
      spanId: "draft",
      parentId: "root",
      name: "draft",
      operation: null,
      step: "model",
      key: "draft",
      startedAt: 1_010,
    };
    assert.deepEqual(linesOf(traceOf({}, draft, { ...call, model: "ollama/tiny-chat" })), [
      "triage | run | 100 ms",
      "  draft | model | 100 ms",
      "    chat tiny-chat | tiny-chat | 50 ms",
    ]);
  });

  it("stands for itself where several spans lie in none of the others", () => {
    const trace = traceOf(
      { spanId: "a", parentId: "elsewhere" },
      { spanId: "b", parentId: "elsewhere", name: "other" },
    );
    assert.equal(rootOf(trace), null);
    assert.deepEqual(
      linesOf(trace).map((line) => line.split(" |")[0]),
      ["triage", "  triage", "  other"],
    );
  });

  it("is drawn where spans lie in one another, or in themselves", () => {
    const circle = [
      { spanId: "leaf", parentId: "a", name: "leaf" },
      { spanId: "a", parentId: "b", name: "a" },
      { spanId: "b", parentId: "a", name: "b" },
      { spanId: "self", parentId: "self", name: "self" },
    ];
    const shown = linesOf(traceOf(...circle)).map((line) => line.split(" |")[0]?.trim());
    assert.deepEqual(
      shown.slice(1).toSorted((a = "", b = "") => a.localeCompare(b)),
      ["a", "b", "leaf", "self"],
    );
  });

  it("names the program of a span where several took part", () => {
    const trace = {
      ...traceOf({ run: null }, { ...call, parentId: "root", operation: null, run: null, service: "shop" }),
    };
    assert.match(linesOf({ ...trace, services: ["tutti", "shop"] })[1] ?? "", /\| shop \|/);
  });

  it("shows a failure with its words, and looks at it first", () => {
    const failed = { ...call, parentId: "root", status: "error", error: "no model server answers" };
    const trace = { ...traceOf({}, { spanId: "good", parentId: "root" }, failed), errors: 1 };
    const timeline = toTimeline(trace, false);
    assert.equal(timeline.run.status, "failed");
    assert.equal(firstSelection(treeOf(timeline)), "call");
    assert.match(linesOf(trace)[2] ?? "", /no model server answers$/);
  });

  it("is open while its first span has not come and it was heard of lately", () => {
    const trace = { ...traceOf({ parentId: "later" }), isComplete: false };
    assert.equal(isTraceOpen(trace, 30_000), true);
    assert.equal(isTraceOpen(trace, 90_000), false);
    const open = toTimeline(trace, true);
    assert.deepEqual([open.run.status, open.run.finishedAt], ["running", null]);
    assert.deepEqual([stateOf(trace, 30_000), stateOf(trace, 90_000)], ["running", "unfinished"]);
  });
});

function row(traceId: string, startedAt: number, more: Partial<TraceRow> = {}): TraceRow {
  return {
    traceId,
    name: "work",
    service: "tutti",
    startedAt,
    durationMs: 1,
    spans: 1,
    errors: 0,
    inputTokens: null,
    outputTokens: null,
    models: [],
    run: null,
    isComplete: true,
    ...more,
  };
}

describe("the list of traces", () => {
  it("adds pages at its end, each trace once", () => {
    const first = reducePages(noPages, { type: "page", rows: [row("b", 2), row("a", 1)], isLast: false });
    const both = reducePages(first, { type: "page", rows: [row("a", 1), row("z", 0)], isLast: true });
    assert.deepEqual(
      both.rows.map(({ traceId }) => traceId),
      ["b", "a", "z"],
    );
    assert.deepEqual([both.isComplete, both.isLoading], [true, false]);
  });

  it("counts what is newer and does not move; what is there changes in its place", () => {
    const first = reducePages(noPages, { type: "page", rows: [row("b", 2, { isComplete: false })], isLast: true });
    const next = reducePages(first, { type: "newest", rows: [row("d", 4), row("c", 3), row("b", 2, { spans: 9 })] });
    assert.deepEqual(
      next.rows.map(({ traceId, spans }) => [traceId, spans]),
      [["b", 9]],
    );
    assert.equal(next.unseen, 2);
  });

  it("shows what comes at once where nothing was shown, and keeps what was there when a question fails", () => {
    const empty = reducePages(noPages, { type: "page", rows: [], isLast: true });
    const come = reducePages(empty, { type: "newest", rows: [row("a", 1)] });
    assert.deepEqual([come.rows.length, come.unseen], [1, 0]);
    const failed = reducePages(come, { type: "failed", error: new Error("away") });
    assert.deepEqual([failed.rows.length, failed.error?.message], [1, "away"]);
  });

  it("says what is unknown as unknown", () => {
    assert.equal(tokensOf(row("a", 1)), null);
    assert.equal(tokensOf(row("a", 1, { inputTokens: 3 })), 3);
    assert.equal(modelsOf(row("a", 1)), "–");
    assert.equal(modelsOf(row("a", 1, { models: ["ollama/llama3.2", "x"] })), "llama3.2, x");
    assert.equal(stateOf(row("a", 1, { errors: 1, isComplete: false }), 2), "error");
    assert.equal(stateOf(row("a", 1), 2), "ok");
  });
});
