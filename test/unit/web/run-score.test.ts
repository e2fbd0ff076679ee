import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mergeTimeline, zeroOf } from "../../../web/score/timeline.ts";
import { causeOf, keptBefore } from "../../../web/pages/run/head/cause.ts";
import { totalsOf } from "../../../web/pages/run/head/total.ts";
import { laneOf } from "../../../web/score/bar.ts";
import { legendOf } from "../../../web/score/bar-style.ts";
import { bracketsOf } from "../../../web/score/bracket.ts";
import { gapsOf, totalOf } from "../../../web/score/idle.ts";
import { glyphOf, labelOf, tupletOf } from "../../../web/score/label.ts";
import { createScore } from "../../../web/score/model.ts";
import { foldedAtFirst, foldedToLevel, rowsOf, unfoldedFor, type RowOptions } from "../../../web/score/row.ts";
import { firstSelection, moved, nextFailure } from "../../../web/score/selection.ts";
import { buildTree, type Part, type Tree } from "../../../web/score/tree.ts";
import { failed, item, phases, span, timeline } from "./run-timeline.ts";

const all: RowOptions = { folded: new Set(), errorsOnly: false, showHidden: false };
const names = (tree: Tree, options: Partial<RowOptions> = {}): string[] =>
  rowsOf(tree, { ...all, ...options }).map(({ part }) => `${" ".repeat(part.depth)}${part.name}`);

function partOf(tree: Tree, id: string): Part {
  const part = tree.byId.get(id);
  assert.ok(part, `there is ${id}`);
  return part;
}

describe("the lines of a run", () => {
  it("are the run, and below it its steps in the order of beginning", () => {
    const tree = buildTree(
      timeline([span("b", { from: 20 }), span("a", { from: 10 }), span("later", { from: null, to: null })]),
    );
    assert.deepEqual(names(tree), ["f", " a", " b", " later"]);
  });

  it("put a step into its scope when it is told of before the scope", () => {
    const tree = buildTree(timeline([span("s/inner"), span("s", { kind: "scope" })]));
    assert.deepEqual(names(tree), ["f", " s", "  inner"]);
  });

  it("join an item of a map and its only step, and leave out the number where the steps have names of their own", () => {
    const map = span("m", { kind: "map" });
    const alike = buildTree(timeline([map, item("m[0]"), span("m[0]/words"), item("m[1]"), span("m[1]/words")]));
    assert.deepEqual(names(alike), ["f", " m", "  item 1 › words", "  item 2 › words"]);
    const named = buildTree(timeline([map, item("m[0]"), span("m[0]/x"), item("m[1]"), span("m[1]/y")]));
    assert.deepEqual(names(named), ["f", " m", "  x", "  y"]);
    const two = buildTree(timeline([map, item("m[0]"), span("m[0]/x"), span("m[0]/y", { from: 5 })]));
    assert.deepEqual(names(two), ["f", " m", "  item 1", "   x", "   y"]);
  });

  it("keep items in their order, whichever began first", () => {
    const spans = [
      span("m", { kind: "map" }),
      ...[10, 2, 1].map((n) => span(`m[${n}]`, { name: `[${n}]`, from: 50 - n })),
    ];
    assert.deepEqual(names(buildTree(timeline(spans))), ["f", " m", "  item 2", "  item 3", "  item 11"]);
  });

  it("show errors with what they lie in, and never hide one", () => {
    const tree = buildTree(
      timeline([span("a"), span("s", { kind: "scope" }), span("s/good"), failed("s/bad", { importance: "hidden" })]),
    );
    assert.deepEqual(names(tree, { errorsOnly: true }), ["f", " s", "  bad"]);
    assert.deepEqual(names(tree), ["f", " a", " s", "  good", "  bad"]);
  });

  it("leave out what says it is hidden until it is asked for", () => {
    const tree = buildTree(timeline([span("a"), span("v", { importance: "hidden" })]));
    assert.deepEqual(names(tree), ["f", " a"]);
    assert.deepEqual(names(tree, { showHidden: true }), ["f", " a", " v"]);
  });

  it("fold, fold to a level, and unfold for one of them", () => {
    const tree = buildTree(timeline([span("a", { kind: "scope" }), span("a/b", { kind: "scope" }), span("a/b/c")]));
    assert.deepEqual(names(tree, { folded: foldedToLevel(tree, 1) }), ["f", " a"]);
    const folded = unfoldedFor(foldedToLevel(tree, 1), partOf(tree, "a/b/c"));
    assert.deepEqual(names(tree, { folded }), ["f", " a", "  b", "   c"]);
  });

  it("fold the inside of a large map at first, so that its form is seen", () => {
    const spans = [span("m", { kind: "map" })];
    for (let n = 0; n < 300; n++) spans.push(item(`m[${n}]`), span(`m[${n}]/x`), span(`m[${n}]/y`));
    const tree = buildTree(timeline(spans));
    const rows = rowsOf(tree, { ...all, folded: foldedAtFirst(tree) });
    assert.equal(rows.length, 302);
    assert.equal(foldedAtFirst(buildTree(timeline([span("a")]))).size, 0);
  });

  it("say their place among those beside them, for who hears them", () => {
    const rows = rowsOf(buildTree(timeline([span("a"), span("b", { from: 5 })])), all);
    assert.deepEqual(
      rows.map(({ place, siblings, isExpandable }) => [place, siblings, isExpandable]),
      [
        [1, 1, true],
        [1, 2, false],
        [2, 2, false],
      ],
    );
  });
});

