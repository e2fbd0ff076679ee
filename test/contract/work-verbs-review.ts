import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import type { ReviewRequest, Step } from "../../src/index.ts";
import type { AnyFlow } from "../../src/engine/flow.ts";
import { ended, until, workFlow, type OpenWork, type WorkEngine } from "./work-verbs-case.ts";

const asking = (request: Partial<ReviewRequest> = {}): AnyFlow =>
  workFlow(async (step) =>
    step
      .review("sign off", { title: "Publish?", payload: { notes: "draft" }, ...request })
      .catch(({ code, message, data }: StepError) => ({ code, message, data })),
  );

/** Starts the flow and waits until its review is open. */
async function opened(engine: WorkEngine, flow: AnyFlow = asking()) {
  const run = await engine.start(flow);
  const review = await until(async () => (await engine.openReviews(run))[0]);
  return { run, review };
}

export function reviewTests(open: OpenWork): void {
  test("opens a question that says everything, and the run waits without holding a worker", async () => {
    await using engine = await open({ parkAfterMs: 0 });
    const flow = asking({ choices: ["yes", "no"] });
    const { run, review } = await opened(engine, flow);
    const { id, createdAt, ...rest } = review;
    assert.match(id, /^rev_[0-9a-z]{12}$/);
    assert.ok(createdAt > 0);
    assert.deepEqual(rest, {
      run,
      runs: [run],
      step: "sign off",
      title: "Publish?",
      payload: { notes: "draft" },
      choices: ["yes", "no"],
      status: "open",
      decision: null,
      payloadBytes: 17,
      isCut: false,
      summary: "notes: draft",
      flow: flow.name,
      dueAt: null,
    });
    const record = await engine.until(run, "waiting");
    assert.deepEqual([record.steps[0]?.kind, record.steps[0]?.status], ["review", "waiting"]);
    assert.equal(engine.worker.active, 0);
  });

  test("approved as proposed: the step gives the decision, who took it and when", async () => {
    await using engine = await open();
    const { run, review } = await opened(engine);
    const decided = await engine.review("review.approve", { id: review.id, comment: "fine" }, "ada");
    assert.equal(decided.status, "approved");
    const { output } = await engine.until(run, "succeeded");
    assert.deepEqual(output, decided.decision);
    const { at, ...decision } = output as { at: number };
    assert.ok(at >= review.createdAt);
    assert.deepEqual(decision, {
      verdict: "approved",
      payload: { notes: "draft" },
      answer: null,
      reason: "fine",
      by: "ada",
    });
  });

  for (const payload of [{ notes: "edited" }, null, "text", 0, false, []]) {
    test(`approved with the payload edited to ${JSON.stringify(payload)}: the step gives the edited one, the question keeps its own`, async () => {
      await using engine = await open();
      const { run, review } = await opened(engine);
      await engine.review("review.approve", { id: review.id, payload });
      assert.deepEqual(((await engine.until(run, "succeeded")).output as { payload: unknown }).payload, payload);
      const shown = await engine.review("review.show", { id: review.id });
      assert.deepEqual([shown.payload, shown.decision?.payload], [{ notes: "draft" }, payload]);
    });
  }

  test("rejected is review.rejected with the reason and who, in the body and in the run", async () => {
    await using engine = await open();
    const { run, review } = await opened(engine);
    await engine.review("review.reject", { id: review.id, reason: "wrong branch" }, "grace");
    const { code, message, data } = (await engine.until(run, "succeeded")).output as StepError;
    assert.equal(code, "review.rejected");
    assert.match(message, /"Publish\?" was rejected: wrong branch/);
    const { at, ...rest } = data as { at: number };
    assert.equal(typeof at, "number");
    assert.deepEqual(rest, { review: review.id, reason: "wrong branch", by: "grace" });
    const uncaught = await opened(
      engine,
      workFlow((step) => step.review("r", { title: "Go?" })),
    );
    await engine.review("review.reject", { id: uncaught.review.id, reason: "no" });
    const failed = await engine.until(uncaught.run, ...ended);
    assert.deepEqual([failed.status, failed.error?.code], ["failed", "review.rejected"]);
  });

  test("answered with one of the choices, and with nothing else", async () => {
    await using engine = await open();
    const { run, review } = await opened(engine, asking({ choices: ["blue", "red"] }));
    await assert.rejects(engine.review("review.answer", { id: review.id, answer: "green" }), {
      code: "usage.invalid",
      hint: `Choose one of: blue, red. For example: tutti review answer ${review.id} "blue"`,
    });
    // An approval says nothing of what was chosen.
    await assert.rejects(engine.review("review.approve", { id: review.id }), { code: "usage.invalid" });
    assert.equal((await engine.openReviews(run)).length, 1);
    await engine.review("review.answer", { id: review.id, answer: "red" });
    const { verdict, answer } = (await engine.until(run, "succeeded")).output as { verdict: string; answer: string };
    assert.deepEqual([verdict, answer], ["answered", "red"]);
  });

  test("any text answers a question without choices and payload, and nothing but an approval lets a payload through", async () => {
    await using engine = await open();
    const question = workFlow((step) => step.review("r", { title: "What next?" }));
    const { run, review } = await opened(engine, question);
    await engine.review("review.answer", { id: review.id, answer: "as you like" });
    assert.equal(((await engine.until(run, "succeeded")).output as { answer: string }).answer, "as you like");
    const { review: proposal } = await opened(engine);
    await assert.rejects(engine.review("review.answer", { id: proposal.id, answer: "no" }), { code: "usage.invalid" });
    assert.equal((await engine.review("review.show", { id: proposal.id })).status, "open");
  });

  payloadTests(open);
  closedTests(open);
  durableTests(open);
}

