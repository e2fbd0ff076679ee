import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { olderRuns } from "../../../src/cli/older-runs.ts";

const runs = [{ id: "run_2" }, { id: "run_1" }];

describe("what is behind a list of runs", () => {
  for (const [input, command] of [
    [{ limit: 2 }, "tutti run list --limit 2 --before run_1"],
    [{ limit: 2, before: "run_3", status: "failed" }, "tutti run list --limit 2 --status failed --before run_1"],
    [{ due: true, query: "flow:a b" }, "tutti run list --due --before run_1 'flow:a b'"],
    [{ query: "-status:succeeded" }, "tutti run list --before run_1 -- '-status:succeeded'"],
    [
      { query: `error:"can't"`, flow: "a b" },
      String.raw`tutti run list --flow 'a b' --before run_1 'error:"can'\''t"'`,
    ],
  ] as const) {
    it(`is shown by: ${command}`, () => assert.equal(olderRuns(input, 2, runs), command));
  }

  it("is nothing where the list is shorter than was asked for", () => {
    assert.equal(olderRuns({}, 50, runs), null);
    assert.equal(olderRuns({}, 0, []), null);
  });
});
