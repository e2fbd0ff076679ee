import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { AnyFlow } from "../../src/engine/flow.ts";
import { parseYamlFlow } from "../../src/engine/yaml/yaml-flow.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { acrossCrash, ended, failureOf, readIfThere, until, type OpenWork } from "./work-verbs-case.ts";

let count = 0;

/** A flow of these steps under a name of its own. */
function yaml(text: string): AnyFlow {
  return parseYamlFlow(`name: yaml-${++count}\n${text}`, `yaml-${count}.yaml`);
}

const twice = `
steps:
  - name: items
    set: [a, b]
  - name: write
    map:
      items: \${{ steps.items }}
      concurrency: 1
      steps:
        - name: mark
          shell: [sh, -c, 'echo "$1" >>marks', sh, "\${{ item }}"]
  - name: gate
    waitFor: go
output:
  marks: \${{ size(steps.write) }}
  told: \${{ steps.gate }}
`;

export function yamlFlowTests(open: OpenWork): void {
  resultTests(open);
  lifeTests(open);
  stepKindTests(open);
}

function resultTests(open: OpenWork): void {
  test("values flow from the input through expressions into steps and the output, with their types", async () => {
    await using engine = await open();
    const flow = yaml(`
input: { words: list<string>, times: { type: int, default: 2 } }
steps:
  - name: say
    shell: [printf, "%s\\n", "\${{ input.words }}", "x=\${{ input.times + 1 }}"]
  - name: said
    set: \${{ lines(steps.say.stdout) }}
output:
  said: \${{ steps.said }}
  count: \${{ size(steps.said) * input.times }}
  text: "\${{ steps.say.exitCode }} of \${{ input.words }}"
`);
    const run = await engine.run(flow, { words: ["a b", "$(id)"] });
    assert.deepEqual(run.output, { said: ["a b", "$(id)", "x=3"], count: 6, text: '0 of ["a b","$(id)"]' });
    assert.deepEqual(
      run.steps.map(({ kind, key }) => `${kind} ${key}`),
      ["shell say"],
    );
  });

  test("a text that looks like an expression is one in the file alone, not in an input or an answer", async () => {
    await using engine = await open({ model: createScriptedModel({ answers: ["${{ input.secret }}"] }) });
    const flow = yaml(`input: { secret: string, text: string }
steps:
  - name: ask
    model: "\${{ input.text }}"
  - name: say
    shell: [printf, "%s|%s|%s", "\${{ steps.ask.text }}", "\${{ input.text }}", "$\${{ 1 }}"]
output: \${{ steps.say.stdout }}
`);
    const run = await engine.run(flow, { secret: "s3cret", text: "${{ 1 + 1 }}" });
    assert.equal(run.output, "${{ input.secret }}|${{ 1 + 1 }}|${{ 1 }}");
  });

  test("an expression without a value fails the run at its place, and what was done stays", async () => {
    await using engine = await open();
    const flow = yaml(`steps:
  - name: a
    set: { x: 1 }
  - name: one
    shell: [echo, one]
  - name: b
    shell: [echo, "\${{ steps.a.y }}"]
`);
    const run = await engine.run(flow);
    assert.equal(failureOf(run).code, "flow.expression");
    assert.match(failureOf(run).message, /^yaml-\d+\.yaml:8:24: steps\.a has no "y"; it has: x$/);
    assert.deepEqual(
      run.steps.map(({ key, status }) => `${key} ${status}`),
      ["one succeeded"],
    );
  });

  test("a value that its step does not take fails at its place", async () => {
    await using engine = await open();
    const flow = yaml(`steps:
  - name: a
    set: soon
  - name: nap
    sleep: { for: "\${{ steps.a }}" }
`);
    const { code, message } = failureOf(await engine.run(flow));
    assert.equal(code, "flow.expression");
    assert.match(message, /:6:14: for must be a duration/);
  });
}

