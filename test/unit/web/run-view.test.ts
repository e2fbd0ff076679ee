import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { added } from "../../../web/pages/run/data/live-text.ts";
import { groupsOf, countOf, statusOf } from "../../../web/pages/run/graph/group.ts";
import { planOf } from "../../../web/pages/run/graph/layout.ts";
import { gistOf } from "../../../web/pages/run/inspector/gist.ts";
import { tokensOf } from "../../../web/pages/run/inspector/json-token.ts";
import { lineWords } from "../../../web/pages/run/inspector/line-words.ts";
import { speedOf, timeLedger, tokenLedger } from "../../../web/pages/run/inspector/ledger.ts";
import { mostPlain, payloadText } from "../../../web/pages/run/inspector/payload-text.ts";
import { sharesOf } from "../../../web/pages/run/inspector/window-share.ts";
import { lineOf, toNdjson } from "../../../web/pages/run/log/line.ts";
import { endAhead, marksOf } from "../../../web/score/measure.ts";
import { extentOf, placeLabel } from "../../../web/score/place.ts";
import { createScale } from "../../../web/score/scale.ts";
import { buildTree } from "../../../web/score/tree.ts";
import { around, kept, panned, readZoom, zoomedAt } from "../../../web/score/zoom.ts";
import { entriesOf } from "../../../web/pages/run/transcript/entry.ts";
import { failed, item, phases, span, timeline } from "./run-timeline.ts";

describe("the scale of time", () => {
  it("is in proportion, there and back", () => {
    const scale = createScale(100, 300);
    assert.equal(scale.share(200), 0.5);
    assert.equal(scale.share(400), 1.5);
    assert.equal(scale.time(0.25), 150);
  });

  it("draws gaps narrow and the rest in proportion, there and back", () => {
    const scale = createScale(0, 100_000, [{ from: 10_000, to: 90_000 }]);
    const [gap] = scale.gaps;
    assert.ok(gap && Math.abs(gap.right - gap.left - 0.03) < 1e-9);
    assert.ok(Math.abs(scale.share(10_000) - 0.485) < 1e-9);
    for (const at of [0, 5_000, 50_000, 95_000]) assert.ok(Math.abs(scale.time(scale.share(at)) - at) < 1e-6);
  });

  it("draws a gap as it is where nothing else is in the window", () => {
    assert.equal(createScale(20, 30, [{ from: 0, to: 100 }]).gaps.length, 0);
  });
});

describe("the ruler", () => {
  const labels = (to: number, width: number): string[] =>
    marksOf(createScale(0, to), 0, width).map(({ label }) => label);

  it("has round measures with a unit on the first", () => {
    assert.deepEqual(labels(200_000, 650), [
      "0\u202fs",
      "20",
      "40",
      "60",
      "80",
      "100",
      "120",
      "140",
      "160",
      "180",
      "200",
    ]);
    assert.deepEqual(labels(10, 300), ["0\u202fms", "2", "4", "6", "8", "10"]);
    assert.deepEqual(labels(3 * 3_600_000, 400), ["0\u202fh", "1", "2", "3"]);
  });

  it("skips what lies in a gap that is left out", () => {
    const marks = marksOf(createScale(0, 100_000, [{ from: 10_000, to: 90_000 }]), 0, 1_000);
    assert.ok(marks.every(({ at }) => at <= 10_000 || at >= 90_000));
  });

  it("stays where it is while a run goes on, and then moves by a round time", () => {
    assert.equal(endAhead(192_000), endAhead(199_000));
    assert.ok(endAhead(400_000) > 400_000);
  });
});

describe("a zoom", () => {
  const whole = { from: 0, to: 1_000 };

  it("keeps what is under the pointer where it is, and ends as the whole", () => {
    assert.deepEqual(zoomedAt(whole, { at: 250, factor: 0.5, whole }), { from: 125, to: 625 });
    assert.equal(zoomedAt({ from: 0, to: 900 }, { at: 450, factor: 2, whole }), null);
  });

  it("never leaves the run, and is never narrower than can be seen", () => {
    assert.deepEqual(kept({ from: -50, to: 100 }, whole), { from: 0, to: 100 });
    assert.deepEqual(kept({ from: 500, to: 500 }, whole), { from: 497.5, to: 502.5 });
    assert.deepEqual(panned({ from: 0, to: 100 }, -1, whole), { from: 0, to: 100 });
    assert.deepEqual(panned({ from: 0, to: 100 }, 20, whole), { from: 900, to: 1_000 });
    assert.deepEqual(around(100, 200, whole), { from: 92, to: 208 });
  });

  it("is read from an address, and nothing where that makes no sense", () => {
    assert.deepEqual(readZoom("5", "10"), { from: 5, to: 10 });
    assert.equal(readZoom("10", "5"), null);
    assert.equal(readZoom("x", undefined), null);
  });
});

