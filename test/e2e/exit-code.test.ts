// How `tutti run` ends: the exit code for scripts, one JSON object on stdout, the talk on stderr.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import type { Command } from "../support/command.ts";
import { jsonOf, Project } from "../support/project.ts";

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
    says: /no luck {2}flow\.failed/,
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
    body: `await step.review("ask", { title: "Sure?" });`,
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