function lifeTests(open: OpenWork): void {
  test("a crash goes on behind what is stored: no stored step runs again", async () => {
    await using engine = await open();
    const flow = yaml(twice);
    const id = await engine.start(flow);
    await engine.until(id, "waiting");
    await engine.crash();
    await engine.control.emit("go", { n: 1 });
    const run = await engine.until(id, ...ended);
    assert.deepEqual(run.output, { marks: 2, told: { n: 1 } });
    assert.equal(readIfThere(join(engine.workspace, "marks")), "a\nb\n");
  });

  test("a crash in the middle of a step runs that step again, and the run ends as it would have", async () => {
    await using engine = await open();
    const flow = yaml(`steps:
  - name: first
    shell: [sh, -c, "echo first >>marks"]
  - name: long
    shell: [sh, -c, 'echo long >>marks; [ $(grep -c long marks) -gt 1 ] || sleep 60']
output: \${{ steps.long.exitCode }}
`);
    const marks = (): string => readIfThere(join(engine.workspace, "marks"));
    const run = await acrossCrash(engine, await engine.start(flow), () => marks().includes("long"));
    assert.equal(run.output, 0, JSON.stringify(run.error));
    assert.equal(marks(), "first\nlong\nlong\n");
  });

  test("a cancel ends it, and its cleanup runs", async () => {
    await using engine = await open();
    const flow = yaml(`steps:
  - try:
      - name: gate
        waitFor: never
    catch:
      - name: caught
        shell: [sh, -c, "echo caught >>marks"]
    cleanup:
      - name: tidy
        shell: [sh, -c, "echo tidy >>marks"]
`);
    const id = await engine.start(flow);
    await engine.until(id, "waiting");
    await engine.control.cancel(id, "enough");
    assert.equal((await engine.until(id, ...ended)).status, "cancelled");
    assert.equal(readIfThere(join(engine.workspace, "marks")), "tidy\n");
  });

  test("a pause holds it before its next step, and it goes on when it is resumed", async () => {
    await using engine = await open();
    const flow = yaml(`steps:
  - name: first
    shell: [sh, -c, "echo one >>marks; until [ -e go ]; do sleep 0.01; done"]
  - name: second
    shell: [sh, -c, "echo two >>marks"]
`);
    const id = await engine.start(flow);
    const marks = (): string => readIfThere(join(engine.workspace, "marks"));
    await until(() => marks() === "one\n");
    await engine.control.pause(id);
    writeFileSync(join(engine.workspace, "go"), "");
    await engine.until(id, "paused");
    assert.equal(marks(), "one\n");
    await engine.control.resume(id);
    assert.equal((await engine.until(id, "succeeded", "failed")).status, "succeeded");
    assert.equal(marks(), "one\ntwo\n");
  });

  test("a fork keeps the steps before the named one", async () => {
    await using engine = await open();
    const run = await engine.run(
      yaml(`steps:
  - name: first
    shell: [sh, -c, "echo first >>marks; wc -l <marks"]
  - name: second
    shell: [sh, -c, "echo second >>marks; wc -l <marks"]
output: ["\${{ steps.first.stdout.trim() }}", "\${{ steps.second.stdout.trim() }}"]
`),
    );
    assert.deepEqual(run.output, ["1", "2"]);
    const fork = await engine.until(await engine.control.fork(run.id, "second"), ...ended);
    assert.deepEqual(fork.output, ["1", "3"]);
    assert.equal(readIfThere(join(engine.workspace, "marks")), "first\nsecond\nsecond\n");
  });

  test("a replay does the same behind every step", async () => {
    await using engine = await open();
    const flow = yaml(`steps:
  - parallel:
      a: [{ name: a1, shell: [echo, a] }, { name: a2, shell: [echo, "\${{ steps.a1.stdout.trim() }}2"] }]
      b: [{ name: b1, sleep: 1ms }]
  - name: each
    map: { items: [1, 2, 3], steps: [{ name: s, shell: [echo, "\${{ item * 2 }}"] }] }
  - name: first
    race:
      quick: [{ name: q, shell: [echo, q] }]
      slow: [{ name: w, waitFor: never }]
  - if: \${{ steps.each.exists(e, e.stdout == "6\\n") }}
    then: [{ name: yes, shell: [echo, "yes"] }]
output: ["\${{ steps.a2.stdout }}", "\${{ steps.first.winner }}", "\${{ steps.yes.stdout }}"]
`);
    const run = await engine.run(flow);
    assert.deepEqual(run.output, ["a2\n", "quick", "yes\n"], JSON.stringify(run.error));
    const { differences, storedSteps } = await engine.verify(run.id);
    assert.deepEqual(differences, []);
    assert.ok(storedSteps >= 8);
  });

  for (const [change, wrong] of [
    ["renamed", twice.replace("name: write", "name: wrote").replace("steps.write", "steps.wrote")],
    ["given another value", twice.replace("set: [a, b]", "set: [a, c]")],
    [
      "put behind a new step",
      twice.replace("  - name: write", "  - { name: new, shell: [echo, hi] }\n  - name: write"),
    ],
  ] as const) {
    test(`a step that was ${change} under an open run pauses it as a mismatch, and the old file lets it go on`, async () => {
      await using engine = await open();
      const flow = yaml(twice);
      const id = await engine.start(flow);
      await engine.until(id, "waiting");
      engine.flows.set(flow.name, { ...yaml(wrong), name: flow.name });
      await engine.crash();
      await engine.control.emit("go", 1);
      const paused = await engine.until(id, ...ended);
      assert.deepEqual([paused.status, paused.error?.code], ["paused", "engine.replay_mismatch"]);
      engine.flows.set(flow.name, flow);
      await engine.control.resume(id);
      assert.equal((await engine.until(id, "succeeded", "failed")).status, "succeeded");
    });
  }
}