describe("places on a lane", () => {
  const scale = createScale(0, 1_000);
  const room = { width: 500, margin: 76, edge: 500 };

  it("are never thinner than can be seen, and nothing outside of the window", () => {
    assert.deepEqual(extentOf(scale, 500, { from: 100, to: 100 }), { left: 50, width: 2 });
    assert.equal(extentOf(scale, 500, { from: 2_000, to: 3_000 }), null);
    assert.equal(extentOf(createScale(500, 1_000), 500, { from: 0, to: 100 }), null);
  });

  it("put words behind the ink, before it where the end is near, and behind the edge for what ends there", () => {
    assert.deepEqual(placeLabel({ text: "3 s" }, { left: 10, width: 100 }, room), {
      text: "3 s",
      side: "right",
      at: 116,
    });
    assert.equal(placeLabel({ text: "3.25 s" }, { left: 400, width: 80 }, room).side, "left");
    assert.deepEqual(placeLabel({ text: "3 s" }, { left: 0, width: 500 }, room), {
      text: "3 s",
      side: "right",
      at: 510,
    });
  });

  it("shorten words where there is no room for all of them", () => {
    const long = { text: "1 min 42 s, 1 min 20 s of it queued", short: "1 min 42 s" };
    assert.equal(placeLabel(long, { left: 2, width: 380 }, room).text, "1 min 42 s");
  });
});

describe("the transcript", () => {
  it("tells steps in time, with what they lie in as headings, and tools after the turn that called them", () => {
    const tree = buildTree(
      timeline([
        span("list", { from: 0 }),
        span("agent", { kind: "agent", from: 10, phases: [] }),
        span("agent/turn 1", { kind: "model", model: "m", from: 11 }),
        span("agent/turn 1/read", { kind: "tool", from: 20 }),
        span("agent/turn 2", { kind: "model", model: "m", from: 30 }),
        span("ask", { kind: "review", from: 40 }),
      ]),
    );
    assert.deepEqual(
      entriesOf(tree).map(({ part, heading, kind }) => [part.name, heading, kind]),
      [
        ["list", null, "tool"],
        ["turn 1", "agent", "model"],
        ["read", null, "tool"],
        ["turn 2", null, "model"],
        ["ask", null, "review"],
      ],
    );
  });
});

describe("the graph", () => {
  it("makes one box of the same step of every item, with how many ended well", () => {
    const spans = [span("m", { kind: "map" }), item("m[0]"), span("m[0]/x"), item("m[1]"), failed("m[1]/x")];
    const [map] = groupsOf(buildTree(timeline(spans)).root.children);
    assert.equal(map?.inner.length, 1);
    const [box] = map?.inner ?? [];
    assert.ok(box);
    assert.equal(countOf(box), "1/2");
    assert.equal(statusOf(box), "failed");
  });

  it("puts below what began after the end of another, and side by side what ran together", () => {
    const tree = buildTree(
      timeline([
        span("a", { to: 10 }),
        span("b", { from: 10, to: 20 }),
        span("c", { from: 11, to: 30 }),
        span("d", { from: 30, to: 40 }),
      ]),
    );
    const { boxes, lines } = planOf(groupsOf(tree.root.children), () => true);
    const rows = boxes.map(({ y }) => y);
    assert.equal(new Set(rows).size, 3);
    assert.equal(rows[1], rows[2]);
    assert.equal(lines.length, 4);
  });
});

describe("ledgers of a step", () => {
  const step = span("a", {
    model: "m",
    to: 4_000,
    phases: phases(["queued", 0, 1_000], ["prompt", 1_000, 2_000], ["work", 2_000, 4_000]),
    tokens: { input: 500, cached: 100, output: 80, reasoning: null },
  });

  it("say where the time and the tokens went, without what is not known", () => {
    assert.deepEqual(
      timeLedger(step, 0).lines.map(({ name }) => name),
      ["queued", "read prompt", "write"],
    );
    assert.deepEqual(tokenLedger(step).lines, [
      { name: "input", value: "400" },
      { name: "cached input", value: "100" },
      { name: "output", value: "80" },
    ]);
    assert.equal(tokenLedger(span("b")).total, null);
  });

  it("tell speeds only where reading and writing are told apart", () => {
    assert.deepEqual(speedOf(step), { write: 40, read: 500 });
    assert.deepEqual(speedOf(span("b", { tokens: step.tokens })), { write: null, read: null });
  });
});

