import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  amount,
  atTheMarks,
  fullestWindow,
  whatIsLimited,
  type Budget,
} from "../../../web/pages/costs/budget-words.ts";
import { isHere, speedOf, totalOf, type CostRow } from "../../../web/pages/costs/cost-total.ts";
import { commandIn, groupsOf } from "../../../web/pages/doctor/finding.ts";
import { fieldsOf, fillForm, readForm } from "../../../web/pages/flows/form-field.ts";
import { partsOf as barParts, scaleOf } from "../../../web/pages/overview/histogram-bar.ts";
import { answerOf } from "../../../web/pages/overview/overview-answer.ts";
import { diffLines, isDiff, partsOf } from "../../../web/pages/reviews/payload-part.ts";
import { editable, parseEdited, wayOf } from "../../../web/pages/reviews/verdict.ts";

describe("a flow's form", () => {
  const schema = {
    type: "object",
    properties: {
      range: { type: "string", description: "what to read" },
      last: { type: "integer", default: 5 },
      deep: { type: "boolean" },
      files: { type: "array", items: { type: "string" } },
      tone: { enum: ["kind", "plain"] },
      more: { type: "object" },
    },
    required: ["range", "last"],
  };
  const fields = fieldsOf(schema) ?? [];

  it("has a field for each key, of its kind", () => {
    assert.deepEqual(
      fields.map(({ name, kind, isRequired }) => [name, kind, isRequired]),
      [
        ["range", "text", true],
        ["last", "integer", false],
        ["deep", "boolean", false],
        ["files", "lines", false],
        ["tone", "choice", false],
        ["more", "json", false],
      ],
    );
  });

  it("leaves out what is empty, so that the flow's own default counts", () => {
    const values = { range: "a..b", last: "", deep: false, files: " x \n\ny", tone: "", more: '{"a":1}' };
    assert.deepEqual(readForm(fields, values), {
      input: { range: "a..b", deep: false, files: ["x", "y"], more: { a: 1 } },
    });
  });

  it("says at each field what is wrong", () => {
    const read = readForm(fields, { range: " ", last: "1.5", more: "{" });
    assert.ok("problems" in read);
    assert.equal(read.problems.get("range"), "is needed");
    assert.equal(read.problems.get("last"), "is not a whole number");
    assert.match(read.problems.get("more") ?? "", /^is not JSON/);
  });

  it("is filled with an input from before, and gives the same input back", () => {
    const input = { range: "a", last: 3, deep: true, files: ["x"], tone: "kind", more: { b: [1] } };
    assert.deepEqual(readForm(fields, fillForm(fields, input)), { input });
  });

  it("is JSON as a whole where the input is no object", () => assert.equal(fieldsOf({ type: "string" }), null));
});

describe("a review's payload", () => {
  const diff =
    "diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -3,2 +3,3 @@ f\n same\n-old\n+new\n+more\n\\ No newline at end of file\n";

  it("is read in parts, and nothing is left out", () => {
    const parts = partsOf({ branch: "main", diff, notes: "a\nb", list: [1], long: { text: "x".repeat(100) } });
    assert.deepEqual(
      parts.map(({ name, kind }) => [name, kind]),
      [
        ["branch", "value"],
        ["diff", "diff"],
        ["notes", "text"],
        ["list", "value"],
        ["long", "json"],
      ],
    );
    assert.equal(parts[3]?.text, "[1]");
  });

  it("shows a change with the lines of both files", () => {
    assert.deepEqual(
      diffLines(diff).map(({ kind, oldLine, newLine, text }) => [kind, oldLine, newLine, text]),
      [
        ["file", null, null, "x"],
        ["place", null, null, "@@ -3,2 +3,3 @@ f"],
        ["same", 3, 3, "same"],
        ["old", 4, null, "old"],
        ["new", null, 4, "new"],
        ["new", null, 5, "more"],
        ["note", null, null, "\\ No newline at end of file"],
      ],
    );
    assert.equal(isDiff("a list\n- of\n+ things"), false);
  });

  it("asks for an approval, a choice or words", () => {
    assert.equal(wayOf({ choices: [], payload: { a: 1 } }), "approval");
    assert.equal(wayOf({ choices: ["yes"], payload: null }), "choice");
    assert.equal(wayOf({ choices: [], payload: null }), "words");
  });

  it("is edited as what it is", () => {
    assert.deepEqual(parseEdited("plain", "text"), { payload: "plain" });
    assert.deepEqual(parseEdited(editable({ a: 1 }), {}), { payload: { a: 1 } });
    assert.ok("problem" in parseEdited("{", {}));
  });
});

