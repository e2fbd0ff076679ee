import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../src/core/clock.ts";
import { TuttiError } from "../../src/core/error.ts";
import type { Statement } from "../../src/core/statement.ts";
import type { ChatCall, ChatModel } from "../../src/models/chat-model.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { mustAgree, type CostEngine, type OpenCost } from "./cost-case.ts";

const request = { messages: [{ role: "user" as const, content: "Say it" }], options: { maxTokens: 20 } };
const model = () => createScriptedModel({ name: "scripted/a", answers: () => "one two three" });

/** A call of a step whose row is never stored; what it wanted to join is kept. */
function lostCall(joined: Statement[][], signal = new AbortController().signal): ChatCall {
  const join = (writes: readonly Statement[]): void => void joined.push([...writes]);
  return { signal, caller: { run: "run_1", flow: "f", key: "a", attempt: 1, join } };
}

/** A clock that stands still until it is moved; its timers never ring. */
function handClock(): Clock & { move(ms: number): void } {
  let now = Date.parse("2026-11-25T12:00:00Z");
  return { now: () => now, after: () => () => undefined, move: (ms) => void (now += ms) };
}

const states = async (engine: CostEngine): Promise<unknown[]> =>
  (await engine.rows("select state, charged_tokens from cost_calls order by began_at")).map((row) =>
    Object.values(row),
  );

export function settlementTests(open: OpenCost): void {
  test("is made once, however often it comes and whoever else makes it at the same time", async () => {
    await using engine = await open({ models: [model()] });
    await engine.op("budget.set", { name: "b", window: "total", tokens: 10_000 });
    const joined: Statement[][] = [];
    await engine.model("scripted/a").chat(request, lostCall(joined));
    const [settlement = []] = joined;
    await Promise.all(Array.from({ length: 8 }, () => engine.database.write(settlement)));
    assert.deepEqual(await states(engine), [["settled", 6]]);
    assert.deepEqual(await engine.rows("select calls, input, output from cost_days"), [
      { calls: 1, input: 3, output: 3 },
    ]);
    assert.deepEqual(await engine.rows("select used, reserved from cost_windows"), [{ used: 6, reserved: 0 }]);
    await mustAgree(engine);
  });

  test("that its step has not brought is made by its process with what the call really took, after a while", async () => {
    const clock = handClock();
    await using engine = await open({ models: [model()], clock });
    await engine.op("budget.set", { name: "b", window: "total", tokens: 10_000 });
    await engine.model("scripted/a").chat(request, lostCall([]));
    clock.move(10_000);
    await engine.sweep();
    assert.deepEqual(await states(engine), [["reserved", null]]);
    clock.move(30_000);
    await engine.sweep();
    assert.deepEqual(await states(engine), [["settled", 6]]);
    await mustAgree(engine);
  });

  test("that its step has not brought is made when the step begins again", async () => {
    await using engine = await open({ models: [model()] });
    await engine.model("scripted/a").chat(request, lostCall([]));
    await engine.model("scripted/a").chat(request, lostCall([]));
    const found = await states(engine);
    assert.deepEqual(found, [
      ["settled", 6],
      ["reserved", null],
    ]);
  });

  test("that comes after its process was taken for dead changes nothing any more", async () => {
    await using engine = await open({ models: [model()] });
    await engine.op("budget.set", { name: "b", window: "total", tokens: 10_000 });
    const joined: Statement[][] = [];
    await engine.model("scripted/a").chat(request, lostCall(joined));
    await engine.crash();
    await engine.sweep();
    const [[state, charged] = []] = (await states(engine)) as [string, number][];
    assert.equal(state, "estimated");
    await engine.database.write(joined[0] ?? []);
    assert.deepEqual(await states(engine), [["estimated", charged]]);
    assert.deepEqual(await engine.rows("select used, reserved from cost_windows"), [{ used: charged, reserved: 0 }]);
    await mustAgree(engine);
  });

  test("of an aborted call has a transaction of its own, as nothing may be stored of its step", async () => {
    await using engine = await open({ models: [model()] });
    const controller = new AbortController();
    const joined: Statement[][] = [];
    const calling = engine.model("scripted/a").chat(request, lostCall(joined, controller.signal));
    controller.abort(new Error("no longer needed"));
    await assert.rejects(calling, /aborted/);
    assert.deepEqual(joined, []);
    assert.deepEqual(await engine.rows("select id from cost_calls where state = 'reserved'"), []);
  });

  test("of a call that lets go late is waited for where its process ends", async () => {
    const abort = new AbortController();
    const late: ChatModel = {
      name: "scripted/a",
      async chat() {
        await new Promise((resolve) => setTimeout(resolve, 50));
        throw new TuttiError("model.aborted", "aborted");
      },
    };
    const engine = await open({ models: [late] });
    let isSettled = false;
    const calling = engine.model("scripted/a").chat(request, lostCall([], abort.signal));
    const ending = calling.catch(() => (isSettled = true));
    abort.abort();
    await engine[Symbol.asyncDispose]();
    assert.equal(isSettled, true);
    await ending;
  });

  test("of a call that was aborted in line before its server counts nothing", async () => {
    const unsent = new TuttiError("model.aborted", "aborted before it was sent", { data: { isSent: false } });
    const waiting: ChatModel = { name: "scripted/a", chat: () => Promise.reject(unsent) };
    await using engine = await open({ models: [waiting] });
    await engine.op("budget.set", { name: "b", window: "total", tokens: 10_000 });
    const calling = engine.model("scripted/a").chat(request, lostCall([], AbortSignal.abort()));
    await assert.rejects(calling, unsent);
    assert.deepEqual(await states(engine), [["settled", 0]]);
    assert.deepEqual(await engine.rows("select used, reserved from cost_windows"), [{ used: 0, reserved: 0 }]);
  });
}
