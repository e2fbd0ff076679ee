import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../src/core/clock.ts";
import type { Job } from "../../src/core/job.ts";
import { silentLog } from "../../src/core/log.ts";
import { startJobs } from "../../src/engine/job-runner.ts";
import { createJobStore, jobCheck } from "../../src/engine/job-store.ts";
import type { OpenEngine } from "./engine-case.ts";

const hour = 3_600_000;

/** A clock that stands until it is moved. */
function handClock(): Clock & { move(ms: number): Promise<void> } {
  let now = 1_000_000;
  let timers: { at: number; fire: () => void }[] = [];
  return {
    now: () => now,
    after(delayMs, fire) {
      const timer = { at: now + delayMs, fire };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
    async move(ms) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { fire } of due) fire();
    },
  };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}

export function jobTests(open: OpenEngine): void {
  const setUp = async () => {
    const engine = await open();
    await engine.database.write([{ sql: "delete from jobs", parameters: [] }]);
    const clock = handClock();
    const ports = { database: engine.database, store: createJobStore(engine.database), clock, log: silentLog };
    let runs = 0;
    const job: Job = { name: "count", every: "1h", run: async () => void runs++ };
    return { engine, clock, ports, job, count: () => runs };
  };
  const armed = async (ports: { store: ReturnType<typeof createJobStore> }, at: number): Promise<void> =>
    until(async () => (await ports.store.dueTimes()).get("count") === at);

  test("a job runs each time it is due, and not before", async () => {
    const { engine, clock, ports, job, count } = await setUp();
    await using stack = new AsyncDisposableStack();
    stack.use(engine);
    stack.use(await startJobs([job], ports));
    await clock.move(hour - 1);
    assert.equal(count(), 0);
    await clock.move(1);
    await until(() => count() === 1);
    await armed(ports, clock.now() + hour);
    await clock.move(hour);
    // Its timer may be set only now.
    await until(async () => {
      await clock.move(0);
      return count() === 2;
    });
  });

  test("a new host keeps the due time of the one before", async () => {
    const { engine, clock, ports, job, count } = await setUp();
    await using stack = new AsyncDisposableStack();
    stack.use(engine);
    await (await startJobs([job], ports))[Symbol.asyncDispose]();
    await clock.move(hour - 1);
    stack.use(await startJobs([job], ports));
    assert.equal(count(), 0);
    await clock.move(1);
    await until(() => count() === 1);
  });

  test("a job that is also for the start runs before the host looks for work, whenever it is due", async () => {
    const { engine, ports, job, count } = await setUp();
    await using stack = new AsyncDisposableStack();
    stack.use(engine);
    stack.use(await startJobs([{ ...job, atStart: true }], ports));
    assert.equal(count(), 1);
    stack.use(await startJobs([{ ...job, atStart: true }], ports));
    assert.equal(count(), 2);
  });

  test("of two hosts that share a database one runs each turn", async () => {
    const { engine, clock, ports, job, count } = await setUp();
    await using stack = new AsyncDisposableStack();
    stack.use(engine);
    stack.use(await startJobs([job], ports));
    stack.use(await startJobs([job], ports));
    await clock.move(hour);
    await until(() => count() > 0);
    await armed(ports, clock.now() + hour);
    assert.equal(count(), 1);
  });

  test("a job that fails is told by the doctor and tried again at its next turn", async () => {
    const { engine, clock, ports } = await setUp();
    await using stack = new AsyncDisposableStack();
    stack.use(engine);
    let isBroken = true;
    const job: Job = { name: "count", every: "1h", run: async () => assert.ok(!isBroken, "the disk is on fire") };
    stack.use(await startJobs([job], ports));
    const check = async () => jobCheck(ports.store).run(new AbortController().signal);
    await clock.move(hour);
    await until(async () => (await check()).status === "warn");
    assert.match((await check()).message, /count: the disk is on fire/);
    isBroken = false;
    await armed(ports, clock.now() + hour);
    await until(async () => {
      await clock.move(hour);
      return (await check()).status === "ok";
    });
  });

  test("a job that runs is told to stop, and waited for", async () => {
    const { engine, clock, ports } = await setUp();
    await using stack = new AsyncDisposableStack();
    stack.use(engine);
    const told: string[] = [];
    const job: Job = {
      name: "count",
      every: "1h",
      run: (signal) =>
        new Promise((resolve) => {
          told.push("began");
          signal.addEventListener("abort", () => {
            told.push("stopped");
            resolve();
          });
        }),
    };
    const jobs = await startJobs([job], ports);
    await clock.move(hour);
    await until(() => told.length === 1);
    await jobs[Symbol.asyncDispose]();
    assert.deepEqual(told, ["began", "stopped"]);
  });
}
