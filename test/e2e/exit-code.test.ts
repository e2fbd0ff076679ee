// How `tutti run` ends: the exit code for scripts, one JSON object on stdout, the talk on stderr.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import type { Command } from "../support/command.ts";
import { errorOf, jsonOf, Project } from "../support/project.ts";

interface Case {
  readonly name: string;
  readonly body: string;
  readonly flags?: readonly string[];
  readonly code: number;
  readonly status: string;
  readonly says: RegExp;
  readonly act?: (project: Project, run: Command) => Promise<void>;
}

const chat = (more = ""): string => `return (await step.model("ask", { model: "ollama/none", prompt: "Hi" ${more} }));`;

const cases: readonly Case[] = [
  { name: "has succeeded", body: "return 1;", code: 0, status: "succeeded", says: /succeeded run_/ },
  {
    name: "has failed",
    body: `throw new Error("no luck");`,
    code: 1,
    status: "failed",
    says: /no luck {2}flow\.failed\nwhere {4}flows\/some\.ts:\d+:\d+\n/,
  },
  { name: "found no model", body: chat(), code: 5, status: "failed", says: /error .*model\.unreachable\nfix / },
  {
    name: "skipped an optional model step",
    body: chat(", optional: true"),
    code: 0,
    status: "succeeded",
    says: /skipped {2}1 × no model reachable\n.*Start it with/,
  },
  {
    name: "is left waiting for a review",
    body: `await step.review("ask", { title: "Sure?", payload: 1 });`,
    flags: ["--until-idle"],
    code: 7,
    status: "waiting",
    says: /answer +tutti review approve rev_/,
  },
  {
    name: "is left waiting for time",
    body: `await step.sleep("nap", "1h");`,
    flags: ["--until-idle"],
    code: 0,
    status: "waiting",
    says: /watch +tutti run watch run_/,
  },
  {
    name: "was cancelled",
    body: `await step.sleep("nap", "1h");`,
    code: 2,
    status: "cancelled",
    says: /again +tutti run retry run_/,
    act: async (project) => cancel(project, "waiting"),
  },
  {
    name: "was paused",
    body: `await step.sleep("nap", "1h");`,
    code: 1,
    status: "paused",
    says: /go on +tutti run resume run_/,
    act: async (project) => {
      const { id } = await project.newestRun("waiting");
      await project.call("run.pause", { id });
    },
  },
  {
    name: "was interrupted",
    body: `await step.sleep("nap", "1h");`,
    code: 130,
    status: "waiting",
    says: /Go on with: tutti work/,
    act: async (_project, run) => {
      await run.says(/nap waits/);
      run.interrupt();
    },
  },
];

async function cancel(project: Project, status: RunRecord["status"]): Promise<void> {
  const { id } = await project.newestRun(status);
  await project.call("run.cancel", { id });
}

describe("a run that", { concurrency: 2 }, () => {
  for (const { name, body, flags = [], code, status, says, act } of cases) {
    it(`${name} ends with ${code}, one JSON object on stdout and the talk on stderr`, async () => {
      await using project = new Project();
      project.flow("some", body);
      const run = project.start(["run", "some", "--json", ...flags]);
      await act?.(project, run);
      const ending = await run.ended;
      assert.equal(ending.code, code, ending.stderr);
      const record = jsonOf(ending) as RunRecord;
      assert.equal(record.status, status);
      assert.deepEqual(Object.keys(record), runKeys);
      for (const step of record.steps) assert.deepEqual(Object.keys(step), stepKeys);
      assert.match(ending.stderr, says);
    });
  }

  it("is detached prints the run at once, and with --quiet nothing else", async () => {
    await using project = new Project();
    project.flow("some", `await step.run("hold", () => opened("end"));`);
    const ending = await project.tutti("run", "some", "--detach", "--json", "--quiet");
    assert.deepEqual([ending.code, ending.stderr], [0, ""]);
    const { id, status } = jsonOf(ending) as RunRecord;
    assert.equal(status, "queued");
    project.open("end");
    assert.equal((await project.tutti("run", "watch", id, "--quiet")).code, 0);
  });
});

describe("a step that calls process.exit()", { concurrency: 2 }, () => {
  const body = `if (!process.env.MENDED) await step.run("bad", () => process.exit(0)); return "done";`;

  it("is told with its place, is no success, and leaves a run that goes on once it is mended", async () => {
    await using project = new Project();
    project.flow("some", body);
    const { code, stdout, stderr } = await project.tutti("run", "some");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /✕ a flow has ended this process.* host\.exited\n {2}where +flows\/some\.ts:\d+:\d+\n.*tutti work/,
    );
    const [run] = await project.json<RunRecord[]>("run", "list");
    assert.equal(run?.status, "running");
    const work = project.start(["work", "--until-idle"], { env: { MENDED: "1" } });
    assert.equal((await work.ended).code, 0);
    assert.equal((await project.json<RunRecord>("run", "get", run.id)).output, "done");
  });

  it("is told as what it is where an error ended the process that nobody caught", async () => {
    await using project = new Project();
    project.flow(
      "some",
      `await step.run("bad", () => { setTimeout(() => { throw new Error("too late"); }); return later(5_000); });`,
    );
    const { code, stderr } = await project.tutti("run", "some");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /✕ an error that nobody caught has ended this process: too late {2}host\.exited\n {2}where +flows\/some\.ts:/,
    );
  });

  it("is one error object with --json", async () => {
    await using project = new Project();
    project.flow("some", body);
    const ending = await project.tutti("run", "some", "--json");
    assert.deepEqual([ending.code, errorOf(ending).code], [1, "host.exited"]);
  });
});

describe("a command that is no operation", { concurrency: 2 }, () => {
  it("prints JSON on stdout with --json, or one error object", async () => {
    await using project = new Project();
    for (const words of [
      "",
      "help",
      "-V",
      "--version",
      "help exit-codes",
      "help run.missing",
      "help run list",
      "--help",
      "doctor --help",
    ]) {
      const ending = await project.tutti(...words.split(" ").filter(Boolean), "--json");
      assert.deepEqual([ending.code, ending.stderr], [0, ""], words);
      assert.ok(jsonOf(ending), words);
    }
    for (const words of ["config", "help nope", "nope"]) {
      const ending = await project.tutti(...words.split(" "), "--json");
      assert.deepEqual([ending.code, errorOf(ending).code], [3, "usage.invalid"], words);
    }
  });

  it("gives one overview, however it is asked for", async () => {
    await using project = new Project();
    const { stdout } = await project.tutti();
    for (const words of [["help"], ["--help"], ["-h"], ["--quiet", "--help"], ["--color", "never", "--help"]]) {
      assert.equal((await project.tutti(...words)).stdout, stdout, words.join(" "));
    }
  });
});

const runKeys = [
  "id",
  "flow",
  "status",
  "input",
  "output",
  "error",
  "createdAt",
  "startedAt",
  "finishedAt",
  "usage",
  "steps",
];
const stepKeys = ["key", "name", "kind", "status", "attempts", "startedAt", "finishedAt", "output", "error", "skipped"];