describe("the day of runs", () => {
  const bucket = { at: 0, succeeded: 11, failed: 1, waiting: 2, running: 1, cancelled: 0, paused: 0, queued: 1 };

  it("stacks what departs from fine on top", () => {
    assert.deepEqual(
      barParts(bucket).map(({ part, runs }) => [part, runs]),
      [
        ["running", 2],
        ["waiting", 2],
        ["failed", 1],
        ["succeeded", 11],
      ],
    );
  });

  for (const [highest, top] of [
    [0, 1],
    [1, 1],
    [3, 3],
    [14, 15],
    [96, 100],
    [1_000, 1_000],
  ] as const) {
    it(`has a scale for ${highest} runs that holds them and has few lines`, () => {
      const scale = scaleOf(highest);
      assert.ok(scale.top >= Math.max(1, highest) && scale.top <= Math.max(2, top * 1.5), JSON.stringify(scale));
      assert.ok(scale.lines.length >= 1 && scale.lines.length <= 6, JSON.stringify(scale));
    });
  }

  it("begins with a sentence that says how things are", () => {
    const stats = { byStatus: { failed: 1 }, total: 9 };
    assert.equal(
      answerOf({ stats, reviews: [1, 2], isNew: false }),
      "2 decisions wait for you. 1 run failed in the last 24 h.",
    );
    assert.equal(
      answerOf({ stats: { byStatus: {}, total: 4 }, reviews: [], isNew: false }),
      "Nothing waits for you. Nothing has failed in the last 24 h.",
    );
    assert.equal(answerOf({ stats: undefined, reviews: undefined, isNew: false }), undefined);
  });
});

describe("costs", () => {
  const row: CostRow = {
    key: "m",
    calls: 1,
    unknown: 0,
    unpriced: 1,
    inputTokens: null,
    outputTokens: 50,
    generateMs: 1_000,
    totalMs: 1_200,
    money: null,
    currency: null,
  };

  it("sums up what is known, and of nothing known says unknown", () => {
    const total = totalOf([row, { ...row, inputTokens: 7 }]);
    assert.deepEqual([total.calls, total.inputTokens, total.outputTokens, total.money], [2, 7, 100, null]);
    assert.equal(speedOf(row), 50);
    assert.equal(speedOf({ outputTokens: 5, generateMs: 0 }), null);
  });

  it("knows this machine by its names", () => {
    assert.deepEqual(
      ["http://127.0.0.1:11434", "http://localhost:1", "http://[::1]:1", "http://gpu.lan:11434"].map(isHere),
      [true, true, true, false],
    );
  });

  it("a budget says what it limits and what happens at the end", () => {
    const budget: Budget = {
      name: "b",
      scope: "flow",
      of: null,
      window: "day",
      metric: "tokens",
      limit: 100,
      currency: null,
      warnAt: 80,
      onLimit: "ask",
      degradeTo: null,
      timeZone: "UTC",
      resetsAt: null,
      windows: [
        { subject: "a", period: "1", used: 10, reserved: 0, limit: 100, isCurrent: true, warnedAt: null },
        { subject: "b", period: "1", used: 10, reserved: 50, limit: 100, isCurrent: true, warnedAt: null },
        { subject: "c", period: "0", used: 99, reserved: 0, limit: 100, isCurrent: false, warnedAt: null },
      ],
    };
    assert.equal(whatIsLimited(budget), "tokens a day, of each flow");
    assert.equal(fullestWindow(budget).subject, "b");
    assert.equal(atTheMarks(budget).hard, "At 100 % the run asks you, and waits.");
    assert.equal(amount({ metric: "seconds", currency: null }, 90).replaceAll("\u202f", " "), "1 min 30 s");
  });
});

describe("the doctor's page", () => {
  it("shows what is wrong first, and the command that mends it", () => {
    const findings = [
      { group: "Models", name: "a", status: "ok", message: "", fix: null },
      { group: "Models", name: "b", status: "fail", message: "", fix: "Run `ollama serve` and look again." },
    ] as const;
    assert.deepEqual(
      groupsOf(findings).map(({ group, findings: found }) => [group, found.map(({ name }) => name)]),
      [["Models", ["b", "a"]]],
    );
    assert.equal(commandIn(findings[1].fix), "ollama serve");
    assert.equal(commandIn("Correct it there."), null);
  });
});
