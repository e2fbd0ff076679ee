import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { PassThrough } from "node:stream";
import { createQuestions } from "../../../src/cli/init/question.ts";
import { writeScaffold, type ScaffoldOptions } from "../../../src/cli/init/scaffold.ts";
import { askChoices, type Surveyed } from "../../../src/cli/init/wizard.ts";
import { createOutput } from "../../../src/cli/output.ts";
import { readConfig } from "../../../src/app.ts";

describe("the questions of init", () => {
  const models = ["llama3.2:latest", "qwen2.5:7b"];
  const nothing: Surveyed = { node: "26.1.0", models, hasFlow: false, hasConfig: false };

  async function answer(typed: string, surveyed: Surveyed = nothing, isInterrupted = false) {
    const input = new PassThrough();
    input.end(typed);
    let said = "";
    const stream = { write: (text: string) => (said += text), on: () => undefined };
    const streams = { stdout: stream, stderr: stream };
    const output = createOutput({ isQuiet: false, color: "never", environment: {}, streams });
    const happened = isInterrupted ? Promise.resolve() : new Promise<void>(() => undefined);
    using questions = createQuestions(input, { output, interrupt: { happened } });
    return { choices: await askChoices(surveyed, questions, output), said };
  }

  it("take the defaults for Enter", async () => {
    assert.deepEqual((await answer("\n\n")).choices, { withFlow: true, model: undefined });
  });

  it("take a model by its number or its name, and ask again for what is neither", async () => {
    assert.deepEqual((await answer("y\n2\n")).choices, { withFlow: true, model: "ollama/qwen2.5:7b" });
    assert.deepEqual((await answer("no\nqwen2.5:7b\n")).choices, { withFlow: false, model: "ollama/qwen2.5:7b" });
    const { choices, said } = await answer("what?\nn\n3\n0\n1\n");
    assert.deepEqual(choices, { withFlow: false, model: "ollama/llama3.2:latest" });
    assert.match(said, /Type a number from 1 to 2/);
  });

  it("are only those that something depends on", async () => {
    assert.deepEqual((await answer("\n", { ...nothing, models: null })).choices, { withFlow: true, model: undefined });
    assert.deepEqual((await answer("\n", { ...nothing, models: ["one"] })).choices, {
      withFlow: true,
      model: undefined,
    });
    const { said } = await answer("", { ...nothing, hasFlow: true, hasConfig: true });
    assert.doesNotMatch(said, /\?/);
  });

  it("say what was found", async () => {
    assert.match((await answer("\n", { ...nothing, models: null })).said, /no model server answers.*ollama serve/);
    assert.match((await answer("\n", { ...nothing, models: [] })).said, /without chat models.*ollama pull/);
  });

  it("give nothing when the person leaves", async () => {
    assert.equal((await answer("")).choices, null);
    assert.equal((await answer("y\n")).choices, null);
    assert.equal((await answer("", nothing, true)).choices, null);
  });
});

describe("what init writes", () => {
  const scratch = mkdtempSync(join(tmpdir(), "tutti-scaffold-"));
  after(() => rmSync(scratch, { recursive: true }));
  let folder = "";
  let options: ScaffoldOptions;
  beforeEach(() => {
    folder = mkdtempSync(join(scratch, "project-"));
    const packageFolder = mkdtempSync(join(scratch, "package-"));
    mkdirSync(join(packageFolder, "node_modules", "zod"), { recursive: true });
    const zodFolder = mkdtempSync(join(scratch, "zod-"));
    options = { folder, packageFolder, zodFolder, schema: { title: "made up" }, withFlow: true, model: undefined };
  });
  const read = (path: string) => readFileSync(join(folder, path), "utf8");

  it("names every file, and the configuration last", () => {
    const { written, renewed, kept } = writeScaffold(options);
    assert.deepEqual(written, [
      ".tutti/.gitignore",
      ".tutti/pkg",
      "flows/hello.ts",
      "tsconfig.json",
      ".tutti/tutti.schema.json",
      "tutti.yaml",
    ]);
    assert.deepEqual([renewed, kept], [[], []]);
  });

  it("keeps whatever the user has, to the letter", () => {
    mkdirSync(join(folder, "flows"));
    const own = {
      "flows/hello.ts": "// mine",
      "tutti.yaml": "# mine\n",
      "flows/tsconfig.json": "{}",
      "tsconfig.json": "{ }",
    };
    for (const [path, text] of Object.entries(own)) writeFileSync(join(folder, path), text);
    const { kept } = writeScaffold(options);
    assert.deepEqual(kept.toSorted(), Object.keys(own).toSorted());
    for (const [path, text] of Object.entries(own)) assert.equal(read(path), text);
  });

  it("writes nothing through a link that leads nowhere", () => {
    symlinkSync(join(scratch, "not-there"), join(folder, "tutti.yaml"));
    assert.throws(() => writeScaffold(options), { code: "usage.invalid", where: join(folder, "tutti.yaml") });
  });

  it("renews what is its own: the link to a package that has moved, and an old schema", () => {
    writeScaffold(options);
    const packageFolder = mkdtempSync(join(scratch, "newer-"));
    const { written, renewed } = writeScaffold({ ...options, packageFolder, schema: { title: "newer" } });
    assert.deepEqual(renewed, [".tutti/pkg", ".tutti/tutti.schema.json"]);
    assert.equal(readlinkSync(join(folder, ".tutti/pkg")), packageFolder);
    // This package has no zod in it, so the compiler needs a way to the one beside it.
    assert.deepEqual(written, [".tutti/node_modules/zod"]);
  });

  it("is a configuration that Tutti takes, with the model that was chosen", () => {
    writeScaffold(options);
    const value = () => readConfig({ folder, environment: {} }).settings.find(({ name }) => name === "models.default");
    assert.equal(value()?.layers[0]?.layer, "default");
    rmSync(join(folder, "tutti.yaml"));
    writeScaffold({ ...options, model: "ollama/qwen2.5:7b" });
    assert.equal(value()?.layers[0]?.value, "ollama/qwen2.5:7b");
  });

  it("has only keys in its comments that there are", () => {
    writeScaffold(options);
    const wakened = read("tutti.yaml").replaceAll(/^# ( *[a-zA-Z]+:( .*)?)$/gm, "$1");
    assert.match(wakened, /^models:\n {2}default:/m);
    writeFileSync(join(folder, "tutti.yaml"), wakened);
    assert.doesNotThrow(() => readConfig({ folder, environment: {} }));
  });

  it("says what cannot be written", () => {
    writeFileSync(join(folder, "flows"), "a file");
    assert.throws(() => writeScaffold(options), {
      code: "usage.invalid",
      message: /flows\/hello\.ts cannot be written/,
    });
  });
});
