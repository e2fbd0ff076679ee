import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import type { Agent } from "../../src/index.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import type { Review } from "../../src/review/review.ts";
import { call, calls } from "./work-verbs-agent.ts";
import { ended, until, workFlow, type OpenWork, type WorkEngine } from "./work-verbs-case.ts";

const writeIt = workFlow(async (step) =>
  step.tool("write", "write_file", { path: "a.txt", text: "proposed" }).then(
    () => "written",
    (error: StepError) => `${error.code}: ${error.message}`,
  ),
);

async function openReview(engine: WorkEngine, run: string): Promise<Review> {
  await until(async () => (await engine.openReviews(run)).length > 0);
  const [review] = await engine.openReviews(run);
  assert.ok(review);
  return review;
}

export function approvalTests(open: OpenWork): void {
  test("a tool that a human is asked about waits with its exact arguments, and runs once approved", async () => {
    await using engine = await open({ askedTools: ["write_file"] });
    const id = await engine.start(writeIt);
    const review = await openReview(engine, id);
    assert.deepEqual(review.payload, { tool: "write_file", arguments: { path: "a.txt", text: "proposed" } });
    assert.equal(existsSync(join(engine.workspace, "a.txt")), false);
    await engine.review("review.approve", { id: review.id });
    assert.equal((await engine.until(id, ...ended)).output, "written");
    assert.equal(readFileSync(join(engine.workspace, "a.txt"), "utf8"), "proposed");
  });

  test("what the human has edited is what the tool gets", async () => {
    await using engine = await open({ askedTools: ["*"] });
    const id = await engine.start(writeIt);
    const review = await openReview(engine, id);
    const payload = { tool: "write_file", arguments: { path: "a.txt", text: "edited" } };
    await engine.review("review.approve", { id: review.id, payload });
    assert.equal((await engine.until(id, ...ended)).output, "written");
    assert.equal(readFileSync(join(engine.workspace, "a.txt"), "utf8"), "edited");
  });

  test("a rejection is the tool's failure with the reason, and nothing is called", async () => {
    await using engine = await open({ askedTools: ["write_file"] });
    const id = await engine.start(writeIt);
    await engine.review("review.reject", { id: (await openReview(engine, id)).id, reason: "not there" });
    assert.match(
      String((await engine.until(id, ...ended)).output),
      /^tool\.denied: write_file was not called: .*not there/,
    );
    assert.equal(existsSync(join(engine.workspace, "a.txt")), false);
  });

  test("a crash while the question is open asks no second time", async () => {
    await using engine = await open({ askedTools: ["write_file"] });
    const id = await engine.start(writeIt);
    const review = await openReview(engine, id);
    await engine.until(id, "waiting");
    await engine.crash();
    await engine.review("review.approve", { id: review.id });
    assert.equal((await engine.until(id, ...ended)).output, "written");
    assert.deepEqual(await engine.openReviews(id), []);
  });

  test("an agent is told of a rejection and goes on; a tool that is not named is not asked about", async () => {
    const agent: Agent = { name: "a", instructions: "Do.", tools: ["write_file", "list_files"] };
    const model = createScriptedModel({
      answers: [calls(call("list_files", {})), calls(call("write_file", { path: "b", text: "x" })), "done without"],
    });
    await using engine = await open({ model, askedTools: ["write_file"] });
    const id = await engine.start(workFlow(async (step) => (await step.agent("a", agent, { prompt: "Go." })).text));
    await engine.review("review.reject", { id: (await openReview(engine, id)).id, reason: "no" });
    assert.equal((await engine.until(id, ...ended)).output, "done without");
    const told = model.requests.at(-1)?.messages.at(-1);
    assert.match(told?.content ?? "", /^Error: write_file was not called: .*no/);
  });
}
