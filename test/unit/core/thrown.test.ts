import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toFailure } from "../../../src/core/error.ts";

describe("what is kept of an error of the user's own code", () => {
  it("is its message with those of its causes, each said once", () => {
    const root = new Error("connect ECONNREFUSED 127.0.0.1:9");
    const outer = new Error("fetch failed", { cause: new TypeError("fetch failed", { cause: root }) });
    assert.equal(toFailure(outer, "step.failed").message, "fetch failed: connect ECONNREFUSED 127.0.0.1:9");
    const several = new Error("no", { cause: new AggregateError([root], "all of them") });
    assert.equal(toFailure(several, "step.failed").message, `no: all of them: ${root.message}`);
    const circle = new Error("round");
    circle.cause = circle;
    assert.equal(toFailure(circle, "step.failed").message, "round");
  });

  it("is its class and its place, without the frames of Node", () => {
    const { data } = toFailure(failing(), "step.failed") as { data: Record<string, string> };
    assert.equal(data["name"], "TypeError");
    assert.match(data["where"] ?? "", /thrown\.test\.ts:\d+:\d+$/);
    assert.match(data["stack"] ?? "", /^at failing \(.*thrown\.test\.ts:\d+:\d+\)\n/);
    assert.doesNotMatch(data["stack"] ?? "", /node:internal|file:/);
  });

  it("is nothing where the stack tells nothing, and no place in Tutti itself", () => {
    const file = new URL("../../../src/core/duration.ts", import.meta.url).href;
    for (const stack of [
      "Error: odd\n    at file.ts\nnot a frame",
      `Error: odd\n    at toMs (${file}:3:5)`,
      undefined,
    ]) {
      const error = Object.assign(new Error("odd"), { stack });
      assert.deepEqual(toFailure(error, "step.failed"), { code: "step.failed", message: "odd" });
    }
  });
});

function failing(): unknown {
  try {
    return (null as unknown as { x: number }).x;
  } catch (error) {
    return error;
  }
}
