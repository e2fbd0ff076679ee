import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it, test } from "node:test";
import type { RunRecord } from "../../../src/core/step.ts";
import { createOutput } from "../../../src/cli/output.ts";
import { present } from "../../../src/cli/present/present.ts";
import { receipt } from "../../../src/cli/present/receipt.ts";
import { columnsOf } from "../../../src/cli/text-width.ts";
import { runRecord, stepRecord } from "./made-up.ts";

/** A result as a terminal of so many columns shows it; without a number, as a file gets it. */
function shown(operation: string, result: unknown, { input = {}, columns }: Asked = {}): string {
  const stream = { isTTY: columns !== undefined, columns: columns ?? 80, write: () => true };
  const streams = { stdout: stream, stderr: stream };
  const output = createOutput({ isQuiet: false, color: "never", environment: {}, streams });
  return present({ operation, input, result }, output);
}

interface Asked {
  readonly input?: Readonly<Record<string, unknown>>;
  readonly columns?: number;
}

const review = {
  id: "rev_1",
  run: "run_1",
  step: "ask",
  title: "Send it?",
  payload: { to: "ada" },
  choices: [],
  status: "open",
  createdAt: 0,
  decision: null,
};
const approval = { verdict: "approved", payload: { to: "ada" }, answer: null, reason: null, by: "cli", at: 0 };

describe("a list of events", () => {
  it("has whole times and whole ids in a terminal of 80 columns, and its data as far as there is room", () => {
    const event = {
      sequence: 1_234,
      time: "2026-11-25T16:41:02.123Z",
      type: "tutti.step.finished",
      subject: "run_3k2qprgxp099999",
      data: { key: "items[3]/call", status: "succeeded", tookMs: 1_200 },
    };
    const text = shown("event.list", [event], { columns: 80 });
    assert.match(text, /2026-11-25 16:41:02\.123/);
    assert.match(text, /run_3k2qprgxp099999/);
    for (const line of text.split("\n")) assert.ok(columnsOf(line) <= 80, line);
  });
});

