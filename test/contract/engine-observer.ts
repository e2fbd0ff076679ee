import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../../src/core/log.ts";
import type { EngineObserver, ObservedEnd, ObservedRun, ObservedStep, ObservedTake } from "../../src/core/observer.ts";
import { fromTraceText, spanIdOf, traceIdOf } from "../../src/core/trace.ts";
import { testFlow, type TestEngine, type TestStep } from "../support/engine.ts";
import { type OpenEngine } from "./engine-case.ts";

/** Who watches hears what was stored, once, and nothing of replays. */
export function observerTests(open: OpenEngine): void {
  test("a run is told when it is taken up, with each of its steps, and when it ends", async () => {
    const heard = listen();
    await using engine = await open({ observer: heard });
    const run = await engine.run(
      testFlow("f", async (step: TestStep) => {
        await step.run("a", () => 1);
        await step.sleep("nap", "1ms");
        return step.map("m", [1], (item, inner) => inner.run("b", () => item));
      }),
    );
    assert.deepEqual(heard.keys(run.id), ["a", "nap", "m[0]/b"]);
    assert.deepEqual(
      heard.ends.map(({ run: { id, flow }, end: { status, failure } }) => ({ id, flow, status, failure })),
      [{ id: run.id, flow: "f", status: "succeeded", failure: null }],
    );
    const [taken] = heard.takes;
    assert.equal(taken?.how.isResumed, false);
    assert.ok((taken?.how.waitedMs ?? -1) >= 0);
    assert.equal(taken?.run.startedAt === null, false);
  });

  test("a failure is told as its code and message, of a step, an attempt and the run", async () => {
    const heard = listen();
    const again = { name: "again", kinds: ["run"], around: twice };
    await using engine = await open({ observer: heard, plan: [again] });
    const run = await engine.run(
      testFlow("f", async (step: TestStep) =>
        step.run("a", () => {
          throw new Error(`broken ${"x".repeat(100_000)}`);
        }),
      ),
    );
    assert.deepEqual(
      heard.steps(run.id).map(({ key, kind, attempts }) => ({ key, kind, attempts })),
      [
        { key: "a/attempt", kind: "attempt", attempts: 1 },
        { key: "a/attempt#2", kind: "attempt", attempts: 2 },
        { key: "a", kind: "run", attempts: 2 },
      ],
    );
    for (const { failure } of [...heard.steps(run.id), ...heard.ends.map(({ end }) => end)]) {
      assert.equal(failure?.code, "step.failed");
      assert.match(failure?.message ?? "", /^broken x/);
    }
  });

  test("a replay tells nothing again, and who takes the run up is told what it goes by", async () => {
    const heard = listen();
    await using engine = await open({ observer: heard });
    const flow = testFlow("f", async (step: TestStep) => {
      await step.run("a", () => 1);
      await step.waitFor("e", { event: "go" });
      await step.run("b", () => 2);
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.control.emit("go", null);
    await engine.until(id, "succeeded");
    assert.deepEqual(heard.keys(id), ["a", "e", "b"]);
    assert.deepEqual(
      heard.takes.map(({ how: { isResumed, stored, untold } }) => ({ isResumed, stored: stored.map(keyOf), untold })),
      [
        { isResumed: false, stored: [], untold: null },
        { isResumed: true, stored: ["a"], untold: null },
      ],
    );
  });

  test("after its worker's death all that is stored is handed over, with what lies in ended scopes", async () => {
    const heard = listen();
    await using engine = await open({ observer: heard });
    const gate = Promise.withResolvers<void>();
    const flow = testFlow("f", async (step: TestStep) => {
      await step.race("r", { one: (inner) => inner.run("a", () => 1) });
      await step.run("slow", () => gate.promise);
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await heard.until(() => heard.keys(id).includes("r"));
    await engine.crash();
    gate.resolve();
    await engine.until(id, "succeeded");
    const last = heard.takes.at(-1)?.how;
    assert.deepEqual([last?.stored.map(keyOf), last?.untold?.map(keyOf)], [["r"], ["r/one/a", "r"]]);
    assert.deepEqual(heard.keys(id), ["r/one/a", "r", "slow"]);
    assert.equal(heard.ends.length, 1);
  });

  test("a cancel tells the waits that it ends, and the run's end; also of a run that was never taken up", async () => {
    const heard = listen();
    await using engine = await open({ observer: heard });
    const flow = testFlow("f", async (step: TestStep) => step.waitFor("e", { event: "never" }), { concurrency: 1 });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.control.cancel(id);
    await engine.until(id, "cancelled");
    assert.deepEqual(
      heard.steps(id).map(({ key, kind, status }) => ({ key, kind, status })),
      [{ key: "e", kind: "waitFor", status: "cancelled" }],
    );
    await engine.control.start({ flow });
    const queued = await engine.control.start({ flow });
    await engine.control.cancel(queued);
    await engine.until(queued, "cancelled");
    assert.deepEqual(heard.endsOf(queued), ["cancelled"]);
    assert.deepEqual(heard.endsOf(id), ["cancelled"]);
  });

  test("a child is told of as a part of its parent's trace, at the step that waits for it", async () => {
    const heard = listen();
    const child = testFlow("child", async (step: TestStep) => step.run("a", () => 1));
    await using engine = await open({ observer: heard, flows: [child] });
    const run = await engine.run(testFlow("f", async (step: TestStep) => step.flow("sub", child, null)));
    const of = heard.takes.map((taken) => taken.run).find(({ flow }) => flow === "child");
    assert.deepEqual(of?.parent, { run: run.id, key: "sub" });
    assert.deepEqual(fromTraceText(of?.trace ?? ""), {
      traceId: traceIdOf(run.id),
      spanId: spanIdOf(run.id, "sub"),
    });
    assert.deepEqual(heard.endsOf(of?.id ?? ""), ["succeeded"]);
    assert.equal(heard.takes.find((taken) => taken.run.id === run.id)?.run.parent, null);
  });

  test("a run keeps the trace that it was started in; a retry begins its own and names its origin", async () => {
    const heard = listen();
    await using engine = await open({ observer: heard });
    const trace = { traceId: "a".repeat(32), spanId: "b".repeat(16), state: "vendor=x" };
    let isBroken = true;
    const flow = testFlow("f", async (step: TestStep) =>
      step.run("a", () => {
        if (isBroken) throw new Error("broken");
      }),
    );
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow, trace });
    await engine.until(id, "failed");
    isBroken = false;
    const again = await engine.control.retry(id);
    await engine.until(again, "succeeded");
    const [first, second] = heard.takes.map((taken) => taken.run);
    assert.deepEqual(fromTraceText(first?.trace ?? ""), trace);
    assert.deepEqual([second?.trace, second?.origin], [null, { run: id, trace: first?.trace }]);
    assert.deepEqual(heard.keys(again), ["a"]);
  });

  test("the log that a step's function is handed says of which run and step it is", async () => {
    const said: unknown[] = [];
    const log = { ...silentLog, info: (event: string, fields?: object) => void said.push([event, fields]) };
    await using engine = await open({ log });
    const run = await engine.run(
      testFlow("f", async (step: TestStep) => step.run("a", ({ log: own }) => own.info("page.read", { pages: 3 }))),
    );
    assert.deepEqual(said, [["page.read", { run: run.id, flow: "f", step: "a", pages: 3 }]]);
  });

  test("what a worker that lost its run would have stored is not told", async () => {
    const heard = listen();
    await using engine = await open({ observer: heard });
    const gate = Promise.withResolvers<void>();
    const flow = testFlow("f", async (step: TestStep) => {
      await step.run("a", () => gate.promise);
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await heard.until(() => heard.takes.length === 1);
    await takeAway(engine, id);
    // It is offered to the same worker again, which takes it up once it has let go.
    await engine.worker.sweep();
    gate.resolve();
    await engine.until(id, "succeeded");
    assert.deepEqual(heard.keys(id), ["a"]);
    assert.deepEqual(heard.endsOf(id), ["succeeded"]);
  });
}

/** Another epoch, as if another worker had had the run in between. */
async function takeAway({ database }: TestEngine, id: string): Promise<void> {
  const sql = "update runs set epoch = epoch + 1, owner = null, status = 'queued' where id = ";
  const place = database.dialect === "sqlite" ? "?" : "$1";
  await database.write([{ sql: sql + place, parameters: [id] }]);
}

const keyOf = ({ key }: ObservedStep): string => key;

const twice = async <Outcome extends { readonly status: string }, Spec>(
  _context: unknown,
  spec: Spec,
  next: (spec: Spec) => Promise<Outcome>,
): Promise<Outcome> => {
  const first = await next(spec);
  return first.status === "failed" ? next(spec) : first;
};

function listen() {
  const takes: { run: ObservedRun; how: ObservedTake }[] = [];
  const stored: { run: ObservedRun; step: ObservedStep }[] = [];
  const ends: { run: ObservedRun; end: ObservedEnd }[] = [];
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const look of Array.from(waiting)) look();
  };
  const observer: EngineObserver = {
    runTaken(run, how) {
      takes.push({ run, how });
      changed();
    },
    stepsStored(run, steps) {
      stored.push(...steps.map((step) => ({ run, step })));
      changed();
    },
    runEnded(run, end) {
      ends.push({ run, end });
      changed();
    },
  };
  const steps = (id: string): ObservedStep[] => stored.filter(({ run }) => run.id === id).map(({ step }) => step);
  return {
    ...observer,
    takes,
    ends,
    steps,
    keys: (id: string) => steps(id).map(keyOf),
    endsOf: (id: string) => ends.filter(({ run }) => run.id === id).map(({ end }) => end.status),
    until: (isSo: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (!isSo()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
