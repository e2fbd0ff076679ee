import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import { endProcessGroup } from "../../src/tools/process-group.ts";
import { runProcess } from "../../src/tools/process.ts";
import type { RunProcess } from "../../src/engine/work-ports.ts";
import {
  acrossCrash,
  ended,
  isAlive,
  longShell,
  readIfThere,
  until,
  workFlow,
  written,
  type OpenWork,
} from "./work-verbs-case.ts";

/** Writes down its pid and its child's, then sleeps. */
const family = ["sh", "-c", 'sleep 60 & echo "$$ $!" >pids; wait'];

export function shellEndTests(open: OpenWork): void {
  const pidsOf = async (workspace: string): Promise<number[]> =>
    (await written(join(workspace, "pids"))).split(" ").map(Number);

  test("its timeout ends the whole process group, grandchildren too, and the body may go on", async () => {
    await using engine = await open();
    const run = await engine.run(
      workFlow(async (step) =>
        step.shell("s", family, { timeout: 300 }).catch(({ code, message }: StepError) => `${code}: ${message}`),
      ),
    );
    assert.equal(run.output, "engine.deadline: sh took longer than 300 ms and was ended");
    assert.deepEqual((await pidsOf(engine.workspace)).map(isAlive), [false, false]);
    assert.deepEqual(await engine.tracked(run.id), []);
  });

  test("a cancel ends the whole process group; the step is stored as cancelled", async () => {
    await using engine = await open({ graceMs: 10_000 });
    const flow = workFlow(async (step) => step.shell("s", family));
    const id = await engine.start(flow);
    const pids = await pidsOf(engine.workspace);
    assert.deepEqual(pids.map(isAlive), [true, true]);
    await engine.control.cancel(id, "enough");
    const run = await engine.until(id, ...ended);
    assert.equal(run.status, "cancelled");
    assert.equal(run.steps[0]?.status, "cancelled");
    assert.match(run.steps[0]?.error?.message ?? "", /cancelled: enough/);
    assert.deepEqual(pids.map(isAlive), [false, false]);
    assert.deepEqual(await engine.tracked(run.id), []);
  });

  test("the deadline of its run ends the whole process group", async () => {
    await using engine = await open({ graceMs: 10_000 });
    const run = await engine.run(workFlow(async (step) => step.shell("s", family), { deadline: 400 }));
    assert.equal(run.status, "failed");
    assert.equal(run.error?.code, "engine.deadline");
    assert.deepEqual((await pidsOf(engine.workspace)).map(isAlive), [false, false]);
    assert.deepEqual(await engine.tracked(run.id), []);
  });

  const racing = () =>
    workFlow(async (step) => {
      const { winner } = await step.race("r", {
        slow: (inner) => inner.shell("s", family),
        quick: (inner) => inner.shell("q", ["sh", "-c", "until [ -s pids ]; do sleep 0.01; done"]),
      });
      return winner;
    });

  test("losing a step.race ends it", async () => {
    await using engine = await open();
    assert.equal((await engine.run(racing())).output, "quick");
    const pids = await pidsOf(engine.workspace);
    await until(() => pids.every((pid) => !isAlive(pid)));
  });

  test("losing a step.race leaves no process group remembered", async () => {
    await using engine = await open();
    const run = await engine.run(racing());
    const pids = await pidsOf(engine.workspace);
    await until(() => pids.every((pid) => !isAlive(pid)));
    // The run has ended before its loser has: what is remembered of it goes with its end.
    await until(async () => (await engine.tracked(run.id)).length === 0);
  });

  test("what a dead worker has left running is ended before the step runs again", async (t) => {
    const pids: number[] = [];
    // Nothing stays behind, whatever the test finds: the runner would wait for it.
    t.after(() => Promise.all(pids.map((pid) => endProcessGroup(pid))));
    const aliveAtStart: boolean[] = [];
    // The signal is not handed on: a worker that was killed does not end its children.
    const deaf: RunProcess = ({ signal: _signal, ...request }) =>
      runProcess({
        ...request,
        onStart(pid) {
          aliveAtStart.push(pids.some(isAlive));
          pids.push(pid);
          request.onStart(pid);
        },
      });
    const endings: [number, string][] = [];
    await using engine = await open({
      runProcess: deaf,
      async endProcess(pid, started) {
        endings.push([pid, started]);
        await endProcessGroup(pid, started);
      },
    });
    const id = await engine.start(longShell());
    await pidsOf(engine.workspace);
    const tracked = await until(async () => (await engine.tracked(id))[0]);
    assert.equal(tracked["key"], "m[0]/s");
    const run = await acrossCrash(engine, id, () => readIfThere(join(engine.workspace, "runs")) !== "");
    assert.equal(run.status, "succeeded");
    assert.deepEqual(aliveAtStart, [false, false]);
    assert.deepEqual(endings, [[pids[0], tracked["started"]]]);
    assert.deepEqual((await pidsOf(engine.workspace)).map(isAlive), [false, false]);
    assert.deepEqual(await engine.tracked(id), []);
  });
}