describe("a review", () => {
  it("shows what was approved in place of what had been proposed, and both where they differ", () => {
    const decided = { ...review, status: "approved", decision: { ...approval, payload: { to: "bob" } } };
    const text = shown("review.show", decided);
    assert.match(text, /as edited.*\n\{\n {2}"to": "bob"\n\}\n\nas proposed:\n\{\n {2}"to": "ada"/);
    const same = shown("review.show", { ...review, status: "approved", decision: approval });
    assert.equal(same.split('"ada"').length, 2);
    assert.ok(!same.includes("proposed"));
  });

  for (const [what, change, first] of [
    ["a payload", {}, "tutti review approve rev_1"],
    ["choices", { payload: null, choices: ["yes"] }, 'tutti review answer rev_1 "yes"'],
    ["neither a payload nor choices", { payload: null }, 'tutti review answer rev_1 "…"'],
  ] as const) {
    it(`with ${what} offers first: ${first}`, () => {
      const text = shown("review.show", { ...review, ...change });
      assert.equal(
        text.split("\n").find((line) => line.startsWith("tutti ")),
        first,
      );
    });
  }

  it("is told with its state in a list that is not of open ones alone", () => {
    assert.ok(!shown("review.list", [review]).includes("status"));
    const all = shown("review.list", [review], { input: { status: "all" } });
    assert.match(all, /^id .*status .*title\nrev_1 .*open .*Send it\?$/);
  });
});

describe("a list", () => {
  it("that is empty because of a filter does not claim that there is nothing", () => {
    assert.match(shown("run.list", []), /No runs yet/);
    assert.match(shown("run.list", [], { input: { limit: 5 } }), /No runs yet/);
    for (const input of [{ status: "failed" }, { flow: "x" }, { due: true }, { before: "run_1" }]) {
      assert.match(shown("run.list", [], { input }), /No run is like that/);
    }
    assert.match(shown("review.list", []), /Nothing waits/);
    assert.match(shown("review.list", [], { input: { status: "rejected" } }), /No review is like that/);
  });

  it("of flows says which are built in, where the others lie, and what is wrong with them", () => {
    const flow = {
      name: "f",
      file: join(process.cwd(), "flows", "f.ts"),
      isBuiltIn: false,
      description: "d",
      problem: null,
      runs24h: 12,
      failed24h: 3,
      lastRun: null,
      medianMs: 1_500,
    };
    const text = shown("flow.list", [
      flow,
      { ...flow, name: "g", description: null, problem: "it is broken" },
      { ...flow, name: "h", file: "/somewhere/h.js", isBuiltIn: true },
    ]);
    const lines = text.split("\n").map((line) => line.split(/ {2,}/));
    assert.deepEqual(lines.slice(1), [
      ["f", "12", "3", "1.5 s", join("flows", "f.ts"), "d"],
      ["g", "12", "3", "1.5 s", join("flows", "f.ts"), "✕ it is broken"],
      ["h", "12", "3", "1.5 s", "built in", "d"],
    ]);
  });

  it("of models names each as a step has to name it", () => {
    const model = {
      model: "fast/llama3.2",
      name: "llama3.2:latest",
      provider: "fast",
      kind: "chat",
      capabilities: ["completion", "tools"],
      sizeBytes: 2e9,
      contextLength: 8192,
      loaded: true,
    };
    assert.match(shown("models.list", [model]), /\nfast\/llama3\.2 .* completion, tools/);
  });

  it("never wraps on a terminal, and keeps ids whole", () => {
    const id = "run_3k2pgppbtwb64k6" as RunRecord["id"];
    const runs = [
      "short",
      "a-flow-with-a-name-that-is-as-long-as-names-get-".repeat(2),
      "漢字".repeat(40),
      "\u001B[31m".repeat(20),
    ];
    const text = shown(
      "run.list",
      runs.map((flow) => runRecord({ flow, id })),
      { columns: 80 },
    );
    const lines = text.split("\n");
    assert.equal(lines.length, 5);
    for (const line of lines) assert.ok(columnsOf(line) <= 80, `${columnsOf(line)} columns: ${line}`);
    for (const line of lines.slice(1)) assert.match(line, new RegExp(`^${id} .*succeeded .*1970-01-01 00:00:00`));
  });

  it("is whole in a file", () => {
    const flow = "x".repeat(200);
    assert.ok(shown("run.list", [runRecord({ flow })]).includes(flow));
  });
});

describe("an event", () => {
  it("is told with the run that has taken it, or that none has", () => {
    assert.equal(shown("event.emit", { name: "go", run: "run_1" }), "Run run_1 has taken go.");
    assert.match(shown("event.emit", { name: "go", run: null }), /^No run waits for go; it is kept/);
  });
});

describe("a run that failed in the user's own code", () => {
  const file = join(process.cwd(), "flows", "f.ts");
  const error = { code: "step.failed", message: "no luck", data: { where: `${file}:3:7` } };
  const run = runRecord({ status: "failed", error, steps: [stepRecord("a", { status: "failed", error })] });

  it("says where, as seen from this folder", () => {
    const color = createOutput({
      isQuiet: false,
      color: "never",
      environment: {},
      streams: { stdout: { write: () => true }, stderr: { write: () => true } },
    }).color;
    assert.ok(receipt(run, { color }).includes(`\nwhere    ${join("flows", "f.ts")}:3:7\n`));
    assert.ok(shown("run.get", run).includes(`\nwhere    ${join("flows", "f.ts")}:3:7\n`));
  });

  it("is told with the whole path where it lies elsewhere", () => {
    const far = { ...error, data: { where: "/elsewhere/f.ts:3:7" } };
    assert.ok(shown("run.get", { ...run, error: far }).includes("\nwhere    /elsewhere/f.ts:3:7\n"));
  });
});

test("the list of model servers names what is loaded", () => {
  const server = { name: "ollama", kind: "ollama", url: "http://127.0.0.1:1", reachable: true, inFlight: 0 };
  const row = { ...server, waiting: 0, swaps: 0, loaded: ["a:latest", "b:latest"] };
  assert.match(shown("models.servers", [row]), /true +a:latest, b:latest +0/);
  assert.match(shown("models.servers", [{ ...row, loaded: [] }]), /true +– +0/);
});

describe("the model steps of a run", () => {
  const timings = { totalMs: 4_500, queueMs: 1_500, loadMs: 280, promptMs: 40, generateMs: 2_180, firstTokenMs: 320 };
  const answered = {
    text: "hi",
    usage: { inputTokens: 1_200, outputTokens: 30 },
    timings,
    model: "ollama/m",
    calls: 2,
    grown: { from: 2_048, to: 4_096 },
  };
  const run = runRecord({
    steps: [
      stepRecord("draft", { kind: "model", output: answered }),
      stepRecord("other", { kind: "model", output: { text: "", usage: {}, timings: { totalMs: 9 } } }),
      stepRecord("skipped", { kind: "model", output: { text: "", usage: {} } }),
    ],
    output: "of the run",
  });

  it("are shown with where their time went, and what is not told is a dash and no zero", () => {
    const lines = shown("run.get", run).split("\n");
    const cells = (key: string): string[] => lines.findLast((line) => line.startsWith(key))?.split(/ {2,}/) ?? [];
    assert.deepEqual(
      cells("model step"),
      "model step|queue|server queue|load|read|write|first token|in|out|model".split("|"),
    );
    const notes = "asked 2 times, context 2048 to 4096";
    assert.deepEqual(cells("draft"), [
      "draft",
      "1.5 s",
      "2.0 s",
      "280 ms",
      "40 ms",
      "2.2 s",
      "320 ms",
      "1,200",
      "30",
      "ollama/m",
      notes,
    ]);
    assert.deepEqual(cells("other"), ["other", ...Array.from({ length: 9 }, () => "–")]);
  });

  it("of one step alone are shown with its result, not with the run's", () => {
    const text = shown("run.get", { ...run, step: "draft", steps: run.steps.slice(0, 1) });
    assert.match(text, /^draft +1\.5 s/m);
    assert.match(text, /"text": "hi"/);
    assert.ok(!text.includes("of the run"));
  });
});
