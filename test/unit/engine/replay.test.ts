import assert from "node:assert/strict";
import { test } from "node:test";
import { Replay } from "../../../src/engine/replay.ts";
import type { OpeningRow } from "../../../src/engine/run-table.ts";

test("an ended scope excuses what was stored inside of it, and nothing that is called alike", () => {
  const replay = new Replay([]);
  replay.endScope("race");
  const isInside = (key: string): boolean => replay.isInEndedScope({ key } as OpeningRow);
  assert.deepEqual(["race/branch 0/a", "race", "race#2/a", "races/a", "other/race/a"].map(isInside), [
    true,
    false,
    false,
    false,
    false,
  ]);
});