function stepKindTests(open: OpenWork): void {
  test("model, agent and tool steps ask what the file says, and give what their verbs give", async () => {
    const model = createScriptedModel({ answers: ['{"title":"T","score":3}', "An answer.", "more"] });
    await using engine = await open({ model });
    writeFileSync(join(engine.workspace, "notes.txt"), "hello\n");
    const run = await engine.run(
      yaml(`steps:
  - name: read
    tool: { use: read_file, arguments: { path: notes.txt } }
  - name: judge
    model:
      system: Be brief.
      prompt: "Judge \${{ steps.read.text }}"
      output: { title: string, score: { type: int, minimum: 1 } }
      options: { temperature: 0 }
  - name: ask
    agent: { use: { instructions: You answer. }, prompt: "What of \${{ steps.judge.output.title }}?" }
  - name: short
    model: Say more.
output: ["\${{ steps.judge.output.score + 1 }}", "\${{ steps.ask.text }}", "\${{ steps.short.text }}"]
`),
    );
    assert.deepEqual(run.output, [4, "An answer.", "more"], JSON.stringify(run.error));
    assert.deepEqual(
      model.requests.map(({ messages }) => messages.map(({ role, content }) => `${role}: ${content.split("\n")[0]}`)),
      [["system: Be brief.", "user: Judge hello"], ["system: You answer.", "user: What of T?"], ["user: Say more."]],
    );
    assert.partialDeepStrictEqual(model.requests[0]?.format, { required: ["title", "score"] });
  });

  test("a review shows its payload, and its decision comes back", async () => {
    await using engine = await open();
    const id = await engine.start(
      yaml(`steps:
  - name: ok
    review: { title: Ship it?, payload: { n: "\${{ 1 + 1 }}" } }
output: \${{ steps.ok.payload.n }}
`),
    );
    const [review] = await until(async () => {
      const open = await engine.openReviews(id);
      return open.length > 0 && open;
    });
    assert.deepEqual([review?.title, review?.payload], ["Ship it?", { n: 2 }]);
    await engine.review("review.approve", { id: review?.id ?? "" });
    assert.equal((await engine.until(id, ...ended)).output, 2);
  });

  test("emit, waitFor with a timeout, sleep, and a flow as a child", async () => {
    await using engine = await open();
    const child = yaml('input: { n: int }\nsteps: [{ name: double, set: "${{ input.n * 2 }}" }]');
    engine.flows.set(child.name, child);
    const run = await engine.run(
      yaml(`steps:
  - name: tell
    emit: { event: told, payload: { n: 5 } }
  - name: hear
    waitFor: { event: told, timeout: 10s }
  - name: missed
    waitFor: { event: never, timeout: 1ms }
  - name: nap
    sleep: 1ms
  - name: child
    flow: { use: ${child.name}, input: { n: "\${{ steps.hear.n }}" } }
output: ["\${{ steps.hear.n }}", "\${{ steps.missed }}", "\${{ steps.nap }}", "\${{ steps.child }}"]
`),
    );
    assert.deepEqual(run.output, [5, null, null, 10], JSON.stringify(run.error));
  });

  test("patterns are kinds of steps: their values come from expressions, their results are theirs", async () => {
    const answers = (request: { format?: unknown }): string => {
      const shape = JSON.stringify(request.format ?? "");
      if (shape === '""') return "text";
      if (shape.includes("accepted")) return '{"accepted":true}';
      if (shape.includes("branch")) return '{"branch":"b"}';
      if (shape.includes("tasks")) return '{"tasks":["t"]}';
      if (shape.includes("finish")) return '{"next":"finish","text":"led"}';
      return shape.includes("answer") ? '{"next":"answer"}' : '{"choice":"y"}';
    };
    await using engine = await open({ model: createScriptedModel({ answers }) });
    const run = await engine.run(
      yaml(`input: { word: { type: string, default: hello } }
steps:
  - { name: r, route: { prompt: "\${{ input.word }}", branches: { a: first, b: { steps: [{ name: inner, set: "\${{ input.word }}" }] } } } }
  - { name: v, vote: { prompt: x, choices: "\${{ ['x', 'y'] }}", count: "\${{ 1 + 1 }}" } }
  - { name: f, refine: { prompt: x, criteria: y } }
  - { name: p, plan: { goal: x, agent: { instructions: Do. } } }
  - { name: s, supervise: { goal: x, workers: { one: { agent: { instructions: Do. } } } } }
  - { name: h, handoff: { prompt: x, agents: { one: { agent: { instructions: Do. } }, two: { agent: { instructions: Do. } } } } }
output: ["\${{ steps.r.branch + steps.inner }}", "\${{ steps.v.points.y }}", "\${{ steps.f.text }}", "\${{ steps.p.tasks[0].result }}", "\${{ steps.s.answer }}", "\${{ steps.h.by }}"]
`),
    );
    assert.deepEqual(run.output, ["bhello", 2, "text", "text", "led", "one"], JSON.stringify(run.error));
    assert.deepEqual((await engine.verify(run.id)).differences, []);
  });

  test("a failure is caught with its code and message; without a catch the cleanup runs and the run fails", async () => {
    await using engine = await open();
    const caught = await engine.run(
      yaml(`steps:
  - try:
      - { name: bad, tool: { use: read_file, arguments: { path: missing.txt } } }
    catch:
      - { name: why, set: "\${{ error.code }}" }
output: \${{ steps.why }}
`),
    );
    assert.match(String(caught.output), /^tool\./);
    const failed = await engine.run(
      yaml(`steps:
  - try: [{ name: bad, fail: "it is \${{ 1 + 1 }}" }]
    cleanup: [{ name: tidy, shell: [sh, -c, "echo tidy >>marks"] }]
  - { name: never, shell: [sh, -c, "echo never >>marks"] }
`),
    );
    assert.deepEqual([failed.error?.code, failed.error?.message], ["flow.failed", "it is 2"]);
    assert.equal(readIfThere(join(engine.workspace, "marks")), "tidy\n");
  });

  test("parallel branches are all waited for; the first failure in the file's order is the step's", async () => {
    await using engine = await open();
    const run = await engine.run(
      yaml(`steps:
  - parallel:
      slow: [{ name: nap, shell: [sleep, "0.05"] }, { name: bad1, fail: slow }]
      quick: [{ name: bad2, fail: quick }]
      good: [{ name: mark, shell: [sh, -c, "sleep 0.1; echo good >>marks"] }]
`),
    );
    assert.equal(run.error?.message, "slow");
    assert.equal(readIfThere(join(engine.workspace, "marks")), "good\n");
  });

  test("a condition that is neither true nor false fails, and a step that did not run can be asked for", async () => {
    await using engine = await open();
    const wrong = await engine.run(yaml('steps: [{ if: "${{ 1 }}", then: [{ name: a, set: 1 }] }]'));
    assert.match(failureOf(wrong).message, /the condition gives 1, not true or false/);
    const text = (output: string) => `steps:
  - { if: false, then: [{ name: a, set: 1 }] }
output: ${JSON.stringify(output)}`;
    assert.equal((await engine.run(yaml(text('${{ has(steps.a) ? steps.a : "none" }}')))).output, "none");
    assert.match(failureOf(await engine.run(yaml(text("${{ steps.a }}")))).message, /step "a" has not run here/);
  });
}
