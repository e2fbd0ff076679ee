import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PlanInterceptor } from "../../src/core/verb.ts";
import type { CallTime } from "../../src/engine/read/port.ts";
import { testFlow, type TestStep } from "../support/engine.ts";
import { bad, good, spanOf, type OpenRead } from "./read-case.ts";
import { countTests } from "./read-count.ts";
import { compareTests, stepTests } from "./read-step.ts";

/** What reading runs promises on any database. */
export function readContract(name: string, open: OpenRead, options: { readonly skip?: string | false } = {}): void {
  describe(`reading runs on ${name}`, options, () => {
    listTests(open);
    queryTests(open);
    countTests(open);
    timelineTests(open);
    attemptTests(open);
    stepTests(open);
    compareTests(open);
  });
}

function listTests(open: OpenRead): void {
  test("a list says in one line why a run failed and in which step, and what it was given", async () => {
    await using engine = await open();
    await engine.run(good, { ticket: 42, text: "It does\nnot start" });
    await engine.run(bad);
    const [failed, succeeded] = await engine.list();
    assert.equal(failed?.summary, "items[0]/call: connect ECONNREFUSED 127.0.0.1:11434");
    const { code, message } = failed?.error ?? {};
    assert.deepEqual([code, message], ["step.failed", "connect ECONNREFUSED 127.0.0.1:11434"]);
    assert.equal(succeeded?.summary, "ticket: 42, text: It does not start");
    assert.deepEqual([succeeded?.waitingFor, succeeded?.parent, succeeded?.models], [null, null, []]);
  });

  test("a summary has at most 200 bytes, cut between two characters", async () => {
    await using engine = await open();
    await engine.run(bad, { why: "ä漢😀".repeat(100) });
    const [run] = await engine.list();
    assert.ok(run && Buffer.byteLength(run.summary) <= 200, "it is too long");
    assert.match(run.summary, /^items\[0\]\/call: ä漢😀.*…$/);
    assert.ok(!run.summary.includes("\uFFFD"));
  });

  test("a list says what waiting runs wait for, and a paused run's reason", async () => {
    await using engine = await open();
    const kinds: Record<string, (step: TestStep) => Promise<unknown>> = {
      event: (step) => step.waitFor("gate", { event: "deployed" }),
      sleep: (step) => step.sleep("nap", "1h"),
      child: (step) => step.flow("kid", "sleeper", null),
    };
    engine.flows.set(
      "sleeper",
      testFlow("sleeper", async (step: TestStep) => step.sleep("nap", "1h")),
    );
    for (const [kind, wait] of Object.entries(kinds)) {
      await engine.until(await engine.start(testFlow(kind, wait)), "waiting");
    }
    const runs = Object.fromEntries((await engine.list()).map((run) => [run.flow, run]));
    for (const kind of Object.keys(kinds)) assert.equal(runs[kind]?.waitingFor, kind);
    assert.equal(runs["event"]?.summary, "waits for the event deployed");
    assert.match(runs["sleep"]?.summary ?? "", /^sleeps, (59 min|60 min|1 h 0 min) left$/);
    assert.deepEqual(runs["sleeper"]?.parent, { run: runs["child"]?.id, step: "kid" });
    assert.equal(runs["sleeper"]?.trigger, `run:${runs["child"]?.id}`);
  });

  test("a run says who or what started it, forks and retries too, and its time is its own", async () => {
    await using engine = await open();
    const first = await engine.start(good, null, "schedule:nightly");
    await engine.until(first, "succeeded");
    const fork = await engine.control.fork(first, "a");
    await engine.until(fork, "succeeded");
    const broken = await engine.run(bad);
    const retry = await engine.control.retry(broken.id);
    await engine.until(retry, "failed");
    const triggers = Object.fromEntries((await engine.list()).map(({ id, trigger }) => [id, trigger]));
    assert.deepEqual(triggers, {
      [first]: "schedule:nightly",
      [fork]: `fork:${first}`,
      [broken.id]: null,
      [retry]: `retry:${broken.id}`,
    });
  });
}

