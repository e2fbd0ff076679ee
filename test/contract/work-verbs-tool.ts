import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { StepError, TuttiError } from "../../src/core/error.ts";
import type { Tool, ToolContext } from "../../src/core/tool.ts";
import { z, type Step } from "../../src/index.ts";
import {
  acrossChange,
  acrossCrash,
  ended,
  isAlive,
  until,
  workFlow,
  written,
  type OpenWork,
} from "./work-verbs-case.ts";

const caught = (error: StepError): { code: string; message: string } => ({ code: error.code, message: error.message });

/** A tool of a flow's author. */
export function makeTool(
  name: string,
  call: (values: { n: number }, context: ToolContext) => unknown,
): Tool<{ n: number }> {
  return {
    name,
    description: "For a test.",
    input: z.strictObject({ n: z.number() }),
    effect: "read",
    call: async (values, context) => call(values, context),
  };
}

export function toolTests(open: OpenWork): void {
  test("a tool by name or as a value is called with parsed arguments, the workspace and the step's key", async () => {
    const seen: ToolContext[] = [];
    const double = makeTool("double", ({ n }, context) => (seen.push(context), n * 2));
    await using engine = await open({ tools: [double] });
    const run = await engine.run(
      workFlow(async (step) => [
        await step.tool("by name", "double", { n: 21 }),
        await step.tool(
          "as value",
          makeTool("own", ({ n }) => ({ n })),
          { n: 1 },
        ),
      ]),
    );
    assert.deepEqual(run.output, [42, { n: 1 }]);
    assert.equal(seen[0]?.workspace, engine.workspace);
    assert.equal(seen[0]?.key, "by name");
    assert.deepEqual(JSON.parse((await engine.store.rows(run.id))[0]?.input ?? ""), {
      tool: "double",
      arguments: { n: 21 },
    });
  });

  test("an unknown tool is tool.missing and names those that are there", async () => {
    await using engine = await open();
    const { error } = await engine.run(workFlow(async (step) => step.tool("t", "no_such_tool", {})));
    assert.equal(error?.code, "tool.missing");
    assert.match(JSON.stringify(error?.data), /read_file, list_files, search_text, write_file, edit_file, run_command/);
  });

  test("arguments that do not fit are tool.input_invalid, say where, and the tool is not called", async () => {
    let calls = 0;
    await using engine = await open({ tools: [makeTool("count", () => ++calls)] });
    const run = await engine.run(
      workFlow(async (step) =>
        Promise.all(
          [{ n: "1" }, { n: 1, more: true }, undefined].map((values) => step.tool("t", "count", values).catch(caught)),
        ),
      ),
    );
    const failures = run.output as { code: string; message: string }[];
    assert.deepEqual(new Set(failures.map(({ code }) => code)), new Set(["tool.input_invalid"]));
    assert.match(failures[0]?.message ?? "", /: n must be a number, not "1"/);
    assert.match(failures[1]?.message ?? "", /more/);
    assert.equal(calls, 0);
  });

  for (const [what, thrown, code, message] of [
    ["an error of its own", new Error("broken"), "tool.failed", /tool "bad" failed: broken/],
    ["something that is not an error", "just text", "tool.failed", /just text/],
    ["an error of the catalogue", new TuttiError("tool.denied", "not there"), "tool.denied", /^not there$/],
    ["a code of its own", new StepError({ code: "weather.rain", message: "wet" }), "weather.rain", /^wet$/],
  ] as const) {
    test(`a tool that throws ${what} fails the step as ${code}`, async () => {
      const bad = makeTool("bad", () => {
        throw thrown;
      });
      await using engine = await open({ tools: [bad] });
      const { error } = await engine.run(workFlow(async (step) => step.tool("t", "bad", { n: 1 })));
      assert.equal(error?.code, code);
      assert.match(error?.message ?? "", message);
    });
  }

  test("a result that is not JSON is engine.not_json", async () => {
    await using engine = await open({ tools: [makeTool("bad", () => new Map())] });
    const { error } = await engine.run(workFlow(async (step) => step.tool("t", "bad", { n: 1 })));
    assert.equal(error?.code, "engine.not_json");
  });

  builtInTests(open);
  endTests(open);
}

