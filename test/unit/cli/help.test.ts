import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { explainCommandName } from "../../../src/cli/command-name.ts";
import { createInterrupt } from "../../../src/cli/interrupt.ts";
import { signalSource } from "./fake-product.ts";
import { commandIndex } from "../../../src/cli/command-index.ts";
import { runHelp } from "../../../src/cli/help.ts";
import { errorCatalogue } from "../../../src/core/error.ts";
import { realOperations } from "./reference.ts";

async function help(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    write: (text: string) => (said[name] += text),
    on: () => undefined,
  });
  const code = await runHelp(words, {
    product: { operations: async () => realOperations(), connect: async () => null, dataFolder: async () => null },
    streams: { stdout: stream("stdout"), stderr: stream("stderr") },
    stdin: Readable.from([]),
    interrupt: createInterrupt(signalSource()),
    environment: {},
    onExit: () => ({ [Symbol.dispose]: () => undefined }),
  });
  return { code, ...said };
}

describe("tutti help", () => {
  it("shows every command that the list of commands names, and every group", async () => {
    for (const [name] of commandIndex) {
      const words = name.replace(/ <.*/, "").split(" ");
      for (const asked of [words, words.slice(0, 1)]) {
        const { code, stdout } = await help(...asked);
        assert.equal(code, 0, name);
        assert.ok(stdout.startsWith(`Usage: tutti ${asked.join(" ")}`), stdout);
      }
    }
  });

  it("says of every error code what it means and what to do", async () => {
    for (const code of Object.keys(errorCatalogue)) {
      const page = JSON.parse((await help(code, "--json")).stdout) as { means: string; remedy: string };
      assert.ok(page.means.endsWith(".") && page.remedy.endsWith("."), code);
    }
    const { stdout } = await help("model.missing");
    assert.match(stdout, /^The model is not installed {2}model\.missing\n\n {2}means .*\n {2}fix .*ollama pull/);
  });

  for (const [topic, meant] of [
    ["model.mising", /tutti help model\.missing/],
    ["run lsit", /tutti help run list/],
    ["exit-code", /tutti help exit-codes/],
    ["zzzzzz", /`tutti --help` lists/],
  ] as const) {
    it(`fails for "${topic}" and says what was meant`, async () => {
      const { code, stdout, stderr } = await help(...topic.split(" "));
      assert.deepEqual([code, stdout], [3, ""]);
      assert.match(stderr, meant);
    });
  }
});

describe("a hint in a clone", () => {
  function say(text: string, path = "/nowhere", isTTY = true): string {
    let written = "";
    const atExit: (() => void)[] = [];
    const stream = { isTTY, columns: 80, write: (more: string) => (written += more), on: () => undefined };
    const place = { path, cwd: "/", onExit: (listener: () => void) => void atExit.push(listener) };
    const wrapped = explainCommandName(stream, place);
    wrapped.write(text);
    wrapped.write(text);
    for (const listener of atExit) listener();
    return written.slice(text.length * 2);
  }

  it("is followed once by what to type there for tutti", () => {
    assert.match(say("look  tutti run get run_1\n"), /^\nIn this clone, type for tutti: {2}node .*bin\/tutti\.js\n$/);
    assert.notEqual(say("See `tutti config list`.\n"), "");
  });

  it("is left alone without a terminal, and where nothing named the command", () => {
    assert.equal(say("look  tutti run get run_1\n", "/nowhere", false), "");
    assert.equal(say("/home/ada/tutti is a folder\n"), "");
  });
});
