import assert from "node:assert/strict";
import { test } from "node:test";
import { TuttiError, handoff, plan, refine, route, supervise, vote, type Step } from "../../src/index.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import type { ScriptedAnswer } from "../../src/models/scripted.ts";
import { acrossCrash, ended, failureOf, until, workFlow, type OpenWork } from "./work-verbs-case.ts";

const json = (value: unknown): string => JSON.stringify(value);
/** A model that says the same whatever it is asked, and never JSON. */
const babble = (): string => "Sure! I would love to help with that.";
const forEver = Number.POSITIVE_INFINITY;

// A model that never stops by itself must not fill its context.
const options = { maxTokens: 40 };
const agents = {
  triage: { description: "sorts", agent: { name: "triage", instructions: "Sort.", options } },
  billing: { description: "money", agent: { name: "billing", instructions: "Bill.", options } },
  tech: { description: "machines", agent: { name: "tech", instructions: "Fix.", options } },
};

type Pattern = (step: Step) => Promise<unknown>;

/** Every pattern with nothing stated for a model that does not follow instructions. */
export const plainPatterns: Readonly<Record<string, Pattern>> = {
  route: (step) => route(step, "r", { prompt: "It is broken", branches: { bug: {}, wish: {} }, options }),
  vote: (step) => vote(step, "v", { prompt: "Which?", choices: ["a", "b"], count: 2, options }),
  judge: (step) => vote(step, "v", { prompt: "Why?", method: "judge", count: 2, options }),
  refine: (step) => refine(step, "f", { prompt: "Write", criteria: "short", maxRounds: 1, options }),
  plan: (step) => plan(step, "p", { goal: "Tea", maxTasks: 2, options }),
  supervise: (step) =>
    supervise(step, "s", {
      goal: "Tea",
      maxTurns: 2,
      options,
      workers: { cook: { work: async (_step, task) => task } },
    }),
  handoff: (step) => handoff(step, "h", { prompt: "It is broken", agents, options }),
};

/** The same with something stated for it. */
export const patientPatterns: Readonly<Record<string, Pattern>> = {
  route: (step) => route(step, "r", { prompt: "x", branches: { bug: {}, wish: {} }, default: "wish", options }),
  vote: (step) => vote(step, "v", { prompt: "x", choices: ["a", "b"], default: "b", ties: "judge", count: 2, options }),
  ranked: (step) =>
    vote(step, "v", { prompt: "x", choices: ["a", "b"], method: "ranked", default: "b", count: 2, options }),
  judge: (step) => vote(step, "v", { prompt: "x", method: "judge", default: "b", count: 2, options }),
  refine: (step) => refine(step, "f", { prompt: "x", criteria: "y", maxRounds: 1, options }),
  plan: (step) => plan(step, "p", { goal: "x", maxTasks: 2, default: ["one"], unfinished: "return", options }),
  supervise: (step) =>
    supervise(step, "s", {
      goal: "x",
      maxTurns: 2,
      unfinished: "return",
      options,
      workers: { cook: { work: async (_step, task) => task } },
    }),
  handoff: (step) => handoff(step, "h", { prompt: "x", agents, unclear: "answer", options }),
};

export function patternTests(open: OpenWork): void {
  const run = async (pattern: Pattern, answers: readonly ScriptedAnswer[] | (() => ScriptedAnswer)) => {
    const model = createScriptedModel({ answers });
    await using engine = await open({ model });
    const record = await engine.run(workFlow(pattern));
    const verification = await engine.verify(record.id);
    assert.deepEqual(verification.differences, []);
    return { ...record, requests: model.requests };
  };

  const babbled: Readonly<Record<string, string>> = {
    route: "pattern.undecided",
    vote: "pattern.undecided",
    plan: "pattern.undecided",
    supervise: "pattern.exhausted",
  };
  for (const [name, pattern] of Object.entries(plainPatterns)) {
    const code = babbled[name];
    test(`${name} with a model that only babbles ends ${code ? `with ${code}` : "with what it says of that"}`, async () => {
      const { status, error } = await run(pattern, babble);
      assert.deepEqual([status, error?.code], code ? ["failed", code] : ["succeeded", undefined]);
    });
  }

  test("what is stated for a model that only babbles is what comes of it", async () => {
    const outputs: Record<string, Record<string, unknown>> = {};
    for (const [name, pattern] of Object.entries(patientPatterns))
      outputs[name] = (await run(pattern, babble)).output as Record<string, unknown>;
    assert.deepEqual([outputs["route"]?.["branch"], outputs["route"]?.["isDefault"]], ["wish", true]);
    assert.deepEqual([outputs["vote"]?.["winner"], outputs["vote"]?.["by"]], ["b", "default"]);
    assert.deepEqual([outputs["ranked"]?.["winner"], outputs["ranked"]?.["by"]], ["b", "default"]);
    // Two voters of one mind need no judge.
    assert.deepEqual([outputs["judge"]?.["winner"], outputs["judge"]?.["by"]], [babble(), "votes"]);
    assert.deepEqual([outputs["refine"]?.["isAccepted"], outputs["refine"]?.["text"]], [false, babble()]);
    assert.deepEqual([outputs["plan"]?.["isDone"], outputs["plan"]?.["isDefault"]], [true, true]);
    assert.deepEqual([outputs["supervise"]?.["isDone"], outputs["supervise"]?.["answer"]], [false, ""]);
    assert.deepEqual([outputs["handoff"]?.["answer"], outputs["handoff"]?.["by"]], [babble(), "triage"]);
    assert.match(String(outputs["handoff"]?.["unclear"]), /not JSON/);
  });

  routeAndVoteTests(run);
  loopTests(run);
  crashTests(open);
}