function payloadTests(open: OpenWork): void {
  test("what is stored, shown and handed back is exactly what was asked about", async () => {
    await using engine = await open();
    const payload = { z: 1, a: [null, "ä\u0000\ud83c\udf89", { deep: "x".repeat(10_000) }], empty: {} };
    const { run, review } = await opened(engine, asking({ payload }));
    const whole = await engine.review("review.show", { id: review.id });
    assert.equal(JSON.stringify(whole.payload), JSON.stringify(payload));
    await engine.review("review.approve", { id: review.id });
    const { output } = await engine.until(run, "succeeded");
    assert.equal(JSON.stringify((output as { payload: unknown }).payload), JSON.stringify(payload));
    const row = (await engine.table("reviews")).find(({ id }) => id === review.id);
    assert.match(String(row?.["payload"]), /^@[0-9a-f]{64}$/);
    assert.equal(
      JSON.stringify((await engine.review("review.show", { id: review.id })).payload),
      JSON.stringify(payload),
    );
  });

  test("a review without a title, or with a payload that is not JSON, rejects the promise and asks nobody", async () => {
    await using engine = await open();
    const run = await engine.run(
      workFlow(async (step) => {
        const code = (error: StepError): string => error.code;
        return [
          await step.review("a", { title: "" }).catch(code),
          await step.review("b", { title: "Map?", payload: new Map() }).catch(code),
          await step.review("c", { title: "When?", timeout: "soon" }).catch(code),
        ];
      }),
    );
    assert.deepEqual(run.output, ["usage.invalid", "engine.not_json", "usage.invalid"]);
    assert.deepEqual(
      (await engine.table("reviews")).filter((row) => row["run_id"] === run.id),
      [],
    );
  });

  test("a review is found by an unambiguous beginning of its id, and is review.missing else", async () => {
    await using engine = await open();
    const { review } = await opened(engine);
    assert.equal((await engine.review("review.show", { id: review.id.slice(0, -1) })).id, review.id);
    for (const id of ["rev_", "rev_%", `${review.id}x`, "run_"])
      await assert.rejects(engine.review("review.show", { id }), { code: "review.missing" });
  });
}