function builtInTests(open: OpenWork): void {
  test("every built-in tool works by its name in a flow", async () => {
    await using engine = await open();
    const run = await engine.run(
      workFlow(async (step) => ({
        write: await step.tool("write", "write_file", { path: "src/a.txt", text: "one\ntwo\n" }),
        edit: await step.tool("edit", "edit_file", { path: "src/a.txt", old: "two", new: "three" }),
        read: await step.tool("read", "read_file", { path: "src/a.txt", offset: 2 }),
        list: await step.tool("list", "list_files", {}),
        search: await step.tool("search", "search_text", { pattern: "t.ree", regex: true }),
        command: await step.tool("command", "run_command", { argv: ["cat", "src/a.txt"] }),
      })),
    );
    assert.deepEqual(run.output, {
      write: { path: "src/a.txt", bytes: 8 },
      edit: { path: "src/a.txt", replaced: 1, line: 2 },
      read: { path: "src/a.txt", text: "three\n", firstLine: 2 },
      list: { path: ".", entries: ["src/", "src/a.txt"] },
      search: { matches: [{ path: "src/a.txt", line: 2, text: "three" }] },
      command: { exitCode: 0, stdout: "one\nthree\n", stderr: "" },
    });
  });

  test("no tool gets out of the workspace: not by .., an absolute path, or a symlink", async () => {
    await using engine = await open();
    const outside = realpathSync(mkdtempSync(join(tmpdir(), "tutti-outside-")));
    writeFileSync(join(outside, "secret.txt"), "outside\n");
    symlinkSync(outside, join(engine.workspace, "link"));
    symlinkSync(join(outside, "secret.txt"), join(engine.workspace, "file"));
    mkdirSync(join(engine.workspace, ".tutti"));
    const attempts: [string, object][] = [
      ...["link/secret.txt", "file", "../x", join(outside, "secret.txt"), ".tutti/token"].map(
        (path): [string, object] => ["read_file", { path }],
      ),
      ["write_file", { path: "link/new.txt", text: "x" }],
      ["write_file", { path: "file", text: "x" }],
      ["edit_file", { path: "file", old: "outside", new: "changed" }],
      ["list_files", { path: "link" }],
      ["search_text", { path: "link", pattern: "outside" }],
      ["run_command", { argv: ["pwd"], cwd: "link" }],
    ];
    const run = await engine.run(
      workFlow(async (step) =>
        Promise.all(
          attempts.map(([tool, values]) => step.tool(tool, tool, values).catch((error: StepError) => error.code)),
        ),
      ),
    );
    assert.deepEqual(
      run.output,
      attempts.map(() => "tool.denied"),
    );
    assert.equal(readFileSync(join(outside, "secret.txt"), "utf8"), "outside\n");
    rmSync(outside, { recursive: true });
  });
}

function endTests(open: OpenWork): void {
  test("a cancel in its middle ends the program of run_command; the step is stored as cancelled", async () => {
    await using engine = await open({ graceMs: 10_000 });
    const argv = ["sh", "-c", 'sleep 60 & echo "$$ $!" >pids; wait'];
    const id = await engine.start(workFlow(async (step) => step.tool("t", "run_command", { argv })));
    const pids = (await written(join(engine.workspace, "pids"))).split(" ").map(Number);
    await engine.control.cancel(id);
    const run = await engine.until(id, ...ended);
    assert.equal(run.status, "cancelled");
    assert.deepEqual([run.steps[0]?.status, run.steps[0]?.error?.code], ["cancelled", "run.cancelled"]);
    await until(() => pids.every((pid) => !isAlive(pid)));
  });

  test("the deadline of its run aborts it", async () => {
    let isAborted = false;
    const slow = makeTool(
      "slow",
      (_values, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            isAborted = true;
            reject(new Error("told to stop"));
          });
        }),
    );
    await using engine = await open({ tools: [slow] });
    const run = await engine.run(workFlow(async (step) => step.tool("t", "slow", { n: 1 }), { deadline: 60 }));
    assert.equal(run.error?.code, "engine.deadline");
    assert.equal(isAborted, true);
  });

  test("a call cut off in its middle is made again under the same key; a finished one is not", async () => {
    const keys: string[] = [];
    const hanging = makeTool("work", ({ n }, { key }) => {
      keys.push(key);
      return keys.length === 2 ? new Promise(() => undefined) : n;
    });
    await using engine = await open({ tools: [hanging] });
    const flow = workFlow(async (step) => [
      await step.tool("a", "work", { n: 1 }),
      await step.tool("b", "work", { n: 2 }),
    ]);
    const run = await acrossCrash(engine, await engine.start(flow), () => keys.length === 2);
    assert.deepEqual(run.output, [1, 2]);
    assert.deepEqual(keys, ["a", "b", "b"]);
  });

  for (const [what, tool, values] of [
    ["the tool", "other", { n: 1 }],
    ["the arguments", "work", { n: 2 }],
  ] as const) {
    test(`a change of ${what} under an open run pauses it as engine.replay_mismatch`, async () => {
      const tools = ["work", "other"].map((name) => makeTool(name, ({ n }) => n));
      await using engine = await open({ tools });
      const run = await acrossChange(engine, {
        before: (step: Step) => step.tool("t", "work", { n: 1 }),
        after: (step: Step) => step.tool("t", tool, values),
      });
      assert.equal(run.status, "paused");
      assert.equal(run.error?.code, "engine.replay_mismatch");
    });
  }
}