describe("what is selected first", () => {
  it("is the failure that ended the run, not one that the flow has caught or a try that was made again", () => {
    const spans = [
      failed("caught", { to: 10 }),
      span("retried", { attempts: 2 }),
      failed("retried/attempt", { kind: "attempt", attempts: 2, to: 20 }),
      span("retried/attempt#2", { kind: "attempt", attempt: 2, attempts: 2, to: 100 }),
      failed("agent", { kind: "agent", to: 300, error: { code: "step.failed", message: "agent/turn 2 broke" } }),
      failed("agent/turn 2", { to: 290 }),
    ];
    const error = { code: "step.failed", message: "agent/turn 2 broke" };
    assert.equal(firstSelection(buildTree(timeline(spans, { status: "failed", error }))), "agent/turn 2");
  });

  it("is the first failure where none has the run's words", () => {
    const spans = [failed("a", { to: 10 }), failed("b", { to: 20 })];
    const error = { code: "run.failed", message: "other" };
    assert.equal(firstSelection(buildTree(timeline(spans, { status: "failed", error }))), "a");
  });

  it("is what runs, else what waits, else the last that ended", () => {
    const done = span("done", { to: 500 });
    const waits = span("waits", { status: "waiting", kind: "review", to: null });
    const runs = span("runs", { to: null });
    assert.equal(
      firstSelection(buildTree(timeline([runs, waits, done], { status: "running", finishedAt: null }))),
      "runs",
    );
    assert.equal(firstSelection(buildTree(timeline([waits, done], { status: "waiting", finishedAt: null }))), "waits");
    assert.equal(firstSelection(buildTree(timeline([span("x"), done]))), "done");
    assert.equal(firstSelection(buildTree(timeline([]))), "");
  });

  it("moves by lines within the list, and from failure to failure around it", () => {
    const tree = buildTree(timeline([failed("a"), span("b", { from: 2 }), failed("c", { from: 3 })]));
    const rows = rowsOf(tree, all);
    assert.equal(moved(rows, "a", 1), "b");
    assert.equal(moved(rows, "c", 20), "c");
    assert.equal(moved(rows, "a", -20), "");
    assert.equal(nextFailure(tree, "a")?.id, "c");
    assert.equal(nextFailure(tree, "c")?.id, "a");
  });
});

