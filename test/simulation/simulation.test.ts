import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { mutants } from "./mutant.ts";

const program = fileURLToPath(new URL("main.ts", import.meta.url));

async function simulate(words: readonly string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [program, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, said };
}

// In processes of their own: a mistake is loaded for good, and the test runner counts every unhandled rejection as its own.
describe("the simulation", { concurrency: 2 }, () => {
  it("finds no fault in some thousand histories", async () => {
    const { code, said } = await simulate(["--seeds", "2000"]);
    assert.equal(code, 0, said);
  });

  // Here `flow verify` took a cut through the rows of one write, or a step given up at a cancel, for another code.
  for (const seed of ["401843", "403308", "407562", "413797"]) {
    it(`verifies every run of seed ${seed}`, async () => {
      const { code, said } = await simulate(["--from", seed, "--seeds", "1"]);
      assert.equal(code, 0, said);
    });
  }

  for (const { name } of mutants) {
    it(`notices that ${name}`, async () => {
      const { code, said } = await simulate(["--seeds", "600", "--mutant", name]);
      assert.match(said, /^seed \d+: /m, `nothing was noticed: ${said}`);
      assert.equal(code, 1);
    });
  }
});
