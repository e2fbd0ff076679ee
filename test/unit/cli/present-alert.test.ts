import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { present } from "../../../src/cli/present/present.ts";
import { createTerminalText } from "../../../src/cli/terminal-text.ts";

const at = Date.UTC(2026, 10, 25, 9);
const look = { dataColor: createTerminalText("word").colors(false), dataWidth: Number.POSITIVE_INFINITY };
const shown = (operation: string, result: unknown): string => present({ operation, input: {}, result }, look);

const rule = {
  name: "FailingRuns",
  summary: "Runs fail",
  advice: "Look at them",
  severity: "critical",
  query: { kind: "logs", query: "level:error", windowMs: 600_000, above: 3 },
  forMs: 86_400_000,
  labels: { team: "ops" },
  channels: ["mail"],
  isDefault: true,
  isChanged: true,
  state: "firing",
  since: at,
  problem: null,
  instances: [
    {
      labels: { flow: "a" },
      state: "firing",
      since: at,
      value: 181_234_567,
      ack: { at, by: "Ada", note: "on it" },
      silencedUntil: null,
    },
  ],
};

describe("alerts in a terminal", () => {
  it("are a line each, with what fires", () => {
    assert.match(
      shown("alert.list", [rule, { ...rule, name: "Calm", state: "normal", since: null, instances: [] }]),
      /✕ firing +FailingRuns +critical +2026-11-25 09:00 UTC +flow=a: 181M \(acknowledged\)\n✓ normal +Calm +critical +Runs fail$/,
    );
  });

  it("tell of one what it looks at, what was said, and what to do", () => {
    const text = shown("alert.get", { ...rule, history: [], silences: [] });
    assert.match(text, /^FailingRuns {2}✕ firing since 2026-11-25 09:00 UTC {2}Tutti's own, changed\nRuns fail\n/);
    assert.match(text, /query +more than 3 log records of the last 10 min match level:error\nfor +24 h\n/);
    assert.match(text, /what to do +Look at them/);
    assert.match(text, /acknowledged by Ada: on it/);
  });

  it("say what a preview has found", () => {
    const preview = { from: at - 86_400_000, to: at, fired: 0, firingMs: 0, intervals: [], isCut: false };
    assert.equal(shown("alert.preview", preview), "In the last 24 h it would not have fired.");
    const one = { from: at - 840_000, to: at, labels: { flow: "a" }, isOpen: true };
    assert.match(
      shown("alert.preview", { ...preview, fired: 2, firingMs: 840_000, intervals: [one] }),
      /would have fired 2 times, for 14 min\.\n\n.*\n2026-11-25 08:46 UTC +still fires +flow=a$/,
    );
    assert.match(shown("alert.preview", { ...preview, fired: 1 }), /fired once, just now/);
  });

  it("say which channel took a test and which did not", () => {
    const deliveries = [
      { channel: "log", error: null },
      { channel: "mail", error: "no answer" },
    ];
    const test = { name: "FailingRuns", deliveries, outcome: "normal", problem: null, instances: [] };
    assert.equal(
      shown("alert.test", test),
      "The query of FailingRuns gives nothing now\n✓ log was told\n✕ mail: no answer",
    );
  });
});
