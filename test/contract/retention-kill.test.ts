import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { everythingIsWhole, grow } from "./retention.ts";
import { collecting, hourMs, openRetention, pruning } from "./retention-case.ts";

test("a process that is killed in the middle of pruning leaves every run whole, and the next one ends the work", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-prune-"));
  const path = join(folder, "orchestrator.db");
  try {
    await using stack = new AsyncDisposableStack();
    const first = stack.use(await openRetention(openSqlite({ path }), 5));
    await grow(first, 16);
    const before = first.clock.now() + hourMs;
    await first[Symbol.asyncDispose]();
    for (const dots of [1, 2]) {
      await killedAfter(dots, path, before);
      await using next = await openRetention(openSqlite({ path }), 5);
      await everythingIsWhole(next, { garbage: "any" });
    }
    await using last = await openRetention(openSqlite({ path }), 5);
    await last.runs.prune(pruning(before));
    await last.garbage.collect({ ...collecting, whole: true });
    await everythingIsWhole(last);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const script = fileURLToPath(new URL("./retention-victim.ts", import.meta.url));

/** Ends it with SIGKILL once so many of its transactions are done. */
async function killedAfter(dots: number, path: string, before: number): Promise<void> {
  const victim = spawn(process.execPath, [script, path, String(before), String(dots)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let told = "";
  victim.stdout.setEncoding("utf8").on("data", (text: string) => {
    told += text;
    if (told.length >= dots) victim.kill("SIGKILL");
  });
  const [, signal] = (await once(victim, "close")) as [number | null, string | null];
  assert.equal(signal, "SIGKILL", `it had ended by itself: ${told}`);
}
