import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import { z, type Step } from "../../src/index.ts";
import type { ChatModel, ChatOptions } from "../../src/models/chat-model.ts";
import { createModelRegistry } from "../../src/models/registry.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { acrossChange, acrossCrash, ended, failureOf, until, workFlow, type OpenWork } from "./work-verbs-case.ts";

export function modelTests(open: OpenWork): void {
  test("gives text, usage, timings and model; the run counts the usage", async () => {
    const model = createScriptedModel({ answers: ["one two three", "four"] });
    await using engine = await open({ model });
    const run = await engine.run(
      workFlow(async (step) => [
        await step.model("a", { prompt: "Count to three" }),
        await step.model("b", { prompt: "And on" }),
      ]),
    );
    const [first] = run.output as Record<string, unknown>[];
    const { timings, ...rest } = first ?? {};
    assert.deepEqual(rest, {
      text: "one two three",
      finishReason: "stop",
      usage: { inputTokens: 4, outputTokens: 3 },
      model: "scripted/model",
    });
    assert.equal(typeof (timings as { totalMs: unknown }).totalMs, "number");
    const { modelMs, ...usage } = run.usage;
    assert.deepEqual(usage, { calls: 2, inputTokens: 7, outputTokens: 4, models: ["scripted/model"] });
    assert.equal(typeof modelMs, "number");
  });

  test("messages come before the prompt; options and the name go to the model", async () => {
    const model = createScriptedModel({ answers: ["ok, and cut off here"] });
    const asked: (string | undefined)[] = [];
    await using engine = await open({ model: async (name) => (asked.push(name), model) });
    const options = { numCtx: 512, maxTokens: 3, temperature: 0, seed: 7, topP: 0.5, stop: ["END"] };
    const run = await engine.run(
      workFlow(async (step) =>
        step.model("m", {
          model: "some/model",
          messages: [{ role: "system", content: "Be brief." }],
          prompt: "Hello",
          options,
        }),
      ),
    );
    assert.deepEqual(asked, ["some/model"]);
    assert.deepEqual(model.requests[0]?.messages, [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hello" },
    ]);
    assert.deepEqual(model.requests[0]?.options, options);
    assert.equal((run.output as { finishReason: string }).finishReason, "length");
  });

  test("messages and options are stored as its input, and nothing of the configuration", async () => {
    await using engine = await open({ model: createScriptedModel({ name: "scripted/default", answers: ["ok"] }) });
    const run = await engine.run(
      workFlow(async (step) =>
        step
          .model("m", { prompt: "Hi", options: { numCtx: 100 }, output: z.string().optional(), timeout: "9s" })
          .catch(() => null),
      ),
    );
    assert.deepEqual(JSON.parse((await engine.store.rows(run.id))[0]?.input ?? ""), {
      model: null,
      messages: [{ role: "user", content: "Hi" }],
      options: { numCtx: 100 },
    });
  });

  outputTests(open);
  skipTests(open);
  endTests(open);
  replayTests(open);
}