describe("payloads", () => {
  it("are cut before they can hold up the page, and base64 is named and not shown", () => {
    assert.equal(payloadText("x".repeat(mostPlain + 7)).cut, 7);
    assert.match(payloadText({ image: "A".repeat(40_000) }).text, /‹base64, 30\u202fkB›/);
    assert.match(payloadText({ image: `data:image/png;base64,${"A".repeat(4_000)}` }).text, /‹image\/png/);
    assert.match(payloadText({ text: "word ".repeat(1_000) }).text, /word word/);
  });

  it("are told apart by kind, and text that is no JSON stays as it is", () => {
    const source = '{"a": [1, "x\\"y", true]}';
    assert.equal(
      tokensOf(source)
        .map(({ text }) => text)
        .join(""),
      source,
    );
    assert.deepEqual(
      tokensOf(source)
        .filter(({ kind }) => kind !== "plain")
        .map(({ kind, text }) => `${kind} ${text}`),
      ['key "a"', "number 1", 'string "x\\"y"', "word true"],
    );
    assert.equal(
      tokensOf("plain words")
        .map(({ text }) => text)
        .join(""),
      "plain words",
    );
  });

  it("show what fills a model's window, without its own answer", () => {
    const shares = sharesOf([
      { role: "system", content: "x".repeat(30) },
      { role: "user", content: "x".repeat(70) },
      { role: "assistant", content: "x".repeat(500) },
    ]);
    assert.deepEqual(
      shares.map(({ role, share }) => [role, share]),
      [
        ["system", 0.3],
        ["user", 0.7],
      ],
    );
  });
});

describe("the gist of an output", () => {
  const gist = (kind: string, value: unknown) =>
    gistOf({ kind, turn: null, output: { bytes: 1, truncated: false, value } });

  it("is what a model answered, or what a program printed", () => {
    assert.deepEqual(gist("model", { text: "yes", usage: {} }), { name: "Answer", value: "yes", note: "" });
    assert.deepEqual(gist("model", { text: "{}", output: { ok: true } })?.value, { ok: true });
    const printed = gist("shell", { stdout: "a\nb\n", stderr: "", exitCode: 0 });
    assert.deepEqual(printed, { name: "Printed", value: "a\nb\n", note: "exit code 0" });
    assert.equal(gist("shell", { stdout: "", stderr: "no", exitCode: 2 })?.name, "Printed on stderr");
  });

  it("is all of it where nothing in it says more than the rest", () => {
    assert.equal(gist("run", { text: "a field of mine" }), null);
    assert.equal(gist("run", [1, 2]), null);
  });
});

describe("live words", () => {
  it("add up, and begin again after a notice", () => {
    const silent = { text: "", thinking: "", notice: "", pieces: 0, firstAt: null };
    const two = added(added(silent, { text: "a" }, 5), { text: "b" }, 9);
    assert.deepEqual(two, { ...silent, text: "ab", pieces: 2, firstAt: 5 });
    assert.equal(added(two, { notice: "asked again" }, 10).text, "");
    assert.equal(added(two, { thinking: "hm" }, 10).thinking, "hm");
  });
});

describe("a silent step", () => {
  const call = { model: "m", run: "run_2", waitingMs: 3_000, isRunning: false };
  const server = (...calls: (typeof call)[]) => [{ name: "ollama", calls }];

  it("says that it stands in line, and behind how many", () => {
    const line = server({ ...call, run: "run_1", isRunning: true }, call);
    assert.equal(lineWords(line, "run_2"), "It has stood in line at ollama for 3\u202fs, behind 1 call.");
    assert.equal(lineWords(line, "run_1"), null);
    assert.equal(lineWords(line, "run_3"), null);
  });
});

describe("the log", () => {
  it("has a line for each event, with what it is about", () => {
    const event = {
      type: "tutti.step.finished",
      time: "2026-11-25T12:00:00.000Z",
      sequence: 7,
      data: { key: "a/b", kind: "model", status: "failed" },
    };
    const line = lineOf(event);
    assert.deepEqual([line.type, line.key, line.words, line.tone], ["step.finished", "a/b", "model, failed", "fail"]);
    assert.equal(toNdjson([event, event]).trim().split("\n").length, 2);
  });
});
