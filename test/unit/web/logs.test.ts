import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fieldsOf, wordsOf, type LogLine } from "../../../web/pages/logs/log-line.ts";
import { mostLines, noLines, reduceLogs, type LogPages } from "../../../web/pages/logs/log-pages.ts";

function line(seq: number, more: Partial<LogLine> = {}): LogLine {
  return {
    seq,
    at: seq,
    level: "info",
    event: "x.y",
    message: "",
    service: "tutti",
    traceId: null,
    spanId: null,
    run: null,
    attributes: {},
    ...more,
  };
}

const numbers = ({ lines }: LogPages): readonly number[] => lines.map(({ seq }) => seq);

describe("the lines of the log", () => {
  it("stand oldest first: what is older comes before them, what is new behind", () => {
    const first = reduceLogs(noLines, { type: "page", lines: [line(9), line(8)], isLast: false });
    const older = reduceLogs(first, { type: "page", lines: [line(7), line(3)], isLast: true });
    const newer = reduceLogs(older, { type: "came", lines: [line(10), line(12)] });
    assert.deepEqual(numbers(newer), [3, 7, 8, 9, 10, 12]);
    assert.deepEqual([newer.arrived, newer.isComplete], [2, true]);
  });

  it("are there once, also when the same are told again after a connection was lost", () => {
    const first = reduceLogs(noLines, { type: "page", lines: [line(2), line(1)], isLast: true });
    const again = reduceLogs(first, { type: "came", lines: [line(1), line(2), line(3)] });
    assert.deepEqual(numbers(again), [1, 2, 3]);
    assert.equal(again.arrived, 1);
    assert.equal(reduceLogs(again, { type: "came", lines: [line(3)] }), again);
  });

  it("are no more than can be read: the oldest go, and can be asked for again", () => {
    const full = reduceLogs(noLines, {
      type: "page",
      lines: Array.from({ length: mostLines }, (_, index) => line(mostLines - index)),
      isLast: true,
    });
    const next = reduceLogs(full, { type: "came", lines: [line(mostLines + 1)] });
    assert.equal(next.lines.length, mostLines);
    assert.equal(next.lines[0]?.seq, 2);
    assert.equal(next.isComplete, false);
  });

  it("stay when a question fails, and go when another is asked", () => {
    const first = reduceLogs(noLines, { type: "page", lines: [line(1)], isLast: true });
    const failed = reduceLogs(first, { type: "failed", error: new Error("away") });
    assert.deepEqual([numbers(failed), failed.isLoading], [[1], false]);
    assert.equal(reduceLogs(failed, { type: "anew" }), noLines);
  });
});

describe("a line of the log", () => {
  it("says its message or its fields, and why it failed", () => {
    assert.equal(wordsOf(line(1, { attributes: { job: "prune", n: 2 } })), "job prune, n 2");
    const attributes = {
      "tutti.run.id": "run_1",
      "exception.type": "Error",
      "exception.message": "no\nspace",
      "exception.stacktrace": "Error: no space\n    at x",
    };
    assert.equal(wordsOf(line(1, { message: "It broke", attributes })), "It broke: no space");
    assert.equal(wordsOf(line(1, { attributes })), "no space");
  });

  it("has its long fields last", () => {
    const fields = fieldsOf(line(1, { attributes: { stack: "a\nb", n: 1, list: ["x"] } }));
    assert.deepEqual(fields, [
      ["n", "1"],
      ["list", '["x"]'],
      ["stack", "a\nb"],
    ]);
  });
});
