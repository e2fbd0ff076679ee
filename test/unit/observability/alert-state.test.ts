import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { advance, holdMs, type Change, type Instance } from "../../../src/observability/alert/state.ts";

const second = 1_000;
const minute = 60 * second;

/** One set of labels of a rule, looked at again and again. */
class Life {
  now = 1_000_000;
  known: Instance | undefined;
  readonly changes: string[] = [];
  readonly forMs: number;

  constructor(forMs: number) {
    this.forMs = forMs;
  }

  /** Looks after `afterMs`; `value` is what the query gives, null where it gives nothing. */
  look(value: number | null, afterMs = 15 * second, unseenMs = 0): Instance | undefined {
    this.now += afterMs;
    const seen = value === null ? undefined : { key: "{}", labels: {}, value };
    const { next, change } = advance(this.known, seen, { now: this.now, unseenMs, forMs: this.forMs });
    if (change) this.changes.push(inWords(change));
    this.known = next ?? undefined;
    return this.known;
  }
}

const inWords = ({ before, state, value }: Change): string => `${before} → ${state} at ${value}`;

describe("an alert", () => {
  it("that has no `for` fires at the first look", () => {
    const life = new Life(0);
    assert.equal(life.look(4)?.state, "firing");
    assert.deepEqual(life.changes, ["normal → firing at 4"]);
  });

  it("that has one is pending until it has been so for that long", () => {
    const life = new Life(30 * second);
    assert.equal(life.look(1)?.state, "pending");
    assert.equal(life.look(2)?.state, "pending");
    const firing = life.look(3);
    assert.deepEqual([firing?.state, firing?.since, firing?.activeSince], ["firing", life.now, life.now - 30 * second]);
    assert.deepEqual(life.changes, ["normal → pending at 1", "pending → firing at 3"]);
  });

  it("that is pending is normal at the first look at which it is not so, and begins anew", () => {
    const life = new Life(minute);
    life.look(1);
    assert.equal(life.look(null), undefined);
    life.look(1);
    assert.equal(life.look(1)?.state, "pending");
    assert.deepEqual(life.changes, ["normal → pending at 1", "pending → normal at 1", "normal → pending at 1"]);
  });

  it("keeps the newest value while it fires, without a change", () => {
    const life = new Life(0);
    life.look(1);
    assert.equal(life.look(9)?.value, 9);
    assert.equal(life.changes.length, 1);
  });

  it("is resolved when it has not been so for the hold, not before", () => {
    const life = new Life(0);
    life.look(1);
    life.look(null);
    for (let passed = 15 * second; passed < holdMs; passed += 15 * second)
      assert.equal(life.look(null)?.state, "firing");
    assert.equal(life.look(null), undefined);
    assert.deepEqual(life.changes, ["normal → firing at 1", "firing → normal at 1"]);
  });

  it("that comes and goes within the hold is one alert", () => {
    const life = new Life(0);
    for (let turn = 0; turn < 20; turn++) life.look(turn % 2 === 0 ? 1 : null);
    assert.deepEqual(life.changes, ["normal → firing at 1"]);
  });

  it("counts the hold from the last time at which it was so", () => {
    const life = new Life(0);
    life.look(1);
    life.look(null, 45 * second);
    assert.equal(life.look(1)?.clearSince, null);
    assert.equal(life.look(null, 45 * second)?.state, "firing");
  });

  it("fires again as a new alert, without what was said to the old one", () => {
    const life = new Life(0);
    const first = life.look(1);
    assert.ok(first);
    life.known = { ...first, toldAt: life.now, ack: { at: life.now, by: "Ada", note: "known" } };
    life.look(null);
    assert.equal(life.look(null, holdMs), undefined);
    const again = life.look(1);
    assert.deepEqual([again?.state, again?.ack, again?.toldAt], ["firing", null, null]);
  });

  it("does not become older by time in which nobody has looked", () => {
    const life = new Life(5 * minute);
    life.look(1);
    const later = life.look(1, 3 * 3_600_000, 3 * 3_600_000 - 15 * second);
    assert.equal(later?.state, "pending");
    assert.equal(later?.activeSince, life.now - 15 * second);
  });

  it("that fires is not resolved by time in which nobody has looked", () => {
    const life = new Life(0);
    life.look(1);
    life.look(null);
    assert.equal(life.look(null, 3_600_000, 3_600_000 - 15 * second)?.state, "firing");
  });

  it("that is not so stays nothing", () => {
    const life = new Life(0);
    assert.equal(life.look(null), undefined);
    assert.deepEqual(life.changes, []);
  });
});
