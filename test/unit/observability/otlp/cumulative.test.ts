import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createDeltas } from "../../../../src/observability/otlp/receive/cumulative.ts";

const point = (identity: string, start: number | undefined, at: number, ...values: number[]) => ({
  identity,
  start,
  at,
  values,
});

describe("what a cumulative series has added", () => {
  it("is the whole of it where it began after us, then the difference", () => {
    const deltas = createDeltas({ since: 100, mostSeries: 10 });
    assert.deepEqual(deltas.ofCumulative(point("a", 100, 110, 5)), [5]);
    assert.deepEqual(deltas.ofCumulative(point("a", 100, 120, 7)), [2]);
    assert.deepEqual(deltas.ofCumulative(point("a", 100, 130, 7)), [0]);
  });

  it("is nothing at first where it began before us: that may have been counted before a restart of ours", () => {
    const deltas = createDeltas({ since: 100, mostSeries: 10 });
    assert.deepEqual(deltas.ofCumulative(point("a", 50, 110, 500)), [0]);
    assert.deepEqual(deltas.ofCumulative(point("a", 50, 120, 503)), [3]);
    assert.deepEqual(deltas.ofCumulative(point("b", undefined, 120, 8)), [0]);
  });

  it("is the whole of it after a restart of the sender, told by its start or by a fall", () => {
    const deltas = createDeltas({ since: 0, mostSeries: 10 });
    deltas.ofCumulative(point("a", 1, 10, 100, 1));
    assert.deepEqual(deltas.ofCumulative(point("a", 20, 30, 4, 1)), [4, 1]);
    deltas.ofCumulative(point("b", undefined, 10, 100));
    assert.deepEqual(deltas.ofCumulative(point("b", undefined, 20, 3)), [3]);
  });

  it("is counted once where a point comes again, late or twice", () => {
    const deltas = createDeltas({ since: 0, mostSeries: 10 });
    deltas.ofCumulative(point("a", 1, 20, 5));
    assert.equal(deltas.ofCumulative(point("a", 1, 20, 5)), null);
    assert.equal(deltas.ofCumulative(point("a", 1, 10, 3)), null);
    assert.deepEqual(deltas.ofDelta(point("d", 1, 10, 3)), [3]);
    assert.equal(deltas.ofDelta(point("d", 1, 10, 3)), null);
    assert.deepEqual(deltas.ofDelta(point("d", 10, 20, 3)), [3]);
  });

  it("keeps two senders apart that have one name and are alive at once", () => {
    const deltas = createDeltas({ since: 0, mostSeries: 10 });
    const added = [
      deltas.ofCumulative(point("a", 1, 10, 100)),
      deltas.ofCumulative(point("a", 2, 11, 7)),
      deltas.ofCumulative(point("a", 1, 20, 101)),
      deltas.ofCumulative(point("a", 2, 21, 9)),
    ];
    assert.deepEqual(added, [[100], [7], [1], [2]]);
  });

  it("is not counted again of a series that was forgotten", () => {
    const deltas = createDeltas({ since: 0, mostSeries: 2 });
    deltas.ofCumulative(point("a", 1, 10, 100));
    deltas.ofCumulative(point("b", 1, 11, 1));
    deltas.ofCumulative(point("c", 1, 12, 1));
    assert.deepEqual(deltas.ofCumulative(point("a", 1, 20, 102)), [0]);
    assert.deepEqual(deltas.ofCumulative(point("e", 15, 20, 3)), [3]);
  });

  it("stands at the sum of its changes where it also falls", () => {
    const deltas = createDeltas({ since: 0, mostSeries: 2 });
    assert.deepEqual(
      [
        deltas.standing(point("a", 1, 10, 5)),
        deltas.standing(point("a", 10, 20, -2)),
        deltas.standing(point("a", 10, 20, -2)),
      ],
      [5, 3, null],
    );
  });
});
