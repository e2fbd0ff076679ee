import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createOutput } from "../../../src/cli/output.ts";
import { present } from "../../../src/cli/present/present.ts";
import { columnsOf } from "../../../src/cli/text-width.ts";

function shown(operation: string, result: unknown, columns?: number): string {
  const stream = { isTTY: columns !== undefined, columns: columns ?? 80, write: () => true };
  const streams = { stdout: stream, stderr: stream };
  const output = createOutput({ isQuiet: false, color: "never", environment: {}, streams });
  return present({ operation, input: {}, result }, output);
}

const span = {
  key: "draft",
  depth: 0,
  name: "draft",
  kind: "step",
  status: "succeeded",
  attempt: 1,
  attempts: 1,
  startedAt: 0,
  finishedAt: 500,
  model: null,
  phases: [{ kind: "work", from: 0, to: 500 }],
  tokens: null,
  error: null,
  skipped: null,
  importance: "normal",
  review: null,
  child: null,
};
const run = { id: "run_1", flow: "letters", status: "failed", summary: "", startedAt: 0, finishedAt: 1_000 };
const timeline = (...spans: object[]) => ({ run, now: 1_000, spans: spans.map((one) => Object.assign({}, span, one)) });

describe("a timeline", () => {
  it("has a bar for each span where its time lies, made of what the time was spent on", () => {
    const phases = [
      { kind: "queued", from: 500, to: 750 },
      { kind: "work", from: 750, to: 1_000 },
    ];
    const [head, first, second, legend] = shown(
      "run.timeline",
      timeline({}, { name: "send", startedAt: 500, finishedAt: 1_000, phases }),
    ).split("\n");
    assert.equal(head, "letters  failed run_1  1.0 s");
    assert.match(first ?? "", /^✓ draft {2}500 ms {2}█{20} +step$/);
    assert.match(second ?? "", /^✓ send {3}500 ms {2} {20}·{10}█{10} {2}step$/);
    assert.equal(legend, "· queued   █ work");
  });

  it("goes on to now where something is open, and says that nothing is stored where it is so", () => {
    const open = {
      ...timeline({ status: "running", finishedAt: null, phases: [{ kind: "work", from: 0, to: null }] }),
    };
    assert.match(shown("run.timeline", { ...open, run: { ...run, finishedAt: null } }), /◐ draft {2}1\.0 s {2}█{40}/);
    assert.match(shown("run.timeline", timeline()), /Nothing is stored/);
  });

  it("is a line for each span, no wider than the terminal, whatever names and errors hold", () => {
    const error = { message: `no room\n✓ forged  1 ms\u001B[2J${"x".repeat(200)}` };
    const spans = [{ name: "two\nlines", error, status: "failed" }, { name: "漢字".repeat(40) }, { depth: 30 }];
    const lines = shown("run.timeline", timeline(...spans), 80).split("\n");
    assert.equal(lines.length, 5);
    for (const line of lines) assert.ok(columnsOf(line) <= 80, line);
    assert.ok(lines.every((line) => !line.includes("\u001B")));
  });
});

describe("a comparison", () => {
  const side = { status: "succeeded", durationMs: 40, tokens: { input: 10, output: 5 }, error: null };
  const sides = { a: { ...run, summary: "x: 1" }, b: { ...run, id: "run_2", status: "succeeded" } };

  it("has what differs and in what, and only counts what does not", () => {
    const steps = [
      { key: "one", change: "same", what: [], a: side, b: side },
      {
        key: "two",
        change: "changed",
        what: ["input", "output"],
        a: side,
        b: { ...side, status: "failed", error: "no" },
      },
      { key: "three", change: "onlyB", what: [], a: null, b: side },
    ];
    const text = shown("run.compare", { ...sides, counts: { same: 1 }, steps });
    assert.match(text, /^a run_1 {2}failed {2}x: 1\nb run_2 {2}succeeded\n/);
    assert.match(text, /^≠ +two +succeeded 40 ms, 15 tokens +failed 40 ms, 15 tokens: no +input, output$/m);
    assert.match(text, /^b +three +– +succeeded 40 ms, 15 tokens$/m);
    assert.match(text, /\n1 step is the same\.$/);
    assert.ok(!text.includes("one"));
  });
});

describe("the queue of a server", () => {
  const server = {
    name: "gpu",
    url: "http://gpu:11434",
    reachable: true,
    resident: [],
    calls: [],
    swaps: 0,
    callsDone: 1,
  };

  it("has what is in memory and who runs and waits for how long", () => {
    const calls = [
      { model: "m", run: "run_1", waitingMs: 20, runningMs: 1_500 },
      { model: "n", run: null, waitingMs: 300, runningMs: null },
    ];
    const text = shown("models.queue", [{ ...server, resident: [{ model: "m", bytes: 1 }], calls }]);
    assert.match(text, /^gpu {2}http:\/\/gpu:11434\nin memory: m\n/);
    assert.match(text, /^runs +m +run_1 +1\.5 s$/m);
    assert.match(text, /^waits +n +– +300 ms$/m);
  });

  it("tells nothing, not knowing, and no answer apart", () => {
    assert.match(shown("models.queue", [server]), /in memory: nothing\nNo call runs or waits\./);
    assert.match(
      shown("models.queue", [{ ...server, reachable: false, resident: null }]),
      /not answer\nin memory: unknown/,
    );
  });
});

describe("an event of a tail", () => {
  it("is one line, whatever its data hold", () => {
    const event = { sequence: 7, time: "2026-11-25T08:00:00.000Z", type: "order.placed", subject: "run_1" };
    const text = shown("event.tail", { ...event, data: { note: "a\n    8 forged", n: 1 } });
    assert.equal(text, "    7 2026-11-25 08:00:00.000 order.placed  run_1  note=a 8 forged n=1");
    assert.equal(shown("event.tail", { ...event, data: null }).split("\n").length, 1);
    assert.match(
      shown("event.tail", { live: { key: "draft", type: "model.text", data: { text: "a\nb" } } }),
      /text=a b$/,
    );
  });
});
