import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLines } from "../../../src/cost/line.ts";

const never = new AbortController().signal;

describe("a line", () => {
  it("lets one after the other have its turn, in the order in which they came", async () => {
    const lines = createLines();
    const turns: number[] = [];
    const first = await lines.enter("a", never);
    const others = [1, 2, 3].map(async (number) => {
      const place = await lines.enter("a", never);
      turns.push(number);
      place.leave();
    });
    assert.deepEqual(turns, []);
    first.leave();
    await Promise.all(others);
    assert.deepEqual(turns, [1, 2, 3]);
  });

  it("passes over who has given up, and another line does not wait for it", async () => {
    const lines = createLines();
    const first = await lines.enter("a", never);
    const controller = new AbortController();
    const second = lines.enter("a", controller.signal);
    const third = lines.enter("a", never);
    (await lines.enter("b", never)).leave();
    controller.abort(new Error("enough"));
    await assert.rejects(second, /enough/);
    first.leave();
    (await third).leave();
    await assert.rejects(lines.enter("a", controller.signal), /enough/);
  });
});
