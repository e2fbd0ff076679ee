import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Clock } from "../../../../src/core/clock.ts";
import { family, testMetrics } from "../../../support/metric.ts";
import { figureStore } from "../../../support/figure-store.ts";

const now = Date.UTC(2026, 10, 25, 9, 0, 7);
const clock: Clock = { now: () => now, after: () => () => undefined };

interface Answer {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly series: readonly {
    readonly labels: object;
    readonly points: readonly (readonly [number, number | null])[];
  }[];
}

async function call<Result>(name: string, input: object): Promise<Result> {
  const store = figureStore(clock);
  const metrics = testMetrics({ clock, store, sources: [{ families: [family("depth", { labels: ["server"] })] }] });
  const point = { type: "gauge", last: 3, min: 1, max: 5 } as const;
  store.sink.points([
    { name: "depth", labels: { server: "a" }, at: (now - 7_000) * 1_000, point },
    { name: "of_old", labels: { kind: "x" }, at: (now - 7_000) * 1_000, point },
  ]);
  await store.flush();
  const operation = metrics.operations.find((one) => one.name === name) ?? assert.fail(name);
  const parsed = operation.input.parse(input) as never;
  return (await operation.handle(parsed, { signal: new AbortController().signal, caller: "test" })) as Result;
}

const query = (input: object) => call<Answer>("metric.query", { expression: "depth", ...input });

describe("metric.query", () => {
  it("gives the value now where no time is asked for", async () => {
    const labels = { __name__: "depth", server: "a" };
    assert.deepEqual(await query({}), { from: now, to: now, stepMs: 0, series: [{ labels, points: [[now, 3]] }] });
  });

  it("gives about 120 values over a time, on whole multiples of their distance, and the one now", async () => {
    const { from, to, stepMs, series } = await query({ since: "1h" });
    assert.deepEqual([from, to, stepMs], [now - 3_600_000 + 23_000, now, 30_000]);
    assert.deepEqual(series[0]?.points, [
      [now - 7_000, 3],
      [now, 3],
    ]);
    assert.equal((await query({ since: "1h", step: "5m" })).stepMs, 300_000);
  });

  it("takes times as such, as numbers, and as how long ago", async () => {
    const hour = Date.UTC(2026, 10, 25, 8);
    for (const from of ["2026-11-25T08:00:00Z", hour, String(hour)]) {
      assert.equal((await query({ from, to: "10m" })).from, hour);
    }
    await assert.rejects(query({ from: "yesterday" }), /"yesterday" is no time/);
    await assert.rejects(query({ from: hour, since: "1h" }), /both since and from are given/);
  });

  it("gives null for what is not a number", async () => {
    const { series } = await query({ expression: "depth / 0 - depth / 0" });
    assert.deepEqual(series[0]?.points, [[now, null]]);
  });

  it("stops where the caller goes away", async () => {
    const metrics = testMetrics({ clock });
    const asked = { expression: "vector(1)", from: 0, to: 10_000, stepMs: 1 };
    await assert.rejects(metrics.query(asked, AbortSignal.abort()), { name: "AbortError" });
  });
});

describe("metric.list", () => {
  it("lists what is declared and what is only stored, by name", async () => {
    const listed = await call<readonly { name: string; type: string | null; labels: string[]; isStored: boolean }[]>(
      "metric.list",
      {},
    );
    const find = (name: string) => listed.find((one) => one.name === name);
    assert.deepEqual(
      [find("depth")?.type, find("depth")?.labels, find("depth")?.isStored],
      ["gauge", ["server"], true],
    );
    assert.deepEqual([find("of_old")?.type, find("of_old")?.labels], [null, ["kind"]]);
    assert.equal(find("tutti_runs_total")?.isStored, false);
    const some = await call<readonly { name: string }[]>("metric.list", { name: "dept" });
    assert.deepEqual(
      some.map(({ name }) => name),
      ["depth"],
    );
  });
});
