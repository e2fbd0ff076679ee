import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRule, type Rule } from "../../../src/engine/schedule/rule.ts";

const berlin = "Europe/Berlin";
const newYork = "America/New_York";

const cron = (pattern: string, timeZone: string): Rule =>
  createRule({ cron: pattern, every: null, timeZone, anchorAt: 0 });
const every = (text: string, anchorAt = 0): Rule => createRule({ cron: null, every: text, timeZone: "UTC", anchorAt });

/** The first due times later than a moment, as `03-29 03:00+02:00` in the zone. */
function dueTimes(pattern: string, timeZone: string, { from, count }: { from: string; count: number }): string[] {
  const rule = cron(pattern, timeZone);
  const times: string[] = [];
  for (let at = rule.after(Date.parse(from)); at !== null && times.length < count; at = rule.after(at))
    times.push(inZone(at, timeZone));
  return times;
}

function inZone(at: number, timeZone: string): string {
  const text = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "long",
  }).format(at);
  const offset = new Intl.DateTimeFormat("en-GB", { timeZone, timeZoneName: "longOffset" })
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName")?.value;
  return `${text.slice(5, 16)}${offset?.replace("GMT", "")}`;
}

describe("a cron pattern", () => {
  it("takes five fields, six with seconds first, names, lists, steps, L and #", () => {
    const at = (pattern: string): string | undefined => {
      const due = cron(pattern, "UTC").after(Date.parse("2026-11-25T00:00:00Z"));
      return due === null ? undefined : new Date(due).toISOString();
    };
    assert.equal(at("30 7 * * MON-FRI"), "2026-11-25T07:30:00.000Z");
    assert.equal(at("15 30 7 * * *"), "2026-11-25T07:30:15.000Z");
    assert.equal(at("0 0 1 JAN,JUL *"), "2027-01-01T00:00:00.000Z");
    assert.equal(at("*/20 * * * *"), "2026-11-25T00:20:00.000Z");
    assert.equal(at("0 9 L * *"), "2026-11-30T09:00:00.000Z");
    assert.equal(at("0 9 * * MON#2"), "2026-12-14T09:00:00.000Z");
    assert.equal(at("0 9 * * FRI#L"), "2026-11-27T09:00:00.000Z");
    assert.equal(at("@daily"), "2026-11-26T00:00:00.000Z");
    assert.equal(at("0 0 29 2 *"), "2028-02-29T00:00:00.000Z");
  });

  it("that is none is refused with the reason", () => {
    for (const [pattern, why] of [
      ["61 * * * *", /minute: 61/],
      ["foo", /one field/],
      ["", /one field/],
      ["2026-01-01T00:00:00", /one field/],
      ["* * * *", /five, six/],
      ["@reboot", /not supported/],
      ["0 0 1 1 * 2030", /2030/],
      ["H * * * *", /illegal/],
    ] as const) {
      assert.throws(() => cron(pattern, "UTC"), { code: "usage.invalid", message: why }, pattern);
    }
  });

  it("for a day that never comes gives no due time", () => {
    assert.equal(cron("0 0 30 2 *", "UTC").after(0), null);
  });
});

describe("a time of the day in a night without it", () => {
  it("is due when the clocks have gone forward", () => {
    const from = "2026-03-28T12:00:00Z";
    assert.deepEqual(dueTimes("30 2 * * *", berlin, { from, count: 2 }), ["03-29 03:00+02:00", "03-30 02:30+02:00"]);
    assert.deepEqual(dueTimes("30 2 * * *", newYork, { from: "2026-03-07T12:00:00Z", count: 2 }), [
      "03-08 03:00-04:00",
      "03-09 02:30-04:00",
    ]);
  });

  it("is due once, though the pattern names several of them", () => {
    const from = "2026-03-28T12:00:00Z";
    assert.deepEqual(dueTimes("0,30 2 * * *", berlin, { from, count: 2 }), ["03-29 03:00+02:00", "03-30 02:00+02:00"]);
  });

  it("is left out by a pattern with a step, which means a distance", () => {
    assert.deepEqual(dueTimes("*/30 * * * *", berlin, { from: "2026-03-29T00:15:00Z", count: 3 }), [
      "03-29 01:30+01:00",
      "03-29 03:00+02:00",
      "03-29 03:30+02:00",
    ]);
  });
});

