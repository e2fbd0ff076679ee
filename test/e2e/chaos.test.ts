import assert from "node:assert/strict";
import { test } from "node:test";
import { runChaos } from "../chaos/chaos.ts";

test("a host that is killed at random points loses no run and doubles no stored step", async () => {
  const report = await runChaos({ kills: 25, seed: Date.now() % 100_000 });
  assert.deepEqual(report.lost, []);
  assert.deepEqual(report.doubled, []);
  assert.ok(report.runs >= 10);
  assert.ok(Math.max(...report.resumeMs) < 10_000);
});
