import assert from "node:assert/strict";
import { test } from "node:test";
import { TuttiError } from "../../src/core/error.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import type { Review } from "../../src/review/review.ts";
import { ask, codeOf, costFlow, ended, mustAgree, type CostEngine, type OpenCost } from "./cost-case.ts";

const model = () => createScriptedModel({ name: "scripted/a", answers: () => "one two three" });
const budget = { name: "b", window: "total", calls: 1, onLimit: "ask", raiseBy: 100 };
const one = costFlow((step) => ask(step, "a"));

/** One run uses the budget up; the others wait. */
async function waiting(engine: CostEngine, count: number): Promise<string[]> {
  await engine.op("budget.set", budget);
  await engine.run(one);
  const ids = await Promise.all(Array.from({ length: count }, () => engine.start(one)));
  const runs = await Promise.all(ids.map((id) => engine.until(id, "waiting", ...ended)));
  assert.deepEqual(new Set(runs.map(({ status }) => status)), new Set(["waiting"]));
  return ids;
}

const list = async (engine: CostEngine): Promise<Review[]> => (await engine.review("review.list", {})) as never;
const states = async (engine: CostEngine, ids: readonly string[]): Promise<unknown> =>
  Object.fromEntries(
    Map.groupBy(await Promise.all(ids.map((id) => engine.until(id, ...ended))), ({ status }) => status)
      .entries()
      .map(([status, runs]) => [status, runs.length]),
  );
const raised = async (engine: CostEngine): Promise<unknown> => engine.rows("select raised from cost_windows");
const told = async (engine: CostEngine): Promise<unknown> =>
  (
    await engine.rows(
      "select type from events where type like 'tutti.review.%' or type like 'tutti.budget.r%' order by seq",
    )
  ).map(({ type }) => type);

function hasEnded(error: unknown): void {
  if (!(error instanceof TuttiError && error.code === "run.conflict")) throw error;
}

function isClosed(error: unknown): void {
  if (!(error instanceof TuttiError && error.code === "review.closed")) throw error;
}