function closedTests(open: OpenWork): void {
  const statusOf = async (engine: WorkEngine, id: string) => (await engine.review("review.show", { id })).status;

  test("a decision taken twice is review.closed; the first one holds", async () => {
    await using engine = await open();
    const { run, review } = await opened(engine);
    await engine.review("review.approve", { id: review.id });
    await assert.rejects(engine.review("review.reject", { id: review.id, reason: "late" }), {
      code: "review.closed",
      message: `review ${review.id} is already approved`,
    });
    assert.equal((await engine.until(run, "succeeded")).status, "succeeded");
    assert.equal(await statusOf(engine, review.id), "approved");
  });

  test("of decisions taken at the same moment exactly one holds, and the run goes by it", async () => {
    await using engine = await open();
    const { run, review } = await opened(engine);
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => engine.review("review.approve", { id: review.id, payload: index })),
    );
    const held = tries.flatMap((attempt, index) => (attempt.status === "fulfilled" ? [index] : []));
    assert.equal(held.length, 1);
    assert.equal(((await engine.until(run, "succeeded")).output as { payload: number }).payload, held[0]);
    const told = (await engine.table("events")).filter(
      ({ subject, type }) => subject === run && type === "tutti.review.decided",
    );
    assert.equal(told.length, 1);
  });

  test("review.list leaves a large payload out and says so; review.show has it; and when nobody may decide any more", async () => {
    await using engine = await open();
    const notes = "x".repeat(10_000);
    const { review } = await opened(engine, asking({ payload: { notes }, timeout: "1h" }));
    const listed = review as unknown as { payload: unknown; isCut: boolean; payloadBytes: number; dueAt: number };
    assert.deepEqual([listed.payload, listed.isCut, listed.payloadBytes], [null, true, 10_012]);
    assert.ok(listed.dueAt > review.createdAt);
    assert.deepEqual((await engine.review("review.show", { id: review.id })).payload, { notes });
  });

  test("review.list shows the open ones only, and the others by status", async () => {
    await using engine = await open();
    const first = await opened(engine);
    const second = await opened(engine);
    await engine.review("review.approve", { id: first.review.id });
    const list = async (input: object) =>
      ((await engine.review("review.list", input)) as unknown as { id: string }[]).map(({ id }) => id);
    const isOne = (id: string): boolean => id === first.review.id || id === second.review.id;
    assert.deepEqual((await list({})).filter(isOne), [second.review.id]);
    assert.deepEqual((await list({ status: "approved" })).filter(isOne), [first.review.id]);
    assert.deepEqual(
      (await list({ status: "all" })).filter(isOne).toSorted(),
      [first.review.id, second.review.id].toSorted(),
    );
  });

  const endings: Record<string, { flow: () => AnyFlow; end?: (engine: WorkEngine, run: string) => Promise<void> }> = {
    "a cancel of the run": { flow: asking, end: (engine, run) => engine.control.cancel(run) },
    "the review's own timeout": { flow: () => asking({ timeout: 30 }) },
    "the run's deadline": { flow: () => workFlow((step) => step.review("r", { title: "Go?" }), { deadline: 60 }) },
    "the end of the body": {
      flow: () =>
        workFlow(async (step) => {
          void step.review("r", { title: "Go?" });
          await step.sleep("nap", 30);
        }),
    },
    "a lost step.race": {
      flow: () =>
        workFlow(async (step) =>
          step.race("r", { human: (s) => s.review("r", { title: "Go?" }), time: (s) => s.sleep("nap", 30) }),
        ),
    },
  };
  for (const [what, { flow, end }] of Object.entries(endings)) {
    test(`${what} withdraws the review: it is no longer open, and a decision is review.closed`, async () => {
      await using engine = await open();
      const run = await engine.start(flow());
      const id = await until(async () => {
        const rows = await engine.table("reviews");
        return rows.find((row) => row["run_id"] === run)?.["id"] as string | undefined;
      });
      await end?.(engine, run);
      await engine.until(run, ...ended);
      assert.equal(await statusOf(engine, id), "withdrawn");
      assert.deepEqual(await engine.openReviews(run), []);
      await assert.rejects(engine.review("review.approve", { id }), { code: "review.closed" });
    });
  }

  test("a review that nobody decides in time fails as engine.deadline", async () => {
    await using engine = await open();
    const { output } = await engine.run(asking({ timeout: "30ms" }));
    assert.equal((output as StepError).code, "engine.deadline");
  });

  test("cancelling a paused run withdraws its review", async () => {
    await using engine = await open();
    const { run, review } = await opened(engine);
    await engine.control.pause(run);
    await engine.until(run, "paused");
    await engine.control.cancel(run);
    await engine.until(run, "cancelled");
    assert.equal(await statusOf(engine, review.id), "withdrawn");
  });

  test("cancelling a run whose code is gone withdraws its review", async () => {
    await using engine = await open({ parkAfterMs: 0 });
    const flow = asking();
    const { run, review } = await opened(engine, flow);
    await engine.until(run, "waiting");
    engine.flows.delete(flow.name);
    await engine.control.cancel(run);
    await engine.until(run, "cancelled");
    assert.equal(await statusOf(engine, review.id), "withdrawn");
  });
}