type RunPattern = (
  pattern: Pattern,
  answers: readonly ScriptedAnswer[],
) => Promise<{ output: unknown; error: unknown; steps: readonly { key: string }[]; requests: readonly unknown[] }>;

function routeAndVoteTests(run: RunPattern): void {
  test("route does what the chosen branch does, and no other", async () => {
    const pattern: Pattern = (step) =>
      route(step, "sort", {
        prompt: "It broke",
        branches: {
          bug: { description: "something broke", run: async (inner) => inner.run("fix", () => "fixed") },
          wish: { run: async (inner) => inner.run("note", () => "noted") },
        },
      });
    const { output, steps, requests } = await run(pattern, [json({ branch: "bug", reason: "it says so" })]);
    assert.deepEqual(output, { branch: "bug", reason: "it says so", isDefault: false, value: "fixed" });
    assert.deepEqual(
      steps.map(({ key }) => key),
      ["sort.choose", "fix"],
    );
    assert.match(JSON.stringify(requests[0]), /- bug: something broke/);
  });

  const choice = (name: string | readonly string[]): string => json({ choice: name });
  test("vote: most votes win; a ballot for something else does not count", async () => {
    const { output } = await run(
      (step) => vote(step, "v", { prompt: "?", choices: ["a", "b", "c"], count: 4 }),
      // All are asked at once; who was wrong is asked once more.
      [choice("b"), choice("a"), choice("nothing"), choice("b"), choice("nothing")],
    );
    const { winner, by, points, ballots } = output as { [key: string]: unknown; ballots: { problem: string | null }[] };
    assert.deepEqual([winner, by, points], ["b", "votes", { a: 1, b: 2, c: 0 }]);
    assert.deepEqual(
      ballots.map(({ problem }) => problem === null),
      [true, true, false, true],
    );
  });

  test("vote: a tie goes to the first choice, to a judge, or nowhere, as was stated", async () => {
    const tied =
      (ties?: "first" | "judge" | "fail"): Pattern =>
      (step) =>
        vote(step, "v", { prompt: "?", choices: ["a", "b"], count: 2, ties });
    const ballots = [choice("b"), choice("a")];
    const first = (await run(tied(), ballots)).output as Record<string, unknown>;
    assert.deepEqual([first["winner"], first["by"]], ["a", "order"]);
    const judged = (await run(tied("judge"), [...ballots, json({ best: "2" })])).output as Record<string, unknown>;
    assert.deepEqual([judged["winner"], judged["by"]], ["b", "judge"]);
    const unclear = (await run(tied("judge"), [...ballots, babble(), babble()])).output as Record<string, unknown>;
    assert.deepEqual([unclear["winner"], unclear["by"]], ["a", "order"]);
    assert.equal(((await run(tied("fail"), ballots)).error as { code: string }).code, "pattern.undecided");
  });

  test("vote: ranked ballots give points for places; what is named twice counts once", async () => {
    const { output } = await run(
      (step) => vote(step, "v", { prompt: "?", choices: ["a", "b", "c"], method: "ranked" }),
      [choice(["a", "b", "c"]), choice(["c", "b", "b"]), choice(["b"])],
    );
    const { winner, points } = output as Record<string, unknown>;
    assert.deepEqual([winner, points], ["b", { a: 2, b: 4, c: 2 }]);
  });

  test("vote: a judge picks the best of several answers; without a verdict it is the first one", async () => {
    const pattern: Pattern = (step) => vote(step, "v", { prompt: "?", method: "judge", count: 2 });
    const judged = (await run(pattern, ["one", "two", json({ best: "2" })])).output as Record<string, unknown>;
    assert.deepEqual([judged["winner"], judged["by"]], ["two", "judge"]);
    const unclear = (await run(pattern, ["one", "two", babble(), babble()])).output as Record<string, unknown>;
    assert.deepEqual([unclear["winner"], unclear["by"]], ["one", "order"]);
  });

  test("vote: too few valid ballots are no decision, and a wrong request is told before any call", async () => {
    const few = await run(
      (step) => vote(step, "v", { prompt: "?", choices: ["a"], count: 2, quorum: 2 }),
      [choice("a"), babble(), babble()],
    );
    assert.equal((few.error as { code: string }).code, "pattern.undecided");
    for (const request of [{}, { choices: ["a"], default: "z" }, { choices: ["a"], count: 0 }]) {
      const wrong = await run((step) => vote(step, "v", { prompt: "?", ...request }), []);
      assert.deepEqual([(wrong.error as { code: string }).code, wrong.requests.length], ["usage.invalid", 0]);
    }
  });
}

