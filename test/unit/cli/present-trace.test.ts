import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createOutput } from "../../../src/cli/output.ts";
import { presentKeptLine } from "../../../src/cli/present/log.ts";
import { present } from "../../../src/cli/present/present.ts";
import { createTerminalText } from "../../../src/cli/terminal-text.ts";
import { columnsOf } from "../../../src/cli/text-width.ts";

function shown(operation: string, result: unknown, columns?: number): string {
  const stream = { isTTY: columns !== undefined, columns: columns ?? 80, write: () => true };
  const output = createOutput({
    isQuiet: false,
    color: "never",
    environment: {},
    streams: { stdout: stream, stderr: stream },
  });
  return present({ operation, input: {}, result }, output);
}

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const summary = {
  traceId,
  name: "run triage",
  service: "tutti",
  startedAt: Date.UTC(2026, 10, 25, 14, 6),
  durationMs: 6_200,
  spans: 13,
  errors: 0,
  inputTokens: 900,
  outputTokens: 51,
  models: ["ollama/llama3.2"],
  run: "run_1",
  isComplete: true,
};

describe("a list of traces", () => {
  it("fits 80 columns with ids that can be copied, and says more where there is room", () => {
    const rows = [summary, { ...summary, errors: 2, name: "a name that is as long as names of programs are" }];
    const [head = "", first = "", second = "", ...rest] = shown("trace.list", rows, 80).split("\n");
    assert.deepEqual(rest, []);
    assert.match(head, /^ +id +started +took +spans +name$/);
    assert.match(first, new RegExp(`^✓ +${traceId} +11-25 14:06 +6\\.2 s +13 +run triage$`));
    assert.match(second, new RegExp(`^✕ +${traceId} `));
    for (const line of [head, first, second]) assert.ok(columnsOf(line) <= 80, line);
    assert.match(shown("trace.search", rows, 140), /951 +ollama\/llama3\.2 +tutti +run triage/);
  });

  it("says what is unknown and what is still open", () => {
    const open = { ...summary, isComplete: false, inputTokens: null, outputTokens: null, models: [] };
    assert.match(shown("trace.list", [open], 140), /◐ .* 13 +– +– +tutti/);
  });
});

const span = {
  spanId: "a".repeat(16),
  parentId: null,
  name: "run triage",
  service: "tutti",
  startedAt: summary.startedAt,
  durationMs: 6_200,
  status: "ok",
  error: null,
  step: null,
  model: null,
  inputTokens: null,
  outputTokens: null,
};
const trace = (...spans: object[]) => ({
  ...summary,
  services: ["tutti"],
  spans: spans.map((one) => Object.assign({}, span, one)),
});

describe("a trace", () => {
  it("is a waterfall: each span under its parent, with its time as a bar of the whole", () => {
    const inner = { spanId: "b".repeat(16), parentId: span.spanId, startedAt: span.startedAt + 3_100 };
    const [head, ids, first, second] = shown(
      "trace.get",
      trace({}, { ...inner, name: "chat", durationMs: 3_100, model: "tiny-chat", inputTokens: 7, outputTokens: 2 }),
    ).split("\n");
    assert.equal(head, "run triage  ok 6.2 s");
    assert.equal(ids, `${traceId}  2 spans, 951 tokens, run_1`);
    assert.match(first ?? "", /^✓ run triage {2}6\.2 s {2}█{40}$/);
    assert.match(second ?? "", /^ {2}✓ chat {6}3\.1 s {2} {20}█{20} {2}tiny-chat 7 in, 2 out$/);
  });

  it("has a line for each span once, also where parents are missing or go in a circle", () => {
    const circle = [
      { spanId: "c".repeat(16), parentId: "d".repeat(16), name: "one" },
      { spanId: "d".repeat(16), parentId: "c".repeat(16), name: "other" },
    ];
    const text = shown("trace.get", trace({ name: "lonely", parentId: "9".repeat(16) }, ...circle), 80);
    assert.match(text, /✓ lonely/);
    assert.equal(text.match(/✓ one/g)?.length, 1);
    assert.equal(text.match(/✓ other/g)?.length, 1);
    for (const line of text.split("\n")) assert.ok(columnsOf(line) <= 80, line);
  });
});

describe("a span", () => {
  it("shows what it says, and of what is cut how to get the whole", () => {
    const text = shown("trace.span", {
      ...span,
      traceId,
      kind: "client",
      scope: "tutti",
      statusText: null,
      attributes: { "gen_ai.request.model": { value: "tiny-chat" }, long: { value: "xxx", bytes: 9_000 } },
      resource: {},
      events: [{ name: "exception", at: span.startedAt + 20, attributes: { "exception.type": { value: "Error" } } }],
      links: [],
    });
    assert.match(text, /^run triage {2}client ok {2}6\.2 s\n/);
    assert.match(text, /attributes\n {2}gen_ai\.request\.model {2}tiny-chat\n/);
    assert.match(text, /long {2}xxx … cut, 9 kB in all: --max-bytes 9000/);
    assert.match(text, /event exception, 20 ms after its start\n {2}exception\.type {2}Error/);
  });
});

describe("a kept line of the log", () => {
  const color = createTerminalText().colors(false);
  const line = {
    at: new Date(2026, 10, 25, 9, 5, 3).getTime(),
    level: "error",
    event: "job.failed",
    message: "",
    service: "tutti",
    run: null,
    attributes: {},
  };

  it("is one line: when, how bad, what, why, and the run that it is about", () => {
    const attributes = {
      job: "prune",
      "tutti.run.id": "run_1",
      "exception.type": "Error",
      "exception.message": "no space\nleft",
      "exception.stacktrace": "Error: no space\n    at x",
    };
    assert.equal(
      presentKeptLine({ ...line, run: "run_1", attributes }, color),
      "2026-11-25 09:05:03 error job.failed  job=prune  Error: no space left  run_1",
    );
  });

  it("has the words where there are any, and the name of another program", () => {
    assert.equal(
      presentKeptLine({ ...line, level: "info", message: "It is so.", service: "claude-code" }, color),
      "2026-11-25 09:05:03 info  job.failed  It is so.  claude-code",
    );
  });
});