function outputTests(open: OpenWork): void {
  const verdict = z.object({ good: z.boolean(), score: z.coerce.string().transform(Number) });
  test("output is what the schema makes of the answer; the model is given what the schema takes", async () => {
    const model = createScriptedModel({ answers: ['{"good":true,"score":"7"}'] });
    await using engine = await open({ model });
    const flow = workFlow(async (step) => (await step.model("m", { prompt: "Judge", output: verdict })).output);
    assert.deepEqual((await engine.run(flow)).output, { good: true, score: 7 });
    const format = model.requests[0]?.format as { type: string; required: string[] };
    assert.deepEqual([format.type, format.required.includes("good")], ["object", true]);
  });

  for (const [what, answer, message] of [
    ["is not JSON", "Certainly! Here you are", /is not JSON/],
    ["has the wrong shape", '{"good":"yes"}', /does not fit the schema[\s\S]*good/],
  ] as const) {
    test(`an answer that ${what}, twice, is model.output_invalid with its text, and the tokens of both count`, async () => {
      await using engine = await open({ model: createScriptedModel({ answers: [answer, answer] }) });
      const run = await engine.run(workFlow(async (step) => step.model("m", { prompt: "Judge", output: verdict })));
      assert.equal(run.status, "failed");
      assert.equal(run.error?.code, "model.output_invalid");
      assert.match(run.error?.message ?? "", message);
      assert.equal((failureOf(run).data as { text: string }).text, answer);
      assert.equal(run.usage.calls, 2);
      assert.equal(run.usage.outputTokens, 2 * answer.split(" ").length);
    });
  }

  test("an answer that maxTokens cut off says so", async () => {
    await using engine = await open({ model: createScriptedModel({ answers: ['{ "good": true, "score": 1 }'] }) });
    const flow = workFlow(async (step) =>
      step.model("m", { prompt: "Judge", output: verdict, options: { maxTokens: 3 } }),
    );
    assert.match(JSON.stringify((await engine.run(flow)).error), /raise options\.maxTokens/);
  });

  test("a prompt that does not fit is model.context_overflow with the numbers", async () => {
    await using engine = await open({ model: createScriptedModel({ answers: ["never"] }) });
    const flow = workFlow(async (step) => step.model("m", { prompt: "one two three four", options: { numCtx: 4 } }));
    const { code, data } = failureOf(await engine.run(flow));
    const { estimated, limit } = data as { estimated: { likely: number }; limit: number };
    assert.deepEqual([code, estimated.likely, limit], ["model.context_overflow", 5, 4]);
  });

  for (const [what, request, message] of [
    ["an unknown option", { options: { max_tokens: 5 } }, /options takes no "max_tokens"|"max_tokens"/],
    ["a limit that a server takes for none", { options: { maxTokens: 0 } }, /options\.maxTokens must be at least 1/],
    ["a negative limit", { options: { maxTokens: -2 } }, /options\.maxTokens/],
    ["a size that is no number", { options: { numCtx: "8k" } }, /options\.numCtx must be/],
    ["a policy that there is not", { onOverflow: "shrink" }, /onOverflow must be/],
  ] as const) {
    test(`${what} rejects the promise of a model step, and fails an agent, before a model is asked`, async () => {
      const model = createScriptedModel({ answers: ["never"] });
      await using engine = await open({ model });
      const given = request as { options?: ChatOptions };
      const agent = { name: "a", instructions: "Do.", ...given };
      const flow = workFlow(async (step) => {
        const reason = ({ code, message: text }: StepError): string => `${code} ${text}`;
        const ofStep = await step.model("m", { prompt: "Hi", ...given }).then(() => "", reason);
        return [ofStep, await step.agent("a", agent, { prompt: "Hi" }).then(() => "", reason)];
      });
      const [ofStep = "", ofAgent = ""] = (await engine.run(flow)).output as string[];
      assert.match(ofStep, /^usage\.invalid model step "m": /);
      assert.match(ofAgent, /^agent\.invalid agent "a": /);
      assert.match(ofStep, message);
      assert.match(ofAgent, message);
      assert.deepEqual(model.requests, []);
    });
  }

  test("what is not text, no number or no schema is refused by name, before a model is asked", async () => {
    const model = createScriptedModel({ answers: ["never"] });
    await using engine = await open({ model });
    const flow = workFlow(async (step) => {
      const reason = ({ code, message }: StepError): string => `${code} ${message}`;
      const asked = (request: object): Promise<string> => step.model("m", request).then(() => "", reason);
      const acted = (more: object, prompt: unknown = "Go."): Promise<string> =>
        step.agent("a", { name: "a", instructions: "Do.", ...more }, { prompt } as never).then(() => "", reason);
      return [
        await asked({ prompt: 5 }),
        await asked({ prompt: "Hi", output: { good: "boolean" } }),
        await acted({}, null),
        await acted({ instructions: null }),
        await acted({ maxTurns: 0, maxTotalTokens: Number.NaN }),
      ];
    });
    assert.deepEqual((await engine.run(flow)).output, [
      'usage.invalid model step "m" was given a prompt or a message that is not text',
      "usage.invalid the output of a model step must be a zod schema",
      'agent.invalid agent "a": its prompt must be text',
      'agent.invalid agent "a": instructions must be text',
      'agent.invalid agent "a": maxTurns must be at least 1; maxTotalTokens must be a whole number',
    ]);
    assert.deepEqual(model.requests, []);
  });

  test("neither prompt nor messages rejects the promise", async () => {
    await using engine = await open();
    const flow = workFlow(async (step) => step.model("m", {}).catch((error: StepError) => error.code));
    assert.equal((await engine.run(flow)).output, "usage.invalid");
  });
}