describe("the ink of a line", () => {
  const context = { zero: 0, now: 1_000 };
  const lane = (one: ReturnType<typeof span>) => laneOf(partOf(buildTree(timeline([one])), one.key), context);

  it("has a bar for each kind of time, in order, and fails in its last one", () => {
    const cuts = phases(["queued", 0, 10], ["load", 10, 20], ["prompt", 20, 30], ["work", 30, 100]);
    const styles = (status: string) => lane(failed("a", { status, phases: cuts })).bars.map(({ style }) => style);
    assert.deepEqual(styles("succeeded"), ["queued", "load", "prompt", "work"]);
    assert.deepEqual(styles("failed"), ["queued", "load", "prompt", "failed"]);
    assert.deepEqual(styles("cancelled"), ["queued", "load", "prompt", "stopped"]);
  });

  it("is open at the playhead while it runs", () => {
    const { bars } = lane(span("a", { to: null }));
    assert.deepEqual(bars, [{ style: "running", from: 0, to: 1_000, isOpen: true }]);
  });

  it("is brass only while it waits for a person", () => {
    const wait = (more: object) =>
      lane(span("a", { phases: phases(["wait", 0, null]), to: null, ...more })).bars[0]?.style;
    assert.equal(wait({ kind: "review", status: "waiting" }), "cue");
    assert.equal(wait({ kind: "sleep", status: "waiting" }), "rest");
    assert.equal(wait({ kind: "review", status: "succeeded", to: 90, phases: phases(["wait", 0, 90]) }), "asked");
  });

  it("is a bracket over a scope, and a bar of its own over a turn with tools inside", () => {
    const tree = buildTree(
      timeline([
        span("agent", { kind: "agent", phases: [] }),
        span("agent/turn 1", { model: "m" }),
        span("agent/turn 1/tool"),
      ]),
    );
    assert.ok(laneOf(partOf(tree, "agent"), context).bracket);
    assert.equal(laneOf(partOf(tree, "agent/turn 1"), context).bracket, null);
  });

  it("is a small mark at the beginning for what another run had done", () => {
    const copy = timeline([span("kept", { to: 100 }), span("own", { from: 5_000, to: 5_100 })], {
      trigger: "fork:run_0",
      startedAt: 4_900,
      finishedAt: 5_200,
    });
    assert.equal(zeroOf(copy), 4_900);
    const tree = buildTree(copy);
    assert.equal(laneOf(partOf(tree, "kept"), { zero: 4_900, now: 5_200 }).bars[0]?.style, "kept");
    assert.equal(laneOf(partOf(tree, "own"), { zero: 4_900, now: 5_200 }).bars[0]?.style, "work");
  });

  it("is explained by a legend of what the run has", () => {
    assert.deepEqual(
      legendOf(new Set(["cue"])).map(({ word }) => word),
      ["working", "waits for you"],
    );
  });
});

describe("the words of a line", () => {
  const context = { zero: 0, now: 60_000 };
  const words = (one: ReturnType<typeof span>) => {
    const part = partOf(buildTree(timeline([one])), one.key);
    return labelOf(part, laneOf(part, context), context);
  };

  it("are its time, its fault, or that it waits for you", () => {
    assert.equal(words(span("a")).text, "100\u202fms");
    assert.deepEqual(words(failed("a")), { text: "step.failed", tone: "fail" });
    const review = span("a", { kind: "review", status: "waiting", to: null, phases: phases(["wait", 0, null]) });
    assert.deepEqual(words(review), { text: "waits for you · 1\u202fmin", short: "1\u202fmin", tone: "cue" });
  });

  it("name a queue that somebody would ask about", () => {
    const queued = (until: number) =>
      words(span("a", { to: 40_000, phases: phases(["queued", 0, until], ["work", until, 40_000]) }));
    assert.equal(queued(5_000).text, "40\u202fs");
    assert.equal(queued(30_000).text, "40\u202fs, 30\u202fs of it queued");
    assert.equal(queued(30_000).short, "40\u202fs");
  });

  it("number a map like a tuplet, with how many ran at once", () => {
    const spans = [
      span("m", { kind: "map" }),
      ...[0, 10, 20].map((from, n) => span(`m[${n}]`, { from, to: from + 15 })),
    ];
    assert.equal(tupletOf(partOf(buildTree(timeline(spans)), "m")), "3 items, 2 at a time");
  });

  it("mark a scope in which something was tried again", () => {
    const tree = buildTree(
      timeline([span("a", { attempts: 2 }), failed("a/attempt", { kind: "attempt", attempts: 2 }), span("b")]),
    );
    assert.equal(glyphOf(partOf(tree, "a")), "retried");
    assert.equal(glyphOf(partOf(tree, "b")), "succeeded");
    assert.equal(partOf(tree, "a/attempt").name, "attempt 1 of 2");
  });
});

