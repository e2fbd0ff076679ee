import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCalendar, dayOf, isTimeZone, monthOf } from "../../../src/cost/period.ts";

const at = (text: string): number => Date.parse(text);

describe("a calendar", () => {
  it("says hour, day and month in its zone", () => {
    const late = at("2026-11-30T23:30:00Z");
    const hours = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"].map((zone) =>
      createCalendar(zone).hourOf(late),
    );
    assert.deepEqual(hours, [
      "2026-11-30T23+00:00",
      "2026-12-01T00+01:00",
      "2026-11-30T18-05:00",
      "2026-12-01T05+05:30",
    ]);
    assert.deepEqual([dayOf(hours[1] ?? ""), monthOf(hours[1] ?? "")], ["2026-12-01", "2026-12"]);
  });

  it("tells the two hours apart that autumn has twice", () => {
    const calendar = createCalendar("Europe/Berlin");
    assert.deepEqual(
      [calendar.hourOf(at("2026-10-25T00:30:00Z")), calendar.hourOf(at("2026-10-25T01:30:00Z"))],
      ["2026-10-25T02+02:00", "2026-10-25T02+01:00"],
    );
  });

  for (const { zone, kind, now, end } of [
    { zone: "UTC", kind: "hour", now: "2026-11-25T09:59:59.999Z", end: "2026-11-25T10:00:00.000Z" },
    { zone: "UTC", kind: "day", now: "2026-11-25T00:00:00Z", end: "2026-11-26T00:00:00.000Z" },
    { zone: "UTC", kind: "month", now: "2024-02-10T12:00:00Z", end: "2024-03-01T00:00:00.000Z" },
    { zone: "Asia/Kolkata", kind: "hour", now: "2026-11-25T09:00:00Z", end: "2026-11-25T09:30:00.000Z" },
    // A day of 25 hours.
    { zone: "Europe/Berlin", kind: "day", now: "2026-10-24T22:00:00Z", end: "2026-10-25T23:00:00.000Z" },
  ] as const) {
    it(`ends the ${kind} of ${now} in ${zone} at ${end}`, () => {
      assert.equal(new Date(createCalendar(zone).endOf(kind, at(now))).toISOString(), end);
    });
  }

  it("knows which zones there are", () => {
    assert.deepEqual(["UTC", "Europe/Berlin", "Mars/Olympus", ""].map(isTimeZone), [true, true, false, false]);
  });
});
