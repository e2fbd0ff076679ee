import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ago,
  bytes,
  clockTime,
  count,
  duration,
  money,
  percent,
  plural,
  shortId,
  whole,
} from "../../../web/data/format.ts";

/** Thin spaces are hard to tell from others in a test. */
function plain(text: string): string {
  return text.replaceAll("\u202f", " ");
}

describe("numbers on the page", () => {
  const durations: readonly (readonly [number | null, string])[] = [
    [0, "0 ms"],
    [41.4, "41 ms"],
    [999, "999 ms"],
    [1_000, "1 s"],
    [3_640, "3.64 s"],
    [41_200, "41.2 s"],
    [59_990, "60 s"],
    [60_000, "1 min"],
    [192_000, "3 min 12 s"],
    [119_900, "2 min"],
    [7_560_000, "2 h 6 min"],
    [273_600_000, "3 d 4 h"],
    [null, "–"],
  ];
  for (const [ms, text] of durations) {
    it(`${ms} ms takes ${text}`, () => assert.equal(plain(duration(ms)), text));
  }

  it("counts have at most three digits and a unit, and unknown is not zero", () => {
    assert.deepEqual(
      [0, 950, 48_300, 999_600, 1_420_000, 2_500_000_000, undefined].map((value) => plain(count(value))),
      ["0", "950", "48.3 k", "1 M", "1.42 M", "2.5 G", "–"],
    );
  });

  it("sizes are in powers of ten", () => {
    assert.deepEqual(
      [0, 999, 412_000_000, 5_100_000_000, null].map((value) => plain(bytes(value))),
      ["0 B", "999 B", "412 MB", "5.1 GB", "–"],
    );
  });

  it("small prices keep four decimals", () => {
    assert.deepEqual(
      [0, 0.000_01, 0.0031, 1.5, null].map((value) => money(value)),
      ["$0.00", "< $0.0001", "$0.0031", "$1.50", "–"],
    );
    assert.equal(plain(money(2, "EUR")), "EUR 2.00");
  });

  it("whole numbers have thin spaces between thousands", () => {
    assert.deepEqual(
      [7, 1_204, 200_000, null].map((value) => plain(whole(value))),
      ["7", "1 204", "200 000", "–"],
    );
    assert.equal(plain(plural(1, "run")), "1 run");
    assert.equal(plain(plural(12_000, "run")), "12 000 runs");
  });

  it("shares are percents", () => {
    assert.deepEqual(
      [0.975, 1, 0, Number.NaN, null].map((value) => plain(percent(value))),
      ["97.5 %", "100 %", "0 %", "–", "–"],
    );
  });

  it("how long ago is told in one unit", () => {
    const now = 10 * 86_400_000;
    assert.deepEqual(
      [now, now - 12_500, now - 180_000, now - 7_200_000, now - 5 * 86_400_000, now + 5_000].map((at) =>
        plain(ago(at, now)),
      ),
      ["0 s", "12 s", "3 min", "2 h", "5 d", "0 s"],
    );
  });

  it("a time of today has no date, another has", () => {
    const now = Date.UTC(2026, 10, 25, 14, 6, 31);
    assert.equal(clockTime(now, now, { utc: true }), "14:06:31");
    assert.equal(clockTime(Date.UTC(2026, 10, 24, 9, 5), now, { utc: true }), "24 Nov 09:05");
    assert.equal(clockTime(Date.UTC(2025, 10, 24, 9, 5), now, { utc: true }), "24 Nov 2025 09:05");
  });

  it("ids are told apart by their ends", () => assert.equal(shortId("run_00abcdefgh1234"), "run_gh1234"));
});
