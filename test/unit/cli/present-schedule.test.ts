import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createOutput } from "../../../src/cli/output.ts";
import { present } from "../../../src/cli/present/present.ts";

function shown(operation: string, result: unknown): string {
  const stream = { isTTY: false, columns: 80, write: () => true };
  const streams = { stdout: stream, stderr: stream };
  const output = createOutput({ isQuiet: false, color: "never", environment: {}, streams });
  return present({ operation, input: {}, result }, output);
}

const schedule = {
  name: "nightly",
  flow: "code-review",
  cron: "30 2 * * *",
  every: null,
  timeZone: "Europe/Berlin",
  input: null,
  missed: "once",
  overlap: "allow",
  isPaused: false,
  nextAt: Date.UTC(2026, 10, 26, 1, 30),
  lastAt: null,
  lastRun: null,
  problem: null,
};

describe("a schedule", () => {
  it("is shown with its times in its own zone, and what became of the last ones", () => {
    const fire = { firstDueAt: 0, at: 0, run: null, reason: null };
    const text = shown("schedule.show", {
      ...schedule,
      upcoming: [schedule.nextAt],
      fires: [
        { ...fire, dueAt: Date.UTC(2026, 6, 1, 0, 30, 5), count: 1, outcome: "started", run: "run_1" },
        { ...fire, dueAt: 0, count: 3, outcome: "missed", reason: { code: "x", message: "nothing worked" } },
      ],
    });
    assert.match(text, /^nightly {2}starts code-review, 30 2 \* \* \* \(Europe\/Berlin\)$/m);
    assert.match(text, /^next +2026-11-26 02:30$/m);
    assert.match(text, /^2026-07-01 02:30:05 +started +run_1$/m);
    assert.match(text, /^1970-01-01 01:00 +3 missed +nothing worked$/m);
  });

  it("in a list says that it is paused, or what is wrong with it", () => {
    const text = shown("schedule.list", [
      { ...schedule, isPaused: true, nextAt: null },
      { ...schedule, name: "lost", cron: null, every: "15m", problem: { code: "flow.missing", message: "no flow" } },
    ]);
    assert.match(text, /^nightly .* paused /m);
    assert.match(text, /^lost .* every 15m .* ✕ no flow$/m);
  });
});