export function sharedQuestionTests(open: OpenCost): void {
  test("is one for 60 runs that meet it at once, and its approval raises it once and lets all of them go on", async () => {
    await using engine = await open({ models: [model()] });
    const ids = await waiting(engine, 60);
    const reviews = await list(engine);
    assert.equal(reviews.length, 1);
    assert.deepEqual(reviews[0]?.runs, ids.toSorted());
    await engine.review("review.approve", { id: reviews[0]?.id });
    assert.deepEqual(await states(engine, ids), { succeeded: 60 });
    assert.deepEqual(await raised(engine), [{ raised: 100 }]);
    assert.deepEqual(await told(engine), ["tutti.review.opened", "tutti.review.decided", "tutti.budget.raised"]);
    assert.deepEqual(await engine.rows("select run_id from review_waits"), []);
    for (const id of ids.slice(0, 3)) assert.deepEqual((await engine.verify(id)).differences, []);
    await mustAgree(engine);
  });

  test("is joined by a run that meets it while it stands, also after a crash", async () => {
    await using engine = await open({ models: [model()] });
    const [first = ""] = await waiting(engine, 1);
    await engine.crash();
    const later = await engine.start(one);
    await engine.until(later, "waiting", ...ended);
    const [review, ...others] = await list(engine);
    assert.deepEqual([review?.run, review?.runs, others], [first, [first, later].toSorted(), []]);
    await engine.crash();
    await engine.review("review.approve", { id: review?.id });
    assert.deepEqual(await states(engine, [first, later]), { succeeded: 2 });
    assert.deepEqual(await raised(engine), [{ raised: 100 }]);
  });

  test("is rejected for all that wait, and asked anew by who comes later", async () => {
    await using engine = await open({ models: [model()] });
    const ids = await waiting(engine, 5);
    const [review] = await list(engine);
    await engine.review("review.reject", { id: review?.id, reason: "enough" });
    assert.deepEqual(await states(engine, ids), { failed: 5 });
    const run = await engine.until(ids[4] ?? "", ...ended);
    assert.equal(codeOf(run), "budget.exceeded");
    assert.match(run.error?.message ?? "", /a human did not raise it$/);
    await assert.rejects(engine.review("review.approve", { id: review?.id }), /already rejected/);
    const later = await engine.start(one);
    await engine.until(later, "waiting", ...ended);
    assert.deepEqual(
      (await list(engine)).map(({ run: asker }) => asker),
      [later],
    );
  });

  test("passes to another when the run that asked is cancelled, and is withdrawn with the last", async () => {
    await using engine = await open({ models: [model()] });
    const ids = await waiting(engine, 3);
    const [before] = await list(engine);
    const owner = before?.run ?? "";
    await engine.control.cancel(owner);
    await engine.until(owner, ...ended);
    const others = ids.filter((id) => id !== owner);
    const [now] = await list(engine);
    assert.deepEqual([now?.id, now?.run, now?.runs], [before?.id, others.toSorted()[0], others.toSorted()]);
    for (const id of others) await engine.control.cancel(id);
    assert.deepEqual(await states(engine, ids), { cancelled: 3 });
    assert.deepEqual(await list(engine), []);
    assert.deepEqual(await engine.rows("select status from reviews"), [{ status: "withdrawn" }]);
  });

  test("reaches those who wait also when its process dies after the decision, before it has told them", async () => {
    await using engine = await open({ models: [model()] });
    const ids = await waiting(engine, 4);
    const decision = { verdict: "approved", payload: { raiseBy: 50 }, answer: null, reason: null, by: "me", at: 1 };
    await engine.database.write([
      { sql: `update reviews set status = 'approved', decision = '${JSON.stringify(decision)}'`, parameters: [] },
    ]);
    await engine.deliver();
    assert.deepEqual(await states(engine, ids), { succeeded: 4 });
    assert.deepEqual(await raised(engine), [{ raised: 50 }]);
  });

  test("leaves nobody waiting, however joins, decisions and cancels fall together", async () => {
    await using engine = await open({ models: [model()] });
    await engine.op("budget.set", { ...budget, raiseBy: 4 });
    let isRunning = true;
    const deciding = (async () => {
      while (isRunning) {
        for (const { id } of await list(engine)) await engine.review("review.approve", { id }).catch(isClosed);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const ids: string[] = [];
    const cancels: Promise<void>[] = [];
    for (let count = 0; count < 60; count++) {
      ids.push(await engine.start(one));
      // One that was started a while ago: it waits, or has ended.
      if (count % 4 === 3) cancels.push(engine.control.cancel(ids[count - 2] ?? "").catch(hasEnded));
    }
    await Promise.all(cancels);
    const runs = await Promise.all(ids.map((id) => engine.until(id, ...ended)));
    isRunning = false;
    await deciding;
    assert.deepEqual(
      runs.filter(({ status }) => status !== "succeeded" && status !== "cancelled"),
      [],
    );
    assert.deepEqual(await engine.rows("select * from review_waits"), []);
    const questions = await engine.rows("select id from reviews where status = 'approved'");
    const [{ raised: by } = {}] = await engine.rows("select raised from cost_windows");
    const raises = await engine.rows("select question from cost_raises");
    assert.equal(Number(by), raises.length * 4);
    assert.ok(raises.length <= questions.length && raises.length > 0, `${raises.length} of ${questions.length}`);
    await mustAgree(engine);
  });

  test("is one for each window", async () => {
    await using engine = await open({ models: [model()] });
    await engine.op("budget.set", { name: "each", scope: "run", window: "run", calls: 1, onLimit: "ask" });
    const flow = costFlow(async (step) => {
      await ask(step, "a");
      // Two steps of one run have one question as well.
      await Promise.all([ask(step, "b"), ask(step, "c")]);
    });
    const ids: string[] = await Promise.all([engine.start(flow), engine.start(flow)]);
    for (const id of ids) await engine.until(id, "waiting", ...ended);
    const reviews = await list(engine);
    assert.deepEqual(reviews.flatMap(({ runs }) => runs).toSorted(), ids.toSorted());
    assert.equal(reviews.length, 2);
    for (const { id } of reviews) await engine.review("review.approve", { id, payload: { raiseBy: 2 } });
    assert.deepEqual(await states(engine, ids), { succeeded: 2 });
  });
}
