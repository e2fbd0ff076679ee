import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Point, SeriesPoint } from "../../src/observability/record.ts";
import type { SeriesFilter, TelemetryStore } from "../../src/observability/store/telemetry-store.ts";
import { counted, past } from "../support/telemetry.ts";
import type { OpenStore } from "./telemetry-store.ts";

const day = 86_400_000;
const steps = [10_000, 60_000, 3_600_000, day];

const everything = (name: string, stepMs: number): SeriesFilter => ({
  name,
  matchers: [],
  from: past - 30 * day,
  to: past + day,
  stepMs,
});

export function seriesCases(open: OpenStore): void {
  describe("series", () => {
    it("come back by ten seconds while they are fresh, and by longer intervals when these will do", async () => {
      const store = open();
      const now = Math.floor(Date.now() / 60_000) * 60_000;
      const at = (ms: number): number => (now + ms) * 1_000;
      const gauge = (last: number): Point => ({ type: "gauge", last, min: last - 1, max: last + 1 });
      store.sink.points([
        { name: "depth", labels: {}, at: at(-50_000), point: gauge(5) },
        { name: "depth", labels: {}, at: at(-40_000), point: gauge(9) },
        { name: "depth", labels: {}, at: at(-35_000), point: gauge(2) },
        { name: "depth", labels: {}, at: at(0), point: gauge(3) },
      ]);
      await store.flush();
      const range = { name: "depth", matchers: [], from: now - 60_000, to: now };
      const fine = await store.series({ ...range, stepMs: 15_000 });
      assert.equal(fine.resolutionMs, 10_000);
      assert.deepEqual(fine.series, [
        {
          labels: {},
          points: [
            { at: now - 50_000, point: gauge(5) },
            { at: now - 40_000, point: gauge(9) },
            { at: now - 30_000, point: gauge(2) },
            { at: now, point: gauge(3) },
          ],
        },
      ]);
      const coarse = await store.series({ ...range, stepMs: 60_000 });
      assert.equal(coarse.resolutionMs, 60_000);
      assert.deepEqual(coarse.series[0]?.points, [{ at: now, point: { type: "gauge", last: 3, min: 1, max: 10 } }]);
    });

    it("are picked by their labels, as in Prometheus", async () => {
      const store = open();
      const label = (model: string): SeriesPoint => counted(0, 1, { model, kind: "chat" });
      store.sink.points([label("a"), label("ab"), label("b"), counted(0, 1)]);
      await store.flush();
      const models = async (op: "=" | "!=" | "=~" | "!~", value: string): Promise<string[]> => {
        const matchers = [{ label: "model", op, value }];
        const { series } = await store.series({ ...everything("things_total", 60_000), matchers });
        return series.map(({ labels }) => labels["model"] ?? "").toSorted();
      };
      assert.deepEqual(await models("=", "a"), ["a"]);
      assert.deepEqual(await models("!=", "a"), ["", "ab", "b"]);
      assert.deepEqual(await models("=~", "a.*"), ["a", "ab"]);
      assert.deepEqual(await models("=~", "a|b"), ["a", "b"]);
      assert.deepEqual(await models("!~", "a.*"), ["", "b"]);
      assert.deepEqual(await models("=", ""), [""]);
      await assert.rejects(models("=~", "("), { code: "usage.invalid" });
      assert.deepEqual(await store.seriesNames(), [{ name: "things_total", labels: ["kind", "model"] }]);
      assert.deepEqual(await store.labelValues("things_total", "model"), ["a", "ab", "b"]);
    });

    it("of a histogram add up, and begin anew where its buckets change", async () => {
      const store = open();
      const histogram = (afterMs: number, bounds: readonly number[], counts: readonly number[]): SeriesPoint => ({
        name: "took_seconds",
        labels: {},
        at: (past + afterMs) * 1_000,
        point: { type: "histogram", sum: 1.5, count: counts.reduce((sum, count) => sum + count, 0), bounds, counts },
      });
      const start = Math.ceil(past / 3_600_000) * 3_600_000 - past;
      store.sink.points([
        histogram(start + 10_000, [1, 2], [1, 0, 300]),
        histogram(start + 20_000, [1, 2], [0, 2, 1]),
        histogram(start + 1_000_000, [1], [4, 5]),
      ]);
      await store.flush();
      const { series } = await store.series({ ...everything("took_seconds", 60_000), from: past });
      assert.deepEqual(
        series.map(({ points }) => points.map(({ point }) => point)),
        [
          [
            { type: "histogram", sum: 3, count: 304, bounds: [1, 2], counts: [1, 2, 301] },
            { type: "histogram", sum: 1.5, count: 9, bounds: [1], counts: [4, 5] },
          ],
        ],
      );
    });

    it("have the same sums by every interval, whatever was pruned, and whenever points came", async () => {
      const random = chance(7);
      for (let round = 0; round < 6; round++) {
        const store = open();
        const told = Array.from({ length: 300 }, () =>
          counted(-Math.floor(random() * 5 * day), Math.floor(random() * 100), {
            part: String(Math.floor(random() * 3)),
          }),
        );
        const early = told.slice(0, Math.floor(random() * told.length));
        store.sink.points(early);
        await store.flush();
        await store.prune("points", past - Math.floor(random() * 3 * day));
        await store.prune("hours", past - Math.floor(random() * 5 * day));
        // These come late: what they belong to has been added up, and some of it is gone.
        store.sink.points(told.slice(early.length));
        await store.flush();
        await store.prune("points", past - Math.floor(random() * day));
        for (const part of ["0", "1", "2"]) {
          const own = told.filter(({ labels }) => labels["part"] === part);
          const sum = own.reduce((total, { point }) => total + (point.type === "counter" ? point.sum : 0), 0);
          for (const stepMs of steps) assert.equal(await sumOf(store, part, stepMs), sum, `by ${stepMs}`);
        }
      }
    });

    it("that are not figures, and more of them than there may be, have failed", async () => {
      const store = open();
      store.sink.points([
        counted(0, Number.NaN),
        counted(0, Number.POSITIVE_INFINITY),
        {
          name: "h",
          labels: {},
          at: past * 1_000,
          point: { type: "histogram", sum: 1, count: 1, bounds: [1], counts: [1] },
        },
        counted(0, 1),
      ]);
      await store.flush();
      assert.deepEqual(store.counts(), { accepted: 1, dropped: 0, failed: 3 });
    });
  });
}

async function sumOf(store: TelemetryStore, part: string, stepMs: number): Promise<number> {
  const matchers = [{ label: "part", op: "=", value: part } as const];
  const { series } = await store.series({ ...everything("things_total", stepMs), matchers });
  return (series[0]?.points ?? []).reduce((total, { point }) => total + (point.type === "counter" ? point.sum : 0), 0);
}

/** The same numbers in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
