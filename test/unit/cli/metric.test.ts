import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chart } from "../../../src/cli/present/chart.ts";
import { present } from "../../../src/cli/present/present.ts";
import { createTerminalText } from "../../../src/cli/terminal-text.ts";

const output = { dataColor: createTerminalText().colors(false), dataWidth: 60 };
const start = Date.UTC(2026, 10, 25, 9);

function query(series: readonly object[], stepMs = 60_000): string {
  const result = { from: start, to: stepMs === 0 ? start : start + 9 * stepMs, stepMs, series };
  return present({ operation: "metric.query", input: {}, result }, output);
}

describe("a chart of characters", () => {
  it("stands on zero, shows small values as a line and gaps as nothing", () => {
    assert.deepEqual(chart([0, 1, 2, 4, 8, null, 8], { columns: 10, rows: 1 }), ["▁▁▂▄█ █"]);
    assert.deepEqual(chart([1, 2, 3, 4], { columns: 10, rows: 2 }), ["  ▄█", "▄███"]);
    assert.deepEqual(chart([0, 0], { columns: 10, rows: 1 }), ["▁▁"]);
    assert.deepEqual(chart([-4, 4], { columns: 10, rows: 1 }), ["▁█"]);
    assert.deepEqual(chart([null, null], { columns: 10, rows: 1 }), ["  "]);
  });

  it("keeps the highest where several values share a column", () => {
    assert.deepEqual(chart([0, 8, 0, 0, 4, 0], { columns: 3, rows: 1 }), ["█▁▄"]);
  });
});

describe("an answer of PromQL in a terminal", () => {
  it("is a table of labels and values for one time", () => {
    const text = query(
      [
        { labels: { __name__: "tutti_runs_open", status: "queued" }, points: [[start, 3]] },
        { labels: { __name__: "tutti_runs_open", status: "running" }, points: [[start, 0.123456]] },
        { labels: { status: "paused" }, points: [[start, null]] },
      ],
      0,
    );
    assert.deepEqual(text.split("\n"), [
      "name             status   value",
      "tutti_runs_open  queued   3",
      "tutti_runs_open  running  0.1235",
      "                 paused   –",
    ]);
  });

  it("is a chart over a time, one line for each of several series", () => {
    const points = (factor: number) => Array.from({ length: 10 }, (_none, at) => [start + at * 60_000, at * factor]);
    const text = query([
      { labels: { flow: "a" }, points: points(1) },
      { labels: { flow: "b" }, points: points(2).slice(5) },
    ]);
    assert.deepEqual(text.split("\n"), [
      '{flow="a"}  last 9  least 0  most 9',
      "▁▁▂▃▄▄▅▆▇█",
      "",
      '{flow="b"}  last 18  least 10  most 18',
      "     ▄▅▆▇█",
      "",
      "2026-11-25 09:00 to 2026-11-25 09:09 UTC, a value each 1 min",
    ]);
    const only = query([{ labels: { flow: "a" }, points: points(1) }]);
    assert.equal(only.split("\n").filter((line) => /[▁-█]/.test(line)).length, 6);
  });

  it("says what to do where there is nothing, or too much", () => {
    assert.match(query([]), /^Nothing: no such figure/);
    const many = Array.from({ length: 50 }, (_none, at) => ({ labels: { flow: `f${at}` }, points: [[start, 1]] }));
    assert.match(query(many, 0), /… and 20 more; fewer by sum by/);
  });
});
