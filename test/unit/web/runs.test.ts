import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planBulk } from "../../../web/pages/runs/bulk-plan.ts";
import { lanesOf } from "../../../web/pages/runs/peek-lane.ts";
import { andTerm, quoted, termsOf, valuesOf, withTerm, without } from "../../../web/data/query-text.ts";
import { emptyPages, reducePages, type RunPages } from "../../../web/pages/runs/run-pages-state.ts";
import { triggerWords } from "../../../web/pages/run/head/trigger.ts";
import type { RunRow } from "../../../web/pages/runs/run-row.ts";

describe("the query of the runs page", () => {
  it("is cut into terms, with quotes and a minus", () => {
    const terms = termsOf('status:failed -flow:triage error:"no space left" words');
    assert.deepEqual(
      terms.map(({ key, value, isNot }) => [key, value, isNot]),
      [
        ["status", "failed", false],
        ["flow", "triage", true],
        ["error", "no space left", false],
        [null, "words", false],
      ],
    );
  });

  it("keeps a quote that is not closed yet in one piece", () => {
    assert.deepEqual(
      termsOf('error:"half a').map(({ text }) => text),
      ['error:"half a'],
    );
  });

  it("takes a term away, puts one in place of another, and adds none twice", () => {
    assert.equal(without("status:failed since:24h", "since:24h"), "status:failed");
    assert.equal(withTerm("status:failed since:24h", "status", "waiting"), "since:24h status:waiting");
    assert.equal(withTerm("status:failed -status:paused", "status", null), "-status:paused");
    assert.equal(andTerm("a:b", "a:b"), "a:b");
  });

  it("quotes what would be read as something else, and reads it back", () => {
    for (const value of ["plain", "two words", 'a "quote"', "a,b", "-minus", "c:\\folder", ""]) {
      const [term] = termsOf(`flow:${quoted(value)}`);
      assert.equal(term?.value, value, quoted(value));
    }
    assert.deepEqual(valuesOf("status:failed,waiting -status:paused", "status"), ["failed", "waiting"]);
  });
});

describe("the list of runs", () => {
  const shown = (...ids: readonly string[]): RunPages =>
    reducePages(emptyPages, { type: "page", before: undefined, rows: ids.map((id) => run(id)), isLast: false });

  it("grows at its end and shows none twice", () => {
    const state = reducePages(shown("run_3", "run_2"), {
      type: "page",
      before: "run_2",
      rows: [run("run_2"), run("run_1")],
      isLast: true,
    });
    assert.deepEqual(ids(state.rows), ["run_3", "run_2", "run_1"]);
    assert.equal(state.isComplete, true);
  });

  it("changes rows in place and only counts what is new, so that nothing moves under the pointer", () => {
    const state = reducePages(shown("run_2", "run_1"), {
      type: "newest",
      rows: [run("run_3"), run("run_2", "failed")],
    });
    assert.deepEqual(ids(state.rows), ["run_2", "run_1"]);
    assert.deepEqual(ids(state.unseen), ["run_3"]);
    assert.equal(state.rows[0]?.status, "failed");
  });

  it("shows the first run of an empty list at once", () => {
    const state = reducePages(reducePages(emptyPages, { type: "page", before: undefined, rows: [], isLast: true }), {
      type: "newest",
      rows: [run("run_1")],
    });
    assert.deepEqual(ids(state.rows), ["run_1"]);
    assert.equal(state.unseen.length, 0);
  });

  it("keeps what it has when a question fails", () => {
    const state = reducePages(shown("run_1"), { type: "failed", error: new Error("away") });
    assert.deepEqual(ids(state.rows), ["run_1"]);
    assert.equal(state.error?.message, "away");
  });
});

describe("an action on many runs", () => {
  it("is planned for those that it can be done to, and says why the others are left", () => {
    const plan = planBulk("retry", [run("run_1", "failed"), run("run_2", "running"), run("run_3", "cancelled")]);
    assert.deepEqual(ids(plan.able), ["run_1", "run_3"]);
    assert.deepEqual(
      plan.left.map(({ run: { id }, why }) => [id, why]),
      [["run_2", "is running"]],
    );
  });
});

describe("the look beside the list", () => {
  const span = (key: string, startedAt: number | null, finishedAt: number | null, status = "succeeded") => ({
    key,
    depth: 1,
    name: key,
    kind: "run",
    status,
    startedAt,
    finishedAt,
    error: null,
  });

  it("draws steps as shares of the run's time, an open one up to its end", () => {
    const lanes = lanesOf([span("a", 0, 50), span("b", 50, null, "running"), span("c", null, null, "pending")], {
      from: 0,
      to: 100,
    });
    assert.deepEqual(
      lanes.map(({ key, from, to }) => [key, from, to]),
      [
        ["a", 0, 0.5],
        ["b", 0.5, 1],
      ],
    );
  });

  it("of a long run keeps the beginning, what failed, and the end", () => {
    const spans = Array.from({ length: 100 }, (_, index) =>
      span(`s${index}`, index, index + 1, index === 50 ? "failed" : "succeeded"),
    );
    const keys = lanesOf(spans, { from: 0, to: 100 }).map(({ key }) => key);
    assert.ok(keys.includes("s0") && keys.includes("s50") && keys.includes("s99"), keys.join());
    assert.ok(keys.length <= 16);
  });
});

function run(id: string, status = "succeeded"): RunRow {
  return {
    id,
    flow: "f",
    status,
    summary: null,
    waitingFor: null,
    trigger: null,
    createdAt: 0,
    startedAt: 0,
    finishedAt: 1,
    usage: { calls: 0 },
  };
}

function ids(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
}

describe("who has started a run", () => {
  it("is told in words, also where it was the browser", () => {
    assert.equal(triggerWords("cli").words, "started by hand");
    assert.equal(triggerWords("web").words, "started in the browser");
    assert.equal(triggerWords("http").words, "started over HTTP");
    assert.equal(triggerWords("schedule:nightly").words, "started by the schedule nightly");
    assert.deepEqual(triggerWords("fork:run_1"), { words: "a fork of", run: "run_1" });
  });
});
