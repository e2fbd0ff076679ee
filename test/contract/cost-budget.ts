import assert from "node:assert/strict";
import { test } from "node:test";
import type { Step } from "../../src/index.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { ask, codeOf, costFlow, ended, mustAgree, type CostEngine, type OpenCost } from "./cost-case.ts";

interface View {
  readonly windows: readonly {
    readonly subject: string;
    readonly used: number;
    readonly reserved: number;
    readonly limit: number;
  }[];
}

const model = (name = "scripted/a") => createScriptedModel({ name, answers: () => "one two three" });
const prices = { date: "2026-11-01", currency: "EUR", models: { "scripted/a": { input: 2, output: 6 } } };

const usedOf = async (engine: CostEngine, name: string): Promise<unknown[]> =>
  (await engine.op<View>("budget.show", { name })).windows.map(({ subject, used, reserved }) => [
    subject,
    used,
    reserved,
  ]);

export function budgetTests(open: OpenCost): void {
  const three = costFlow(async (step) => {
    for (const name of ["a", "b", "c"]) await ask(step, name);
  }, "three");

  for (const { scope, of, subject } of [
    { scope: "tenant", subject: "all" },
    { scope: "flow", of: "three", subject: "three" },
    { scope: "flow", subject: "three" },
    { scope: "model", of: "scripted/a:latest", subject: "scripted/a" },
  ]) {
    test(`for ${scope} ${of ?? ""} counts what its calls really took`, async () => {
      await using engine = await open({ models: [model()] });
      await engine.op("budget.set", { name: "b", scope, ...(of ? { of } : {}), window: "total", tokens: 1_000 });
      assert.equal((await engine.run(three)).status, "succeeded");
      assert.deepEqual(await usedOf(engine, "b"), [[subject, 18, 0]]);
      await mustAgree(engine);
    });
  }

  test("for each run, or for an agent, leaves others alone", async () => {
    await using engine = await open({ models: [model()] });
    await engine.op("budget.set", { name: "each", scope: "run", window: "run", calls: 3 });
    await engine.op("budget.set", { name: "other", scope: "agent", of: "nobody", window: "total", calls: 1 });
    const [first, second] = [await engine.run(three), await engine.run(three)];
    assert.deepEqual([first.status, second.status], ["succeeded", "succeeded"]);
    assert.deepEqual(
      new Set((await usedOf(engine, "each")).map(String)),
      new Set([`${first.id},3,0`, `${second.id},3,0`]),
    );
    assert.deepEqual(await usedOf(engine, "other"), [["nobody", 0, 0]]);
  });

  test("that is made in the middle of the day knows what was used before, and keeps its count when its limit changes", async () => {
    await using engine = await open({ models: [model()] });
    await engine.run(three);
    await engine.op("budget.set", { name: "b", window: "day", tokens: 100 });
    assert.deepEqual(await usedOf(engine, "b"), [["all", 18, 0]]);
    await engine.op("budget.set", { name: "b", window: "day", tokens: 20 });
    assert.deepEqual(await usedOf(engine, "b"), [["all", 18, 0]]);
    await engine.op("budget.set", { name: "b", window: "day", calls: 4 });
    assert.deepEqual(await usedOf(engine, "b"), [["all", 3, 0]]);
    await engine.op("budget.remove", { name: "b" });
    assert.equal((await engine.run(three)).status, "succeeded");
    await assert.rejects(engine.op("budget.show", { name: "b" }), /there is no budget "b"/);
  });

  test("of money is counted by the price list, and refuses a model without a price", async () => {
    await using engine = await open({ models: [model(), model("scripted/b")], cost: { prices } });
    await engine.op("budget.set", { name: "m", window: "total", money: 1 });
    assert.equal((await engine.run(three)).status, "succeeded");
    assert.deepEqual(await usedOf(engine, "m"), [["all", 0.000_072, 0]]);
    const run = await engine.run(costFlow((step) => ask(step, "a", { model: "scripted/b" })));
    assert.deepEqual([run.status, codeOf(run)], ["paused", "budget.unpriced"]);
    assert.match(run.error?.message ?? "", /scripted\/b has no price in EUR/);
  });

  test("of seconds ends a call that takes longer than was reserved for it", async () => {
    const slow = createScriptedModel({
      name: "scripted/a",
      answers: () => ({ text: "late", delayMs: Number.POSITIVE_INFINITY }),
    });
    await using engine = await open({ models: [slow], cost: { longestCall: "50ms" } });
    await engine.op("budget.set", { name: "s", window: "total", seconds: 10 });
    const run = await engine.run(costFlow((step) => ask(step, "a")));
    assert.deepEqual([run.status, codeOf(run)], ["failed", "model.unreachable"]);
    assert.match(run.error?.message ?? "", /longer than the 0\.05 s/);
    const [[, used, reserved] = []] = (await usedOf(engine, "s")) as [string, number, number][];
    assert.ok(used !== undefined && used > 0 && reserved === 0);
  });

  test("sees to a limit of the answer where the call names none", async () => {
    const asked = createScriptedModel({ name: "scripted/a", answers: () => "one" });
    await using engine = await open({ models: [asked], contextOf: () => 300 });
    await engine.op("budget.set", { name: "b", window: "total", tokens: 1_000 });
    await engine.run(costFlow((step) => step.model("a", { prompt: "Hi" })));
    assert.deepEqual(asked.requests[0]?.options, { maxTokens: 300, numCtx: 300 });
    assert.deepEqual(await engine.rows("select bound_tokens from cost_calls"), [{ bound_tokens: 300 }]);
  });

  test("of the configuration is there without a command, follows the file, and is not changed by one", async () => {
    const cost = { budgets: { conf: { window: "total", calls: 1 } } };
    await using engine = await open({ models: [model()], cost });
    const run = await engine.run(three);
    assert.deepEqual([run.status, codeOf(run)], ["paused", "budget.exceeded"]);
    await assert.rejects(engine.op("budget.set", { name: "conf", calls: 9 }), /budget "conf" is set in tutti\.yaml/);
    await assert.rejects(engine.op("budget.remove", { name: "conf" }), /budget "conf" is set in tutti\.yaml/);
  });

  test("warns at its soft mark, once for a window, and tells when its hard mark is reached", async () => {
    const warned: string[] = [];
    const warn = (event: string, fields: object = {}): void =>
      void warned.push(`${event}: ${Reflect.get(fields, "message")}`);
    const log = { debug: () => undefined, info: () => undefined, warn, error: () => undefined };
    await using engine = await open({ models: [model()], log });
    await engine.op("budget.set", { name: "b", window: "total", calls: 4, warnAt: 50 });
    const run = await engine.run(
      costFlow(async (step) => {
        for (let index = 0; index < 6; index++) await ask(step, `a${index}`);
      }),
    );
    assert.equal(run.status, "paused");
    assert.deepEqual(warned, [
      'budget.soft_mark: Budget "b" has used 50 % of 4 calls (total)',
      'budget.hard_mark: Budget "b" has used 4 calls of 4 calls, and a call may take 1 call (total)',
    ]);
    const events = await engine.rows("select type, subject from events where type like 'tutti.budget.%' order by seq");
    assert.deepEqual(events, [
      { type: "tutti.budget.soft_mark", subject: run.id },
      { type: "tutti.budget.hard_mark", subject: run.id },
    ]);
  });

  test("that is set by a second process in the middle of a run holds for its next call", async () => {
    await using engine = await open({ models: [model()] });
    const flow = costFlow(async (step: Step) => {
      await ask(step, "a");
      await step.waitFor("gate", { event: "set" });
      await ask(step, "b");
    });
    const id = await engine.start(flow);
    await engine.until(id, "waiting");
    await engine.op("budget.set", { name: "late", window: "total", calls: 1 });
    await engine.control.emit("set", null);
    const run = await engine.until(id, ...ended);
    assert.deepEqual([run.status, codeOf(run)], ["paused", "budget.exceeded"]);
  });

  for (const { input, says } of [
    { input: { name: "b" }, says: /exactly one of tokens, calls, seconds, money; it has none/ },
    { input: { name: "b", tokens: 1, calls: 1 }, says: /it has tokens and calls/ },
    { input: { name: "b", calls: 1, onLimit: "degrade" }, says: /degradeTo with onLimit degrade/ },
    { input: { name: "b", calls: 1, of: "x" }, says: /scope flow, agent, model or run/ },
    { input: { name: "b", calls: 1, scope: "model", of: "x" }, says: /names the server, such as ollama\/x/ },
    { input: { name: "b", calls: 1, raiseBy: 1 }, says: /raiseBy with onLimit ask/ },
    { input: { name: "b", money: 1 }, says: /limits money, and there is no price list/ },
    { input: { name: "b", calls: 0.4 }, says: /a whole number in calls/ },
    { input: { name: "b", seconds: 0.0001 }, says: /0\.001 or more in seconds/ },
    { input: { name: "b", tokens: 9, onLimit: "ask", raiseBy: 1.5 }, says: /a whole number in raiseBy/ },
    { input: { name: "No Name", calls: 1 }, says: /small letters, digits and hyphens/ },
  ]) {
    test(`${JSON.stringify(input)} is refused with what is wrong with it`, async () => {
      await using engine = await open({ models: [] });
      await assert.rejects(engine.op("budget.set", input), says);
    });
  }
}
