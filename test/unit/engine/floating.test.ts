import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const script = fileURLToPath(new URL("../../support/floating-run.ts", import.meta.url));

async function runFloating(which: string): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, which]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

for (const which of ["body", "derived", "scope"]) {
  test(`a rejection that nobody handles (${which}) fails the run, and the host lives`, async () => {
    const { status, message, other } = await runFloating(which);
    assert.deepEqual({ status, message, other }, { status: "failed", message: "lost", other: "alive" });
  });
}

test("a rejection that is handled before the body's end fails nothing", async () => {
  assert.equal((await runFloating("handled"))["output"], "handled in time");
});