/** A model on an address where nothing listens. */
async function unreachable(): Promise<(name: string | undefined, signal: AbortSignal) => Promise<ChatModel>> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const registry = createModelRegistry({ ollamaUrl: `127.0.0.1:${port}` });
  return (name, signal) => registry.chat(name, signal);
}

function skipTests(open: OpenWork): void {
  for (const name of ["default", "ollama/llama3.2"]) {
    test(`with no server reachable an optional step on ${name} is skipped with reason and hint: result, row and record`, async () => {
      await using engine = await open({ model: await unreachable() });
      const run = await engine.run(
        workFlow(async (step) => {
          const answer = await step.model("m", { model: name, prompt: "Hi", optional: true });
          return { answer, after: await step.run("after", () => "went on") };
        }),
      );
      assert.equal(run.status, "succeeded");
      const { answer, after } = run.output as { answer: { skipped: { reason: string; hint: string } }; after: string };
      const { skipped } = answer;
      assert.equal(skipped.reason, "no model reachable");
      assert.match(skipped.hint, /127\.0\.0\.1:\d+ \(connection refused\)\. Start it with `ollama serve`/);
      assert.deepEqual(answer, { text: "", usage: {}, skipped });
      assert.equal(after, "went on");
      assert.equal(run.steps[0]?.status, "skipped");
      assert.deepEqual(run.steps[0]?.skipped, skipped);
      assert.deepEqual(JSON.parse((await engine.store.rows(run.id))[0]?.skipped ?? ""), skipped);
      assert.deepEqual(run.usage, { calls: 0 });
    });
  }

  test("a skipped step stays skipped in a replay, also when a model is there by then", async () => {
    let isThere = false;
    const none = await unreachable();
    const model = createScriptedModel({ answers: ["too late"] });
    await using engine = await open({ model: async (name, signal) => (isThere ? model : none(name, signal)) });
    const body = async (step: Step) => {
      const { skipped } = await step.model("m", { prompt: "Hi", optional: true });
      isThere = true;
      return skipped?.reason;
    };
    assert.equal((await acrossChange(engine, { before: body, after: body })).output, "no model reachable");
    assert.equal(model.requests.length, 0);
  });

  test("with no server reachable a step that is not optional is model.unreachable with a hint", async () => {
    await using engine = await open({ model: await unreachable() });
    const run = await engine.run(workFlow(async (step) => step.model("m", { prompt: "Hi" })));
    const { code, data } = failureOf(run);
    assert.equal(code, "model.unreachable");
    assert.match((data as { hint: string }).hint, /ollama serve/);
  });
}

