import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, it } from "node:test";
import { TuttiError } from "../../../src/core/error.ts";
import type { RunRecord } from "../../../src/core/step.ts";
import { callTutti } from "./fake-product.ts";
import { runRecord, scriptedOperations, stepRecord } from "./made-up.ts";

const failure = (code: string) => ({ code, message: "it broke", data: { hint: "Mend it." } });
const review = { id: "rev_1", run: "run_1", title: "Sure?", choices: [] };
const waits = { type: "waiting", waits: [{ key: "ask", kind: "review", name: "ask" }] };

describe("the exit code of a run", () => {
  const cases: readonly (readonly [string, Partial<RunRecord>, number])[] = [
    ["succeeded", {}, 0],
    ["failed", { status: "failed", error: failure("step.failed") }, 1],
    ["failed for want of a model", { status: "failed", error: failure("model.unreachable") }, 5],
    ["failed by a budget", { status: "failed", error: failure("budget.exhausted") }, 8],
    ["failed by a policy", { status: "failed", error: failure("policy.denied") }, 8],
    ["cancelled", { status: "cancelled", error: failure("run.cancelled") }, 2],
    ["paused", { status: "paused" }, 1],
    ["paused by a budget", { status: "paused", error: failure("budget.exhausted") }, 8],
  ];
  for (const [name, change, code] of cases) {
    it(`is ${code} when it has ${name}`, async () => {
      assert.equal((await callTutti(["run", "greet"], scriptedOperations({ run: runRecord(change) }))).code, code);
    });
  }

  it("is 7 when it waits for a review, and stderr says how to answer", async () => {
    const run = runRecord({ status: "waiting", finishedAt: null });
    const script = { run, reviews: [review], events: [waits] };
    const { code, stderr } = await callTutti(["run", "greet", "--until-idle"], scriptedOperations(script));
    assert.equal(code, 7);
    assert.match(stderr, /tutti review approve rev_1/);
  });

  it("is 0 when it only waits for time", async () => {
    const run = runRecord({ status: "waiting", finishedAt: null });
    assert.equal((await callTutti(["run", "greet", "--until-idle"], scriptedOperations({ run }))).code, 0);
  });
});

describe("the receipt", () => {
  for (const status of ["failed", "paused", "cancelled"] as const) {
    it(`of a run that is ${status} is told even when quiet`, async () => {
      const run = runRecord({ status, error: failure("step.failed") });
      const { stderr } = await callTutti(["run", "greet", "--quiet"], scriptedOperations({ run }));
      assert.match(stderr, new RegExp(`^${status} run_1.*\n(.*\n)*error    it broke`));
    });
  }

  it("of a run that went well is not", async () => {
    assert.equal((await callTutti(["run", "greet", "--quiet"], scriptedOperations({}))).stderr, "");
  });

  it("says what it used, what was skipped and why, what broke, and how to go on", async () => {
    const skipped = { reason: "no model reachable", hint: "Start one: ollama serve" };
    const run = runRecord({
      status: "failed",
      error: failure("step.failed"),
      usage: { calls: 2, inputTokens: 10, modelMs: 1_500, models: ["llama"] },
      steps: [stepRecord("a", { status: "skipped", skipped }), stepRecord("b", { status: "skipped", skipped })],
    });
    const { stderr } = await callTutti(["run", "greet"], scriptedOperations({ run }));
    const lines = [
      "failed run_1 in 3.6 s  2 steps",
      "model    llama: 2 calls, 10 tokens in, – out, 1.5 s",
      "skipped  2 × no model reachable",
      "         Start one: ollama serve",
      "error    it broke  step.failed",
      "fix      Mend it.",
      "again    tutti run retry run_1",
    ];
    assert.ok(stderr.endsWith(`${lines.join("\n")}\n`), stderr);
  });
});

describe("the steps of a run", () => {
  it("tell in full only once what skipped several of them", async () => {
    const skipped = { reason: "no model reachable: nobody answers at 127.0.0.1", hint: "Start one." };
    const events = ["a", "b"].map((key) => ({ type: "step", step: stepRecord(key, { status: "skipped", skipped }) }));
    const { stderr } = await callTutti(["run", "greet"], scriptedOperations({ events }));
    assert.match(stderr, /⤳ a 41 ms {2}no model reachable: .*\n⤳ b 41 ms {2}for the same reason\n/);
    assert.match(stderr, /look {5}tutti run get run_1\n$/);
  });
});

describe("a watch", () => {
  const lost = () => new TuttiError("host.unreachable", "gone");

  it("goes on where the host ends, and takes its place", async () => {
    const events = [{ type: "step", step: stepRecord("look") }];
    const operations = scriptedOperations({ events, watchErrors: [lost(), lost()] });
    const { code, stderr, connects } = await callTutti(["run", "watch", "run_1"], operations, {
      modes: ["client", "client", "host"],
    });
    assert.equal(code, 0);
    assert.equal(connects.length, 3);
    assert.ok(connects.every(({ takeRuns }) => takeRuns));
    assert.match(stderr, /this process has taken its place/);
    assert.equal(stderr.split("✓ look").length, 2, "a stored step is told once");
  });

  it("gives up on a host that ends again and again", async () => {
    const operations = scriptedOperations({ watchErrors: Array.from({ length: 30 }, lost) });
    assert.equal((await callTutti(["run", "watch", "run_1"], operations, { modes: ["client"] })).code, 5);
  });

  for (const [mode, words] of [
    ["client", /goes on\. Come back with: tutti run watch run_1/],
    ["host", /stays open and nothing is lost\. Go on with: tutti work/],
  ] as const) {
    it(`of a ${mode} ends with Ctrl-C, says how to come back, and exits with 130`, async () => {
      const signals = new EventEmitter();
      const operations = scriptedOperations({}).filter(({ name }) => name !== "run.watch");
      const watch = scriptedOperations({}).find(({ name }) => name === "run.watch");
      assert.ok(watch);
      operations.push({ ...watch, handle: interrupted(signals) });
      const { code, stderr } = await callTutti(["run", "watch", "run_1"], operations, { modes: [mode], signals });
      assert.equal(code, 130);
      assert.match(stderr, words);
    });
  }
});

/** A watch in which somebody presses Ctrl-C. */
function interrupted(signals: EventEmitter) {
  return async function* (_input: never, { signal }: { signal: AbortSignal }): AsyncGenerator<unknown, unknown> {
    yield { type: "step", step: stepRecord("nap", { status: "running" }) };
    setImmediate(() => signals.emit("SIGINT", "SIGINT"));
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    return runRecord({ status: "running" });
  };
}