function durableTests(open: OpenWork): void {
  test("a crash while it is open neither asks twice nor loses it", async () => {
    await using engine = await open({ parkAfterMs: 0 });
    const { run, review } = await opened(engine);
    await engine.until(run, "waiting");
    await engine.crash();
    await engine.crash();
    assert.deepEqual(await engine.openReviews(run), [review]);
    await engine.review("review.approve", { id: review.id, payload: "after" });
    assert.equal(((await engine.until(run, "succeeded")).output as { payload: string }).payload, "after");
  });

  test("a crash while a step runs beside it asks once too", async () => {
    let starts = 0;
    await using engine = await open();
    const flow = workFlow(async (step) => {
      const [decision, side] = await Promise.all([
        step.review("r", { title: "Go?" }),
        step.run("side", () => (++starts === 1 ? new Promise<string>(() => undefined) : "done")),
      ]);
      return [decision.verdict, side];
    });
    const { run, review } = await opened(engine, flow);
    await until(() => starts === 1);
    await engine.crash();
    await until(() => starts === 2);
    assert.deepEqual(await engine.openReviews(run), [review]);
    await engine.review("review.approve", { id: review.id });
    assert.deepEqual((await engine.until(run, "succeeded")).output, ["approved", "done"]);
  });

  test("a decision while the run is in memory, beside a running step, is taken at once", async () => {
    const { promise: isDecided, resolve } = Promise.withResolvers<void>();
    await using engine = await open();
    const flow = workFlow(async (step) => {
      const side = step.run("side", () => isDecided);
      const { verdict } = await step.review("r", { title: "Go?" });
      await step.run("told", () => resolve());
      await side;
      return verdict;
    });
    const { run, review } = await opened(engine, flow);
    await engine.review("review.approve", { id: review.id });
    assert.equal((await engine.until(run, "succeeded")).output, "approved");
  });

  test("a decision taken in another process queues the run; whichever worker looks next goes on with it", async () => {
    await using engine = await open({ parkAfterMs: 0 });
    const { run, review } = await opened(engine);
    await engine.until(run, "waiting");
    await engine.reviewElsewhere("review.approve", { id: review.id }, "another process");
    assert.equal((await engine.store.run(run)).status, "queued");
    await engine.worker.sweep();
    assert.equal(((await engine.until(run, "succeeded")).output as { by: string }).by, "another process");
  });

  test("a decision taken while no worker lives is found by the next one", async () => {
    await using engine = await open({ parkAfterMs: 0 });
    const { run, review } = await opened(engine);
    await engine.until(run, "waiting");
    await engine.worker.stop(0);
    await engine.review("review.reject", { id: review.id, reason: "no" });
    await engine.crash();
    assert.equal(((await engine.until(run, "succeeded")).output as StepError).code, "review.rejected");
  });

  test("a decided review is not asked again in a replay", async () => {
    await using engine = await open({ parkAfterMs: 0 });
    const flow = workFlow(async (step) => {
      const { answer } = await step.review("r", { title: "Go?" });
      await step.sleep("nap", 50);
      return answer;
    });
    const { run, review } = await opened(engine, flow);
    await engine.review("review.answer", { id: review.id, answer: "once" });
    await until(async () => (await engine.store.openings(run))[0]?.key === "nap");
    await engine.crash();
    assert.equal((await engine.until(run, ...ended)).output, "once");
    assert.equal((await engine.table("reviews")).filter((row) => row["run_id"] === run).length, 1);
  });

  const before = (step: Step) => step.review("r", { title: "Go?", payload: 1, choices: ["a"] });
  for (const [what, request] of Object.entries<ReviewRequest>({
    "the title": { title: "Stop?", payload: 1, choices: ["a"] },
    "the payload": { title: "Go?", payload: 2, choices: ["a"] },
    "the choices": { title: "Go?", payload: 1, choices: ["b"] },
  })) {
    test(`a change of ${what} under an open review pauses the run: nobody approves what they did not see`, async () => {
      await using engine = await open({ parkAfterMs: 0 });
      const flow = workFlow(before);
      const { run, review } = await opened(engine, flow);
      await engine.until(run, "waiting");
      engine.flows.set(flow.name, { ...flow, run: (step: Step) => step.review("r", request) });
      await engine.review("review.answer", { id: review.id, answer: "a" });
      assert.equal((await engine.until(run, ...ended)).error?.code, "engine.replay_mismatch");
    });
  }
}