describe("the brackets of the gutter", () => {
  it("reach from a scope to the last line inside, with a weight that says how it goes", () => {
    const tree = buildTree(
      timeline([
        span("m", { kind: "map" }),
        span("m[0]"),
        span("m[1]"),
        span("agent", { kind: "agent", from: 50 }),
        span("agent/turn 1", { from: 60 }),
      ]),
    );
    assert.deepEqual(bracketsOf(rowsOf(tree, all)), [
      { from: 0, to: 5, level: 0, weight: "thin" },
      { from: 1, to: 3, level: 1, weight: "thick" },
      { from: 4, to: 5, level: 1, weight: "double" },
    ]);
  });
});

describe("idle time", () => {
  it("is where nothing worked, if it is worth leaving out", () => {
    const tree = buildTree(
      timeline([
        span("a", { from: 0, to: 10_000 }),
        span("sleep", { kind: "sleep", from: 10_000, to: 90_000, phases: phases(["wait", 10_000, 90_000]) }),
        span("b", { from: 90_000, to: 90_200 }),
        span("c", { from: 91_000, to: 100_000 }),
      ]),
    );
    assert.deepEqual(gapsOf(tree, 0, 100_000), [{ from: 10_000, to: 90_000 }]);
    assert.equal(totalOf(gapsOf(tree, 0, 100_000)), 80_000);
  });
});

describe("a run's score", () => {
  it("ends with the run, and of one that goes on with a round time ahead", () => {
    const ended = timeline([span("a")]);
    assert.equal(createScore(ended, buildTree(ended), 0).end, 1_000);
    const open = timeline([span("a", { to: null })], { status: "running", finishedAt: null });
    const { end, now } = createScore(open, buildTree(open), 192_000);
    assert.equal(now, 192_000);
    assert.equal(end, 220_000);
  });
});

describe("why a run has failed", () => {
  it("is told of the step that it began with, and what fell after it", () => {
    const error = { code: "step.failed", message: "a broke" };
    const tree = buildTree(
      timeline([failed("a", { to: 10, attempts: 3 }), failed("b", { to: 20 })], { status: "failed", error }),
    );
    const cause = causeOf(tree);
    assert.equal(cause?.part?.id, "a");
    assert.deepEqual(cause?.more, ["after 3 attempts", "1 step more failed after it"]);
    assert.equal(causeOf(buildTree(timeline([failed("a")]))), null);
  });

  it("counts what a new run would keep", () => {
    const tree = buildTree(timeline([span("a", { to: 10 }), span("b", { to: 40 }), span("c", { from: 20 })]));
    assert.equal(keptBefore(tree, partOf(tree, "c")), 1);
  });
});

describe("what a run has used", () => {
  it("counts each call once, and calls unknown what nobody has told", () => {
    const tokens = { input: 10, output: 5, cached: null, reasoning: null };
    const spans = [
      span("m", { kind: "map", tokens: { ...tokens, input: 20 } }),
      span("m[0]", { model: "x", tokens, cost: { money: 2, currency: "EUR" } }),
      span("m[1]", { model: "y", tokens }),
    ];
    const totals = totalsOf(buildTree(timeline(spans)), 0);
    assert.deepEqual(
      { input: totals.input, money: totals.money, unpriced: totals.unpriced, models: totals.models },
      { input: 20, money: 2, unpriced: 1, models: ["x", "y"] },
    );
    assert.equal(totalsOf(buildTree(timeline([span("a")])), 0).input, null);
    // What a fork has kept was used by the run that it was forked from.
    assert.equal(totalsOf(buildTree(timeline(spans)), 5_000).input, null);
  });
});

describe("news of a run", () => {
  it("take the place of what was there, and keep the rest", () => {
    const old = timeline([span("a", { to: null }), span("b")]);
    const next = { ...timeline([span("a", { to: 50 }), span("c")]), latest: 9 };
    const merged = mergeTimeline(old, next);
    assert.deepEqual(
      merged.spans.map(({ key, finishedAt }) => [key, finishedAt]),
      [
        ["a", 50],
        ["b", 100],
        ["c", 100],
      ],
    );
    assert.equal(merged.latest, 9);
  });
});
