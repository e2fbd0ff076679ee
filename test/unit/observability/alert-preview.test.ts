import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { preview, type Preview, type PreviewPorts } from "../../../src/observability/alert/preview.ts";
import type { AlertQuery } from "../../../src/observability/alert/rule.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const to = Date.UTC(2026, 10, 25);
const from = to - day;
const signal = new AbortController().signal;

type Values = (at: number) => number | undefined;

/** Figures that go by the time; what an expression compares is done here as PromQL does it. */
function figures(valueAt: Values): PreviewPorts["metrics"] {
  return {
    query: async ({ expression, from: first, to: last, stepMs }) => {
      const above = /> (\d+)$/.exec(expression)?.[1];
      const points: [number, number][] = [];
      for (let at = first; at <= last; at += stepMs) {
        const value = valueAt(at);
        if (value !== undefined && (above === undefined || value > Number(above))) points.push([at, value]);
      }
      return { series: points.length === 0 ? [] : [{ labels: { __name__: "x", flow: "a" }, points }] };
    },
  };
}

const noStore: PreviewPorts["store"] = { logs: async () => [], traces: async () => [] };

const look = (values: Values, forMs = 0): Promise<Preview> =>
  preview(
    { metrics: figures(values), store: noStore },
    { query: { kind: "metrics", expression: "x > 3" }, forMs, labels: {} },
    { from, to, signal },
  );

/** 9 from minute `begin` of the day to before minute `end`, else 1. */
const between =
  (begin: number, end: number): Values =>
  (at) =>
    at >= from + begin * minute && at < from + end * minute ? 9 : 1;

describe("the preview of a rule", () => {
  it("says how often and how long it would have fired", async () => {
    const { fired, firingMs, intervals, threshold } = await look((at) =>
      Math.max(between(60, 64)(at) ?? 0, between(120, 130)(at) ?? 0),
    );
    assert.deepEqual([fired, firingMs, threshold], [2, 14 * minute, 3]);
    assert.deepEqual(intervals[0], {
      from: from + 60 * minute,
      to: from + 64 * minute,
      labels: { flow: "a" },
      isOpen: false,
    });
  });

  it("goes by `for`: what is too short is never an alert", async () => {
    assert.equal((await look(between(60, 64), 5 * minute)).fired, 0);
    assert.equal((await look(between(60, 70), 5 * minute)).intervals[0]?.from, from + 65 * minute);
  });

  it("says where it would still fire", async () => {
    assert.deepEqual(
      (await look(between(1_435, 1_441))).intervals.map((one) => [one.to, one.isOpen]),
      [[to, true]],
    );
  });

  it("draws what is compared, not only what is above the line, in as few points as a chart has room for", async () => {
    const [series] = (await look(between(60, 62))).series;
    assert.ok(series && series.points.length <= 288);
    assert.deepEqual(
      [Math.min(...series.points.map(([, value]) => value)), Math.max(...series.points.map(([, value]) => value))],
      [1, 9],
    );
  });

  it("counts each moment once where several sets of labels fire", async () => {
    const metrics: PreviewPorts["metrics"] = {
      query: async ({ stepMs }) => ({
        series: ["a", "b"].map((flow) => ({
          labels: { flow },
          points: [
            [from, 9],
            [from + stepMs, 9],
          ] as const,
        })),
      }),
    };
    const rule = { query: { kind: "metrics", expression: "x" } as const, forMs: 0, labels: {} };
    const { fired, firingMs } = await preview({ metrics, store: noStore }, rule, { from, to, signal });
    assert.deepEqual([fired, firingMs], [2, 2 * minute]);
  });
});

describe("the preview of a rule over log records", () => {
  const query: AlertQuery = { kind: "logs", query: "level:error", windowMs: 10 * minute, above: 2 };

  /** As the store pages them: the newest first, and what was stored before a number. */
  function store(times: readonly number[]): PreviewPorts["store"] {
    const all = times.map((at, seq) => ({ at: at * 1_000, seq })).toReversed();
    return {
      ...noStore,
      logs: async ({ before = Number.POSITIVE_INFINITY, limit }) =>
        all.filter(({ seq }) => seq < before).slice(0, limit) as never,
    };
  }

  const over = (times: readonly number[]): Promise<Preview> =>
    preview(
      { metrics: figures(() => undefined), store: store(times) },
      { query, forMs: 0, labels: {} },
      { from, to, signal },
    );

  it("counts them in a window that moves", async () => {
    const began = from + 60 * minute;
    const { fired, intervals, isCut } = await over([began, began + minute, began + 2 * minute]);
    assert.deepEqual([fired, isCut], [1, false]);
    assert.deepEqual([intervals[0]?.from, intervals[0]?.to], [began + 2 * minute, began + 11 * minute]);
  });

  it("reads page after page, and says where there were more than it reads", async () => {
    const many = (count: number): number[] => Array.from({ length: count }, (_, index) => from + (index * day) / count);
    assert.equal((await over(many(2_500))).isCut, false);
    assert.equal((await over(many(20_500))).isCut, true);
  });
});