function endTests(open: OpenWork): void {
  test("deltas are live events, and stand in no row and in no event of the log", async () => {
    const model = createScriptedModel({
      answers: [
        { thinking: "thoughtdelta", text: "alphadelta betadelta" },
        { text: "lostdelta", error: new Error("broke off") },
      ],
    });
    // Says its piece, then waits for the abort.
    const cut: ChatModel = {
      name: "scripted/cut",
      async chat(_request, { signal, onChunk }) {
        onChunk?.({ kind: "text", text: "cutdelta" });
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        throw signal.reason;
      },
    };
    await using engine = await open({ model: async (name) => (name === "cut" ? cut : model) });
    const flow = workFlow(async (step) => {
      await step.model("whole", { prompt: "Speak" });
      return step.model("cut", { model: "cut", prompt: "Speak", timeout: 60 }).catch((error: StepError) => error.code);
    });
    const deltas: unknown[] = [];
    const id = await engine.start(flow);
    const leave = engine.live.subscribe(id, (event) => event.type === "live" && deltas.push(event.data));
    const run = await engine.until(id, ...ended);
    leave();
    assert.equal(run.output, "engine.deadline");
    assert.deepEqual(deltas, [
      { thinking: "thoughtdelta" },
      { text: "alphadelta" },
      { text: " betadelta" },
      { text: "cutdelta" },
    ]);
    const rows = await engine.store.rows(id);
    assert.deepEqual(
      rows.map(({ key }) => key),
      ["whole", "cut"],
    );
    // The answer as a whole is the result; nothing holds a piece of it.
    assert.equal(rows.filter(({ result }) => result?.includes("alphadelta betadelta")).length, 1);
    assert.doesNotMatch(JSON.stringify(await engine.table("events")), /delta/);
    assert.doesNotMatch(await engine.everyRow(), /cutdelta/);
  });

  test("a cancel in its middle aborts the call; the step is stored as cancelled, with the reason", async () => {
    const model = createScriptedModel({ answers: [{ delayMs: Number.POSITIVE_INFINITY }] });
    await using engine = await open({ model, graceMs: 10_000 });
    const id = await engine.start(workFlow(async (step) => step.model("m", { prompt: "Hi" })));
    await until(() => model.requests.length === 1);
    await engine.control.cancel(id, "enough");
    const run = await engine.until(id, ...ended);
    assert.equal(run.status, "cancelled");
    assert.equal(run.steps[0]?.status, "cancelled");
    assert.equal(run.steps[0]?.error?.code, "run.cancelled");
    assert.match(run.steps[0]?.error?.message ?? "", /enough/);
  });

  test("its timeout is engine.deadline, the call is aborted, and the body may go on", async () => {
    let reason: unknown;
    const model: ChatModel = {
      name: "scripted/slow",
      chat: (_request, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject((reason = signal.reason)));
        }),
    };
    await using engine = await open({ model });
    const flow = workFlow(async (step) =>
      step.model("m", { prompt: "Hi", timeout: 30, optional: true }).catch((error: StepError) => error.code),
    );
    assert.equal((await engine.run(flow)).output, "engine.deadline");
    assert.equal((reason as StepError).code, "engine.deadline");
  });
}

function replayTests(open: OpenWork): void {
  test("a call cut off in its middle is made again; a finished one is not", async () => {
    const model = createScriptedModel({
      answers: ["first", { delayMs: Number.POSITIVE_INFINITY }, "second"],
    });
    await using engine = await open({ model });
    const flow = workFlow(async (step) => [
      (await step.model("a", { prompt: "A" })).text,
      (await step.model("b", { prompt: "B" })).text,
    ]);
    const run = await acrossCrash(engine, await engine.start(flow), () => model.requests.length === 2);
    assert.deepEqual(run.output, ["first", "second"]);
    assert.deepEqual(
      model.requests.map(({ messages }) => messages[0]?.content),
      ["A", "B", "B"],
    );
    assert.equal(run.usage.calls, 2);
    assert.equal(run.usage.outputTokens, 2);
  });

  const before = (step: Step) => step.model("m", { prompt: "Hi", options: { seed: 1 }, timeout: 5_000 });
  for (const [what, after] of Object.entries<(step: Step) => Promise<unknown>>({
    "the messages": (step) => step.model("m", { prompt: "Ho", options: { seed: 1 } }),
    "the options": (step) => step.model("m", { prompt: "Hi", options: { seed: 2 } }),
    "the model": (step) => step.model("m", { model: "other", prompt: "Hi", options: { seed: 1 } }),
  })) {
    test(`a change of ${what} under an open run pauses it as engine.replay_mismatch`, async () => {
      await using engine = await open({ model: createScriptedModel({ answers: ["Hello"] }) });
      const run = await acrossChange(engine, { before, after });
      assert.equal(run.status, "paused");
      assert.equal(run.error?.code, "engine.replay_mismatch");
    });
  }

  test("a change of timeout, optional or the configured model under an open run passes", async () => {
    let count = 0;
    const models = ["scripted/old", "scripted/new"].map((name) => createScriptedModel({ name, answers: ["Hello"] }));
    await using engine = await open({
      model: async () => {
        const model = models[count++];
        assert.ok(model);
        return model;
      },
    });
    const after = (step: Step) => step.model("m", { prompt: "Hi", options: { seed: 1 }, optional: true });
    assert.equal((await acrossChange(engine, { before, after })).status, "succeeded");
    assert.equal(count, 1);
  });
}