describe("a time of the day in a night that has it twice", () => {
  it("is due the first time alone", () => {
    const from = "2026-10-24T12:00:00Z";
    assert.deepEqual(dueTimes("30 2 * * *", berlin, { from, count: 2 }), ["10-25 02:30+02:00", "10-26 02:30+01:00"]);
    assert.deepEqual(dueTimes("30 1 * * *", newYork, { from: "2026-10-31T12:00:00Z", count: 2 }), [
      "11-01 01:30-04:00",
      "11-02 01:30-05:00",
    ]);
  });

  it("is due both times by a pattern for every hour or with a step", () => {
    assert.deepEqual(dueTimes("0 * * * *", berlin, { from: "2026-10-24T23:30:00Z", count: 3 }), [
      "10-25 02:00+02:00",
      "10-25 02:00+01:00",
      "10-25 03:00+01:00",
    ]);
    assert.deepEqual(dueTimes("*/30 * * * *", newYork, { from: "2026-11-01T04:45:00Z", count: 5 }), [
      "11-01 01:00-04:00",
      "11-01 01:30-04:00",
      "11-01 01:00-05:00",
      "11-01 01:30-05:00",
      "11-01 02:00-05:00",
    ]);
  });
});

describe("the last due times up to a moment", () => {
  const day = 86_400_000;

  it("are those that come forward, over both changes of the clocks", () => {
    for (const timeZone of [berlin, newYork, "Australia/Lord_Howe"]) {
      for (const pattern of ["30 2 * * *", "0,30 1-3 * * *", "*/15 * * * *", "7 */2 * * SUN"]) {
        for (const near of ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"]) {
          const start = Date.parse(near) - 2 * day;
          compare(cron(pattern, timeZone), { start, end: start + 4 * day, what: `${pattern} ${timeZone} ${near}` });
        }
      }
    }
  });

  it("have the moment itself among them, and nothing before the anchor is special", () => {
    assert.deepEqual(
      cron("0 * * * *", "UTC")
        .latest(Date.parse("2026-11-25T07:00:00Z"), 2)
        .map((at) => new Date(at).getUTCHours()),
      [6, 7],
    );
    assert.deepEqual(every("10s", 5_000).latest(35_000, 3), [15_000, 25_000, 35_000]);
    assert.deepEqual(every("10s", 5_000).latest(34_999, 1), [25_000]);
  });

  function compare(rule: Rule, { start, end, what }: { start: number; end: number; what: string }): void {
    const forward: number[] = [];
    for (let at = rule.after(start); at !== null && at <= end; at = rule.after(at)) forward.push(at);
    const backward = rule.latest(end, forward.length);
    assert.deepEqual(
      backward.map((at) => new Date(at).toISOString()),
      forward.map((at) => new Date(at).toISOString()),
      what,
    );
  }
});

describe("an interval", () => {
  it("keeps its distances whatever moment is asked about, before its beginning too", () => {
    const rule = every("90s", 1_000);
    assert.equal(rule.after(1_000), 91_000);
    assert.equal(rule.after(91_000), 181_000);
    assert.equal(rule.after(90_999), 91_000);
    assert.equal(rule.after(0), 1_000);
    assert.equal(rule.after(-500_000), -449_000);
  });

  it("is from a second to a year", () => {
    for (const text of ["999ms", "0s", "367d", "5 minutes"])
      assert.throws(() => every(text), { code: "usage.invalid" }, text);
    assert.equal(every("1s").after(0), 1_000);
    assert.equal(every("366d").after(0), 366 * 86_400_000);
  });
});

describe("a time zone", () => {
  it("is a name, not an offset", () => {
    for (const name of ["+02:00", "Europe/Nowhere", "", "CEST"])
      assert.throws(() => cron("0 3 * * *", name), { code: "usage.invalid", message: /is not a time zone/ }, name);
  });
});
