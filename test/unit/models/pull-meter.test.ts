import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createPullMeter } from "../../../src/models/pull-meter.ts";

describe("a pull's meter", () => {
  test("counts speed and time left from what comes now, not from what was there", () => {
    const { meter, at } = metered();
    assert.equal(at(0, 4_000_000)?.bytesPerSecond, null, "nothing to measure yet");
    const told = at(2_000, 6_000_000);
    assert.deepEqual([told?.bytesPerSecond, told?.etaMs, told?.text], [1_000_000, 4_000, "aaaaaaaaaaaa"]);
    assert.deepEqual(meter.layers, [{ digest, doneBytes: 6_000_000, totalBytes }]);
  });

  test("follows a line that has become slow", () => {
    const { at } = metered();
    at(0, 0);
    at(1_000, 5_000_000);
    assert.equal(at(12_000, 6_100_000)?.bytesPerSecond, null, "what is long past says nothing");
    assert.equal(at(13_000, 6_200_000)?.bytesPerSecond, 100_000);
  });

  test("tells no more than four times a second, but always the end", () => {
    const { at } = metered();
    assert.ok(at(0, 1_000_000));
    assert.equal(at(100, 2_000_000), null);
    assert.ok(at(260, 3_000_000));
    assert.ok(at(270, totalBytes));
    assert.equal(at(280, totalBytes), null, "and that only once");
  });

  test("has no time left to tell while nothing comes", () => {
    const { at } = metered();
    at(0, 1_000_000);
    at(1_000, 1_000_001);
    for (let ms = 2_000; ms <= 12_000; ms += 1_000) at(ms, 1_000_001);
    const told = at(13_000, 1_000_002);
    assert.ok((told?.etaMs ?? 0) > 3_600_000, "a byte in seconds is hours");
  });
});

const digest = `sha256:${"a".repeat(64)}`;
const totalBytes = 10_000_000;

function metered() {
  let now = 0;
  const meter = createPullMeter({ now: () => now, after: () => () => undefined });
  const at = (ms: number, doneBytes: number) => {
    now = ms;
    return meter.take({ digest, doneBytes, totalBytes });
  };
  return { meter, at };
}