function queryTests(open: OpenRead): void {
  test("a query finds runs by state, flow, error, trigger, id, time and words, and by what they are not", async () => {
    await using engine = await open();
    const one = await engine.start(good, { topic: "Invoices" }, "cli");
    await engine.until(one, "succeeded");
    const two = await engine.run(bad);
    const three = await engine.start(
      testFlow("wait", async (step: TestStep) => step.waitFor("gate", { event: "go" })),
      "hello",
      "schedule:nightly",
    );
    await engine.until(three, "waiting");
    const found = async (query: string): Promise<string[]> => (await engine.list(query)).map(({ id }) => id);
    const all = [three, two.id, one];
    assert.deepEqual(await found(""), all);
    assert.deepEqual(await found("status:failed,waiting"), [three, two.id]);
    assert.deepEqual(await found("-status:failed,waiting"), [one]);
    assert.deepEqual(await found("flow:good"), [one]);
    assert.deepEqual(await found('error:"econnrefused 127"'), [two.id]);
    assert.deepEqual(await found("error:step.failed"), [two.id]);
    assert.deepEqual(await found("error:items"), [two.id]);
    assert.deepEqual(await found("-error:econn"), [three, one]);
    assert.deepEqual(await found("trigger:schedule"), [three]);
    assert.deepEqual(await found("-trigger:schedule,cli"), [two.id]);
    assert.deepEqual(await found(`id:${one.slice(0, 19)}`), [one]);
    assert.deepEqual(await found("waiting:event"), [three]);
    assert.deepEqual(await found("waiting:sleep"), []);
    assert.deepEqual(await found("since:1h"), all);
    assert.deepEqual(await found("until:1h"), []);
    assert.deepEqual(await found("invoices"), [one]);
    assert.deepEqual(await found("ECONNREFUSED"), [two.id]);
    assert.deepEqual(await found("100%"), []);
    assert.deepEqual(await found("status:failed flow:good"), []);
    const page = await engine.list("since:1h", { before: three, limit: 1 });
    assert.deepEqual(
      page.map(({ id }) => id),
      [two.id],
    );
  });

  test("a query finds runs by their models", async () => {
    await using engine = await open();
    const plan = testFlow("asks", async (step: TestStep) => step.run("a", () => 1));
    const run = await engine.run(plan);
    await engine.database.write([{ sql: "update runs set models = 'ollama/qwen3:8b,fast/llama'", parameters: [] }]);
    assert.deepEqual(
      (await engine.list("model:QWEN")).map(({ id }) => id),
      [run.id],
    );
    assert.deepEqual((await engine.list("model:qwen"))[0]?.models, ["ollama/qwen3:8b", "fast/llama"]);
    assert.deepEqual(await engine.list("model:mistral"), []);
  });
}

function timelineTests(open: OpenRead): void {
  test("a timeline has steps, items and scopes in their order, each behind what it lies in", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => {
      await step.run("first", () => "x");
      await step.map("each", ["a", "b"], async (item, inner: TestStep) => inner.run("one", () => item));
      await step.race("either", { quick: async (inner) => inner.run("go", () => 1) });
    });
    const run = await engine.run(flow);
    const timeline = await engine.timeline(run.id);
    assert.deepEqual(
      timeline.spans.map(({ key, depth, kind, isDerived }) => [key, depth, kind, isDerived]),
      [
        ["first", 0, "run", false],
        ["each", 0, "map", true],
        ["each[0]", 1, "item", true],
        ["each[0]/one", 2, "run", false],
        ["each[1]", 1, "item", true],
        ["each[1]/one", 2, "run", false],
        ["either", 0, "race", false],
        ["either/quick", 1, "scope", true],
        ["either/quick/go", 2, "run", false],
      ],
    );
    const first = spanOf(timeline, "first");
    assert.deepEqual(first.phases, [{ kind: "work", from: first.startedAt, to: first.finishedAt }]);
    assert.equal(first.outputBytes, 3);
    assert.equal(spanOf(timeline, "each").status, "succeeded");
    assert.equal(timeline.run.id, run.id);
  });

  test("a timeline shows waits as waits, with their child and their review, and what is new since a row", async () => {
    const reviews = [{ id: "rev_1", run: "", step: "ask", title: "Send it?", status: "open" }];
    await using engine = await open({ reads: { reviewsOf: async () => reviews } });
    engine.flows.set(
      "kid",
      testFlow("kid", async (step: TestStep) => step.waitFor("gate", { event: "go" })),
    );
    const id = await engine.start(
      testFlow("f", async (step: TestStep) => {
        await step.run("before", () => 1);
        return step.flow("child", "kid", null);
      }),
    );
    await engine.until(id, "waiting");
    const timeline = await engine.timeline(id);
    const child = spanOf(timeline, "child");
    const [kid] = await engine.list("flow:kid");
    assert.deepEqual([child.status, child.child, child.finishedAt], ["waiting", kid?.id, null]);
    assert.deepEqual(child.phases, [{ kind: "wait", from: child.startedAt, to: null }]);
    const later = await engine.timeline(id, timeline.latest);
    assert.deepEqual(
      later.spans.map(({ key }) => key),
      ["child"],
    );
    await engine.until(kid?.id ?? "", "waiting");
    await engine.control.emit("go", null);
    await engine.until(id, "succeeded");
    const ended = await engine.timeline(id, timeline.latest);
    assert.deepEqual(
      ended.spans.map(({ key, status }) => [key, status]),
      [["child", "succeeded"]],
    );
  });

  test("a step that runs is shown with its start by the process that works on it", async () => {
    await using engine = await open();
    const reached = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    const id = await engine.start(
      testFlow("f", async (step: TestStep) =>
        step.run("slow", async () => {
          reached.resolve();
          await opened.promise;
        }),
      ),
    );
    await reached.promise;
    const span = spanOf(await engine.timeline(id), "slow");
    assert.deepEqual([span.status, span.finishedAt], ["running", null]);
    assert.ok(span.startedAt !== null);
    assert.deepEqual(span.phases, [{ kind: "work", from: span.startedAt, to: null }]);
    opened.resolve();
    await engine.until(id, "succeeded");
  });
}

