import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { overview } from "../../../src/cli/overview.ts";
import { TuttiError } from "../../../src/core/error.ts";
import { callTutti, type FakeOptions } from "./fake-product.ts";
import { runRecord, scriptedOperations, stepRecord } from "./made-up.ts";
import { realOperations } from "./reference.ts";

const tutti = (words: string, options?: FakeOptions) => callTutti(words.split(" "), scriptedOperations({}), options);

interface Printed {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

describe("the commands", () => {
  it("print data on stdout and nothing else there", async () => {
    const { code, stdout, stderr } = await tutti("run list --json");
    assert.equal(code, 0);
    assert.equal((JSON.parse(stdout) as unknown[]).length, 1);
    assert.equal(stderr, "");
  });

  for (const words of ["run get run_1 --json", "--json run get run_1", "run --json get run_1"]) {
    it(`know a common flag wherever it stands: ${words}`, async () => {
      assert.equal((JSON.parse((await tutti(words)).stdout) as { id: string }).id, "run_1");
    });
  }

  for (const [words, hint] of [
    ["run list --stauts failed", "Did you mean --status?"],
    ["rnu list", "Did you mean run?"],
    ["review lst", "Did you mean list?"],
    ["run get", "See: tutti run get --help"],
    ["run get run_1 run_2", "See: tutti run get"],
    ["run list --status sleepy", "See: tutti run list --help"],
    ["--color never run get", "See: tutti run get --help"],
  ] as const) {
    it(`refuse "${words}" with code 3 and say what was meant`, async () => {
      const { code, stderr, connects } = await tutti(words);
      assert.equal(code, 3);
      assert.ok(stderr.includes(hint), stderr);
      assert.equal(connects.length, 0, "nothing is opened for a wrong command");
    });
  }

  it("check the input before they open anything", async () => {
    const { code, stderr, connects } = await tutti("run list --limit many");
    assert.equal(code, 3);
    assert.match(stderr, /limit/);
    assert.equal(connects.length, 0);
  });

  it("name themselves where several flags do not go together", async () => {
    const { code, stderr } = await callTutti("budget set daily --tokens 5 --calls 2".split(" "), realOperations());
    assert.equal(code, 3);
    assert.match(stderr, /`budget set` must have exactly one of tokens, .*it has tokens and calls/);
  });

  it("print an error as one object with --json", async () => {
    const { code, stdout, stderr } = await tutti("run get run_2 --json");
    assert.equal(code, 3);
    const { error } = JSON.parse(stdout) as Printed;
    assert.deepEqual([error.code, error.message], ["run.missing", "there is no run run_2"]);
    assert.equal(stderr, "");
  });

  it("print usage errors as one object, too", async () => {
    const { stdout } = await tutti("run list --nope --json");
    assert.equal((JSON.parse(stdout) as Printed).error.code, "usage.invalid");
  });

  it("print help, the version and a group without its verb as JSON with --json", async () => {
    for (const words of ["run list --help", "review --help", "--help"]) {
      const { code, stdout } = await tutti(`${words} --json`);
      assert.equal(code, 0);
      assert.match((JSON.parse(stdout) as { help: string }).help, /tutti/, words);
    }
    const { code, stdout, stderr } = await tutti("review --json");
    assert.deepEqual([code, stderr], [3, ""]);
    assert.match((JSON.parse(stdout) as Printed).error.message, /tutti review is a group/);
  });

  it("write the log as JSON lines on stderr with --verbose, and leave stdout pure", async () => {
    const watchErrors = [new TuttiError("storage.locked", "it is locked")];
    const words = ["run", "greet", "--json", "--verbose"];
    const { stdout, stderr } = await callTutti(words, scriptedOperations({ watchErrors }));
    assert.deepEqual(JSON.parse(stdout), runRecord());
    const line = stderr.split("\n").find((text) => text.startsWith("{")) ?? "";
    assert.deepEqual(JSON.parse(line), {
      level: "warn",
      event: "storage.waited_for",
      code: "storage.locked",
      message: "it is locked",
    });
  });

  it("have one overview, however it is asked for", async () => {
    assert.equal((await tutti("--help")).stdout, overview());
    assert.equal((await tutti("--color never --help")).stdout, overview());
    assert.equal((await tutti("--color never")).stderr, overview());
    for (const line of overview().split("\n")) assert.ok(line.length <= 80, line);
  });

  it("name what is wrong by its flag, in words", async () => {
    for (const [words, said] of [
      ["run list --limit many", "--limit must be a number"],
      ["run list --limit 0.5", "--limit must be a whole number, not 0.5"],
      ["run greet --priority high", "--priority high is not a whole number from -100 to 100"],
      ["run greet --deadline soon", "--deadline soon is not a duration"],
    ] as const) {
      const { code, stderr } = await tutti(words);
      assert.equal(code, 3);
      assert.ok(stderr.startsWith(`✕ ${said}`), stderr);
    }
  });

  it("say how a list goes on that is full", async () => {
    const { stderr } = await tutti("run list --limit 1 --status failed");
    assert.equal(stderr, "older    tutti run list --status failed --limit 1 --before run_1\n");
    assert.equal((await tutti("run list --limit 2")).stderr, "");
  });

  it("colour errors as they are told to", async () => {
    assert.ok((await tutti("run get run_2 --color always")).stderr.includes("\u001B["));
    assert.ok(!(await tutti("run get run_2 --color=never", { isTerminal: true })).stderr.includes("\u001B["));
  });

  it("complain even when quiet", async () => {
    assert.match((await tutti("run get run_2 --quiet")).stderr, /there is no run run_2/);
  });

  it("answer empty where there is no data folder", async () => {
    const { code, stdout, connects } = await tutti("run list --json", { hasFolder: false });
    assert.deepEqual([code, stdout], [0, "[]\n"]);
    assert.deepEqual([connects[0]?.write, connects[0]?.takeRuns], [false, false]);
  });

  it("answer what needs no data without a data folder", async () => {
    assert.equal((await tutti("run get run_1 --json", { hasFolder: false })).code, 0);
  });

  it("have an example each in their help", async () => {
    for (const words of ["run", "run list", "run get", "doctor", "work", "init"]) {
      const { code, stdout } = await tutti(`${words} --help`);
      assert.equal(code, 0, words);
      assert.match(stdout, /Examples:\n {2}tutti /, words);
    }
  });

  it("show the help of a group that lacks its verb, and fail", async () => {
    const { code, stderr } = await tutti("review");
    assert.equal(code, 3);
    assert.match(stderr, /Lists reviews/);
  });

  it("let the doctor fail when a check does", async () => {
    const { code, stdout } = await tutti("doctor");
    assert.equal(code, 1);
    assert.match(stdout, /✕ server {2}nobody answers\n {6}fix {2}ollama serve/);
  });

  it("bound how many runs a worker takes at once", async () => {
    for (const given of ["0", "many", "99999999"]) {
      const { code, stderr, connects } = await tutti(`work --concurrency ${given}`);
      assert.deepEqual([code, connects.length], [3, 0]);
      assert.match(stderr, /is not a whole number from 1 to 10000/);
    }
  });

  it("refuse a folder that is not there", async () => {
    assert.equal((await tutti("run list --dir /nowhere/at/all")).code, 3);
  });

  it("take a switch without a value, whatever else its schema takes", async () => {
    assert.equal((await tutti("run watch run_1 --until-idle")).code, 0);
  });

  it("know their version", async () => {
    for (const words of ["-V", "run -V", "run list --version"]) {
      const { code, stdout } = await tutti(words);
      assert.equal(code, 0);
      assert.match(stdout, /^\d+\.\d+\.\d+\n$/, words);
    }
    assert.match((await tutti("run --json -V")).stdout, /^\{"version":"\d+\.\d+\.\d+"\}\n$/);
  });

  it("hand the settings of --set on, and say where they change nothing", async () => {
    const words = "run list --set engine.grace=1s";
    const asHost = await tutti(words);
    assert.deepEqual(asHost.connects[0]?.flags, { "engine.grace": "1s" });
    assert.equal(asHost.stderr, "");
    assert.match((await tutti(words, { modes: ["client"] })).stderr, /--set changes nothing here/);
  });

  it("answer about settings without opening anything", async () => {
    const explain = realOperations().filter(({ name }) => name === "config.explain");
    const { code, stdout, connects } = await callTutti(["config", "explain", "models.numCtx"], explain);
    assert.deepEqual([code, connects.length], [0, 0]);
    assert.match(stdout, /▸ {2}default {2}8192 {3}default/);
  });

  it("tell the reader of a run what to do about the errors in it", async () => {
    const error = { code: "model.unreachable", message: "nobody", data: { hint: "Start it.", where: "step a" } };
    const own = { code: "shop.closed", message: "closed" };
    const steps = [stepRecord("a", { status: "failed", error: own })];
    const operations = scriptedOperations({ run: runRecord({ status: "failed", error, steps }) });
    const { stdout } = await callTutti(["run", "get", "run_1", "--json"], operations);
    const printed = JSON.parse(stdout) as { error: unknown; steps: { error: unknown }[] };
    const docs = "docs/errors.md#model.unreachable";
    assert.deepEqual(printed.error, { ...error, hint: "Start it.", where: "step a", docs, retryable: true });
    assert.deepEqual(printed.steps[0]?.error, {
      ...own,
      hint: null,
      where: null,
      docs: "docs/errors.md",
      retryable: false,
    });
  });

  it("colour only for a terminal, and never against NO_COLOR", async () => {
    const hasColor = (text: string): boolean => text.includes("\u001B[");
    const terminal = { isTerminal: true };
    assert.equal(hasColor((await tutti("run list")).stdout), false);
    assert.equal(hasColor((await tutti("run list", terminal)).stdout), true);
    assert.equal(hasColor((await tutti("run list", { ...terminal, environment: { NO_COLOR: "1" } })).stdout), false);
    assert.equal(hasColor((await tutti("run list", { ...terminal, environment: { CI: "true" } })).stdout), false);
    assert.equal(hasColor((await tutti("run list --color always")).stdout), true);
    assert.equal(hasColor((await tutti("run list --color never", terminal)).stdout), false);
  });
});

describe("tutti run <flow>", () => {
  async function start(words: readonly string[]): Promise<unknown> {
    const started: { input?: unknown }[] = [];
    const { code, stderr } = await callTutti(["run", ...words], scriptedOperations({}, started));
    assert.equal(code, 0, stderr);
    return started[0]?.input;
  }

  it("reads values as JSON where they are JSON, else as text", async () => {
    const words = ["greet", "--input", "name=Ada", "n=5", "is=true", "--input", 'list=["a"]', "--input", "q=a=b"];
    assert.deepEqual(await start(words), { name: "Ada", n: 5, is: true, list: ["a"], q: "a=b" });
  });

  it("takes what was typed as it is where the flow takes text", async () => {
    assert.deepEqual(await start(["greet", "--input", "name=7", "n=7"]), { name: "7", n: 7 });
  });

  it("finds the flow behind the values", async () => {
    assert.deepEqual(await start(["--input", "n=1", "greet"]), { n: 1 });
  });

  it("reads a whole input from a file, and single values on top", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tutti-input-"));
    try {
      const file = join(folder, "input.json");
      writeFileSync(file, '{"name":"Ada","n":1}');
      assert.deepEqual(await start(["greet", "--input-file", file, "--input", "n=2"]), { name: "Ada", n: 2 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuses what is no value, no file, no flow", async () => {
    for (const words of [
      "run greet --input name",
      "run greet --input-file /nowhere",
      "run",
      "run nope",
      "run greet --priority high",
    ]) {
      const { code } = await tutti(words);
      assert.equal(code, 3, words);
    }
  });

  it("says what a misspelled flow, or a misspelled command of runs, was meant to be", async () => {
    assert.match((await tutti("run gret")).stderr, /Did you mean greet\?/);
    assert.match((await tutti("run lst")).stderr, /Did you mean: tutti run list/);
  });

  it("prints one run object with --json, and the talk on stderr", async () => {
    const events = [{ type: "step", step: stepRecord("look") }];
    const { stdout, stderr } = await callTutti(["run", "greet", "--json"], scriptedOperations({ events }));
    assert.deepEqual(JSON.parse(stdout), runRecord());
    assert.match(stderr, /✓ look 41 ms\n/);
    assert.match(stderr, /succeeded run_1 in 3\.6 s/);
  });
});