function loopTests(run: RunPattern): void {
  test("refine revises by what the critic names until it is accepted", async () => {
    const { output, steps, requests } = await run(
      (step) => refine(step, "text", { prompt: "Write", criteria: "short" }),
      ["long", json({ accepted: false, problems: ["too long"] }), "short", json({ accepted: true })],
    );
    const { text, isAccepted, critiques } = output as { [key: string]: unknown; critiques: unknown[] };
    assert.deepEqual([text, isAccepted, critiques.length], ["short", true, 2]);
    assert.deepEqual(
      steps.map(({ key }) => key),
      ["text.draft", "text.critique 1", "text.revise 1", "text.critique 2"],
    );
    assert.match(JSON.stringify(requests[2]), /too long/);
  });

  test("refine that nobody accepts gives the last draft, or fails, as was stated", async () => {
    const no = json({ accepted: false, problems: ["bad"] });
    const answers = ["one", no, "two", no];
    const pattern =
      (unfinished: "return" | "fail"): Pattern =>
      (step) =>
        refine(step, "t", { prompt: "x", criteria: "y", maxRounds: 2, unfinished });
    const given = (await run(pattern("return"), answers)).output as Record<string, unknown>;
    assert.deepEqual([given["text"], given["isAccepted"]], ["two", false]);
    assert.equal(((await run(pattern("fail"), answers)).error as { code: string }).code, "pattern.exhausted");
  });

  test("plan does its tasks in order, each with what came before, and plans anew around a failure", async () => {
    const given: string[] = [];
    const { output } = await run(
      (step) =>
        plan(step, "p", {
          goal: "Tea",
          work: async (inner, task, done) => {
            given.push(`${task} after ${done.map(({ task: before }) => before).join("+")}`);
            return inner.run(task, () => {
              if (task === "ask mum") throw new Error("not at home");
              return `${task}: ok`;
            });
          },
        }),
      [json({ tasks: ["boil", "ask mum", "drink"] }), json({ tasks: ["ask dad"] })],
    );
    const { isDone, replans, tasks } = output as {
      isDone: boolean;
      replans: number;
      tasks: { error: string | null }[];
    };
    assert.deepEqual([isDone, replans, tasks.map(({ error }) => error)], [true, 1, [null, "not at home", null]]);
    assert.deepEqual([...new Set(given)], ["boil after ", "ask mum after boil", "ask dad after boil+ask mum"]);
  });

  test("plan that fails once too often is not done, and says what was", async () => {
    const fails: Pattern = (step) =>
      plan(step, "p", {
        goal: "x",
        maxReplans: 0,
        work: (inner, task) => inner.run(task, () => Promise.reject(new Error("no"))),
      });
    const { error } = await run(fails, [json({ tasks: ["one", "two"] })]);
    const { code, data } = error as { code: string; data: { tasks: { task: string; error: string }[] } };
    assert.equal(code, "pattern.exhausted");
    assert.deepEqual(
      data.tasks.map(({ task, error: why }) => [task, why]),
      [["one", "no"]],
    );
  });

  test("supervise gives tasks to workers until the lead finishes; the same task is not done twice", async () => {
    const done: string[] = [];
    const { output } = await run(
      (step) =>
        supervise(step, "s", {
          goal: "Dinner",
          workers: {
            cook: {
              description: "cooks",
              work: async (inner, task) => inner.run("cook", () => (done.push(task), `${task} is ready`)),
            },
            guest: { work: (inner) => inner.run("eat", () => Promise.reject(new Error("not hungry"))) },
          },
        }),
      [
        json({ next: "cook", text: "soup" }),
        json({ next: "cook", text: "soup" }),
        json({ next: "guest", text: "eat" }),
        babble(),
        babble(),
        json({ next: "finish", text: "Dinner is over." }),
      ],
    );
    const { isDone, answer, turns, delegations } = output as {
      [key: string]: unknown;
      delegations: { error: string | null }[];
    };
    assert.deepEqual([isDone, answer, turns], [true, "Dinner is over.", 5]);
    assert.deepEqual(
      delegations.map(({ error }) => error),
      [null, "not hungry"],
    );
    assert.deepEqual(new Set(done), new Set(["soup"]));
  });

  test("handoff passes the matter on with a reason, and nobody gets it back", async () => {
    const to = (next: string): string => json({ next, reason: `for ${next}` });
    const pattern: Pattern = (step) => handoff(step, "h", { prompt: "It is broken", agents });
    const { output, requests } = await run(pattern, ["Hm.", to("tech"), "Try this.", to("billing"), "Free."]);
    const { answer, by, handovers } = output as { [key: string]: unknown; handovers: { from: string; to: string }[] };
    assert.deepEqual([answer, by], ["Free.", "billing"]);
    assert.deepEqual(
      handovers.map(({ from, to: next }) => `${from} → ${next}`),
      ["triage → tech", "tech → billing"],
    );
    // The second decision could not go back, and the third agent had nobody left to ask.
    assert.deepEqual(
      (requests[3] as { format: { properties: { next: { enum: string[] } } } }).format.properties.next.enum,
      ["answer", "billing"],
    );
    const back = await run(pattern, ["Hm.", to("tech"), "Try this.", to("triage"), to("triage")]);
    assert.match((back.output as { unclear: string }).unclear, /does not fit/);
  });
}