/** A plan that tries once more, after a pause. */
const again: PlanInterceptor = {
  name: "again",
  kinds: ["run"],
  async around({ host }, spec, next) {
    const first = await next(spec);
    if (first.status !== "failed") return first;
    await host.wait({ kind: "sleep", name: "pause", dueInMs: 20, whenDue: { status: "succeeded" } });
    return next(spec);
  },
};

function attemptTests(open: OpenRead): void {
  test("attempts are lines of their own, and a plan's pause between them is back-off", async () => {
    await using engine = await open({ plan: [again] });
    let count = 0;
    const flow = testFlow("f", async (step: TestStep) =>
      step.run("flaky", () => {
        if (++count < 2) throw new Error("not yet");
        return "done";
      }),
    );
    const run = await engine.run(flow);
    assert.equal(run.status, "succeeded");
    const timeline = await engine.timeline(run.id);
    assert.deepEqual(
      timeline.spans.map(({ key, status, attempt, attempts }) => [key, status, attempt, attempts]),
      [
        ["flaky", "succeeded", 2, 2],
        ["flaky/attempt", "failed", 1, 2],
        ["flaky/pause", "succeeded", 1, 1],
        ["flaky/attempt#2", "succeeded", 2, 2],
      ],
    );
    const kinds = spanOf(timeline, "flaky").phases.map(({ kind }) => kind);
    assert.deepEqual(kinds, ["work", "backoff"]);
    // When the last attempt began is stored nowhere.
    assert.equal(spanOf(timeline, "flaky/attempt#2").startedAt, null);
    assert.equal(spanOf(timeline, "flaky/attempt").error?.message, "not yet");
  });

  test("a model call's time is split as it was measured, and its tokens and money are the ledger's", async () => {
    const calls: CallTime[] = [];
    await using engine = await open({ reads: { callsOf: async () => calls } });
    const run = await engine.run(testFlow("f", async (step: TestStep) => step.run("ask", () => 1)));
    const at = run.steps[0]?.startedAt ?? 0;
    calls.push({
      step: "ask",
      attempt: 1,
      model: "ollama/tiny",
      beganAt: at,
      endedAt: at + 100,
      queueMs: 10,
      loadMs: 20,
      promptMs: 30,
      input: 7,
      cached: null,
      output: 5,
      reasoning: null,
      money: 24,
      currency: "EUR",
      isEstimated: false,
    });
    const span = spanOf(await engine.timeline(run.id), "ask");
    assert.deepEqual(span.phases, [
      { kind: "queued", from: at, to: at + 10 },
      { kind: "load", from: at + 10, to: at + 30 },
      { kind: "prompt", from: at + 30, to: at + 60 },
      { kind: "work", from: at + 60, to: at + 100 },
    ]);
    assert.deepEqual(span.tokens, { input: 7, cached: null, output: 5, reasoning: null });
    assert.deepEqual(span.cost, { money: 0.000024, currency: "EUR" });
    assert.equal(span.model, "ollama/tiny");
  });
}
