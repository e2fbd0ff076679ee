import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecentInput } from "../../src/engine/read/flow-figure.ts";
import type { ErrorGroup } from "../../src/engine/read/run-errors.ts";
import type { RunStats } from "../../src/engine/read/run-stats.ts";
import { testFlow, type TestStep } from "../support/engine.ts";
import { bad, good, type OpenRead } from "./read-case.ts";

export function countTests(open: OpenRead): void {
  test("runs are counted by state and by when they were made", async () => {
    await using engine = await open();
    await engine.run(good);
    await engine.run(good);
    await engine.run(bad);
    const stats = await engine.op<RunStats>("run.stats", { since: "2h", bucket: "1h" });
    assert.equal(stats.total, 3);
    assert.deepEqual([stats.byStatus.succeeded, stats.byStatus.failed, stats.byStatus.running], [2, 1, 0]);
    const sum = stats.buckets.reduce((total, { succeeded, failed }) => total + succeeded + failed, 0);
    assert.equal(sum, 3);
    assert.equal(stats.tokens, null);
    for (const { at } of stats.buckets) assert.equal(at % 3_600_000, 0);
    const some = await engine.op<RunStats>("run.stats", { query: "flow:bad" });
    assert.deepEqual([some.total, some.byStatus.failed], [1, 1]);
  });

  test("more buckets than can be looked at are refused", async () => {
    await using engine = await open();
    await assert.rejects(engine.op("run.stats", { since: "30d", bucket: "1s" }), { code: "usage.invalid" });
    // Told before so many are made: a list of them would not fit into memory, or into JavaScript.
    await assert.rejects(engine.op("run.stats", { since: "999999999d", bucket: "1s" }), { code: "usage.invalid" });
  });

  test("a time before all time is as far back as there is", async () => {
    await using engine = await open();
    await engine.run(good);
    const stats = await engine.op<RunStats>("run.stats", { since: "999999999d", bucket: "99999999d" });
    assert.deepEqual([stats.total, stats.since], [1, 0]);
  });

  test("a NUL in an input or a failure keeps no run from its end", async () => {
    await using engine = await open();
    const { id, status } = await engine.run(bad, { why: "a\0b" });
    assert.equal(status, "failed");
    const [listed] = await engine.list();
    assert.deepEqual([listed?.id, listed?.error?.message], [id, "a\0b"]);
    assert.match(listed?.summary ?? "", /a\uFFFDb/);
  });

  test("failures are grouped by flow, step and words, whatever their numbers and names", async () => {
    await using engine = await open();
    await engine.run(bad, { why: 'no room for "a.txt" on disk 1' });
    await engine.run(bad, { why: 'no room for "b.txt" on disk 22' });
    const last = await engine.run(bad);
    const groups = await engine.op<ErrorGroup[]>("run.errors", {});
    assert.deepEqual(
      groups.map(({ count, step, message }) => [count, step, message]),
      [
        [2, "items[…]/call", 'no room for "b.txt" on disk 22'],
        [1, "items[…]/call", "connect ECONNREFUSED 127.0.0.1:11434"],
      ],
    );
    assert.equal(groups[1]?.example, last.id);
    assert.ok(groups[0] && groups[0].firstAt <= groups[0].lastAt);
  });

  test("what a flow was given lately is listed once each, the newest first, and children's inputs not", async () => {
    await using engine = await open();
    for (const input of [1, { a: 1 }, 1]) await engine.run(good, input);
    await engine.run(good, "x".repeat(10_000));
    await engine.run(testFlow("parent", async (step: TestStep) => step.flow("kid", "good", "inner")));
    const inputs = await engine.op<RecentInput[]>("flow.inputs", { name: "good" });
    assert.deepEqual(
      inputs.map(({ input, isCut }) => [input, isCut]),
      [
        [null, true],
        [1, false],
        [{ a: 1 }, false],
      ],
    );
  });
}