function crashTests(open: OpenWork): void {
  test("a crash in the middle of a supervised run goes on there: neither the lead nor a worker is asked again", async () => {
    const model = createScriptedModel({
      answers: [
        json({ next: "cook", text: "soup" }),
        "Soup is ready.",
        { delayMs: forEver },
        json({ next: "finish", text: "Done." }),
      ],
    });
    await using engine = await open({ model });
    const flow = workFlow((step) =>
      supervise(step, "s", { goal: "x", workers: { cook: { agent: { name: "cook", instructions: "Cook." } } } }),
    );
    const run = await acrossCrash(engine, await engine.start(flow), () => model.requests.length === 3);
    assert.equal((run.output as { answer: string }).answer, "Done.");
    assert.equal(model.requests.length, 4);
  });

  test("a crash between two rounds of a vote keeps the ballots that are in", async () => {
    let hasHung = false;
    const model = createScriptedModel({
      answers: ({ options }) => {
        const isThird = options?.seed === 3;
        if (!isThird || hasHung) return json({ choice: "a" });
        hasHung = true;
        return { delayMs: forEver };
      },
    });
    await using engine = await open({ model });
    const flow = workFlow((step) => vote(step, "v", { prompt: "x", choices: ["a", "b"] }));
    const id = await engine.start(flow);
    await until(async () => hasHung && (await engine.store.rows(id)).length === 2);
    await engine.crash();
    const run = await engine.until(id, ...ended);
    assert.deepEqual((run.output as { points: unknown }).points, { a: 3, b: 0 });
    assert.equal(model.requests.length, 4);
  });

  test("a model that cannot be reached is no indecision: the pattern fails with that, and an optional one takes its default", async () => {
    const gone = new TuttiError("model.unreachable", "nobody there");
    await using engine = await open({ model: () => Promise.reject(gone) });
    const flow = (optional: boolean) =>
      workFlow((step) => route(step, "r", { prompt: "x", branches: { a: {}, b: {} }, default: "b", optional }));
    assert.equal(failureOf(await engine.run(flow(false))).code, "model.unreachable");
    const { branch, reason } = (await engine.run(flow(true))).output as Record<string, unknown>;
    assert.deepEqual([branch, reason], ["b", "no model reachable"]);
  });
}
