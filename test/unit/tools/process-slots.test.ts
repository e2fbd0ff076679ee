import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EffectContext, EffectOutcome, EffectSpec } from "../../../src/core/verb.ts";
import { createProcessSlots } from "../../../src/tools/process-slots.ts";

const spec = (kind: string, input: unknown = {}): EffectSpec => ({ kind, name: "a", input, perform: async () => done });
const done: EffectOutcome = { status: "succeeded" };
const context = (signal: AbortSignal = new AbortController().signal): EffectContext => ({ signal }) as EffectContext;

/** Steps that hold their place until they are let go. */
function gate() {
  const open: (() => void)[] = [];
  return {
    get inside() {
      return open.length;
    },
    enter: () => new Promise<EffectOutcome>((resolve) => open.push(() => resolve(done))),
    leave: () => open.shift()?.(),
  };
}

const drain = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the places for programs", () => {
  it("bound shell steps and run_command together, in the order of asking", async () => {
    const slots = createProcessSlots(2);
    const programs = gate();
    const steps = [spec("shell"), spec("tool", { tool: "run_command" }), spec("shell")];
    const ends = steps.map((step) => slots.around(context(), step, programs.enter));
    await drain();
    assert.equal(programs.inside, 2);
    programs.leave();
    await drain();
    assert.equal(programs.inside, 2);
    programs.leave();
    programs.leave();
    assert.deepEqual(await Promise.all(ends), [done, done, done]);
  });

  it("are not asked for by other steps", async () => {
    const slots = createProcessSlots(1);
    const programs = gate();
    const end = slots.around(context(), spec("shell"), programs.enter);
    await drain();
    for (const step of [spec("run"), spec("model"), spec("tool", { tool: "read_file" })]) {
      assert.equal(await slots.around(context(), step, async () => done), done);
    }
    programs.leave();
    await end;
  });

  it("are given back by a step that fails, and given up by one that is cancelled while it waits", async () => {
    const slots = createProcessSlots(1);
    const programs = gate();
    await assert.rejects(
      slots.around(context(), spec("shell"), () => Promise.reject(new Error("broken"))),
      /broken/,
    );
    const first = slots.around(context(), spec("shell"), programs.enter);
    const cancel = new AbortController();
    const second = slots.around(context(cancel.signal), spec("shell"), programs.enter);
    const third = slots.around(context(), spec("shell"), programs.enter);
    cancel.abort(new Error("cancelled"));
    await assert.rejects(second, /cancelled/);
    programs.leave();
    await first;
    await drain();
    assert.equal(programs.inside, 1);
    programs.leave();
    await third;
  });
});
