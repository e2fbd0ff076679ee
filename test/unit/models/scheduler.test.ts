import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  createServerQueue,
  type Place,
  type ServerQueue,
  type ServerQueueOptions,
} from "../../../src/models/scheduler/scheduler.ts";
import { createVirtualClock, settle, type VirtualClock } from "../../support/virtual-clock.ts";

const patienceMs = 10_000;

interface Line {
  readonly queue: ServerQueue;
  readonly clock: VirtualClock;
  /** Who started, in order. */
  readonly started: string[];
  /** Puts calls in; `A` is one for model A, `A!5` one of priority 5. */
  ask(...calls: readonly string[]): Promise<void>;
  /** Ends the oldest call that has started. */
  end(): Promise<void>;
}

function openLine(options: Partial<ServerQueueOptions> = {}): Line {
  const clock = createVirtualClock();
  const queue = createServerQueue({ parallel: 1, maxLoaded: 1, patienceMs, clock, random: () => 1, ...options });
  const places: Place[] = [];
  const started: string[] = [];
  return {
    queue,
    clock,
    started,
    async ask(...calls) {
      for (const call of calls) {
        const [model = "", priority] = call.split("!");
        const entry = { model, priority: Number(priority ?? 0), signal: new AbortController().signal };
        void queue.enter(entry).then((place) => {
          started.push(call);
          places.push(place);
        });
      }
      await settle();
    },
    async end() {
      places.shift()?.leave();
      await settle();
    },
  };
}

/** Ends one call each `callMs`, as long as some are there. */
async function work(line: Line, callMs: number, calls: number): Promise<void> {
  for (let done = 0; done < calls; done += 1) {
    await line.clock.pass(callMs);
    await line.end();
  }
}

describe("the line before a model server", () => {
  test("an empty server takes a call at once, and a second one for the same model when the first has left", async () => {
    const line = openLine();
    await line.ask("A", "A");
    assert.deepEqual(line.started, ["A"]);
    await line.end();
    assert.deepEqual(line.started, ["A", "A"]);
  });

  test("calls for the loaded model go before older ones for another", async () => {
    const line = openLine();
    await line.ask("A", "B", "A", "B", "A");
    await work(line, 100, 4);
    assert.deepEqual(line.started, ["A", "A", "A", "B", "B"]);
    assert.deepEqual([line.queue.view().loads, line.queue.view().swaps], [2, 1]);
  });

  test("calls that arrive for the loaded model go first, until another has been overtaken for its patience", async () => {
    const line = openLine();
    await line.ask("A", "B");
    for (let round = 0; round < 15; round += 1) {
      await line.clock.pass(1_000);
      await line.ask("A");
      await line.end();
    }
    // The first A came with B; ten that came later took a second each.
    assert.equal(line.started.indexOf("B"), 11);
  });

  test("a call is not overtaken by those that came before it, however many they are", async () => {
    const line = openLine();
    await line.ask(...Array.from({ length: 30 }, () => "A"), "B");
    await work(line, 1_000, 31);
    assert.equal(line.started.indexOf("B"), 30);
  });

  test("with endless work for three models nobody is overtaken for longer than the bound", async () => {
    const [callMs, loadMs, models] = [1_000, 500, ["A", "B", "C"]];
    const clock = createVirtualClock();
    const queue = createServerQueue({ parallel: 1, maxLoaded: 1, patienceMs, clock });
    const started: { readonly arrivedAt: number; readonly model: string }[] = [];
    const call = async (model: string): Promise<void> => {
      const arrivedAt = clock.now();
      const place = await queue.enter({ model, signal: new AbortController().signal });
      const isLoad = started.at(-1)?.model !== model;
      started.push({ arrivedAt, model });
      clock.after(callMs + (isLoad ? loadMs : 0), () => {
        place.tookToLoad(isLoad ? loadMs : 1);
        place.leave();
      });
      await settle();
    };
    // Three times what the server can do, for five minutes, and then what is left.
    for (let second = 0; second < 300; second += 1) {
      for (const model of models) void call(model);
      await clock.pass(1_000);
    }
    await clock.pass(1_500_000);
    assert.equal(started.length, 900);
    const overtakenMs = started.map(({ arrivedAt }, at) => {
      const later = started.slice(0, at).filter((other) => other.arrivedAt > arrivedAt);
      return later.length * callMs;
    });
    const turnMs = 9 * loadMs;
    const bound = patienceMs + (models.length - 1) * (turnMs + callMs + loadMs);
    assert.ok(Math.max(...overtakenMs) <= bound, `${Math.max(...overtakenMs)} of ${bound} ms`);
    assert.ok(Math.max(...overtakenMs) > 0, "and yet some were overtaken");
    // In order of arrival it would be two of three calls.
    assert.ok(queue.view().swaps < 200, `${queue.view().swaps} swaps`);
  });

  test("a higher priority goes first, also for a model that is not loaded", async () => {
    const line = openLine();
    await line.ask("A", "A", "A!1", "B!2");
    await work(line, 100, 3);
    assert.deepEqual(line.started, ["A", "B!2", "A!1", "A"]);
  });

  test("a call of low priority that is due goes before a higher one", async () => {
    const line = openLine();
    await line.ask("A", "A!-5");
    for (let round = 0; round < 15; round += 1) {
      await line.clock.pass(1_000);
      await line.ask("A!5");
      await line.end();
    }
    assert.equal(line.started.indexOf("A!-5"), 11);
  });

  test("a model takes as many calls at once as it has slots, and several models are loaded where they fit", async () => {
    const line = openLine({ parallel: 2, maxLoaded: 2 });
    await line.ask("A", "A", "A", "B", "C");
    assert.deepEqual(line.started, ["A", "A", "B"]);
    assert.deepEqual(line.queue.view().loaded, ["A", "B"]);
    await line.end();
    assert.deepEqual(line.started, ["A", "A", "B", "A"]);
    // B is the first without work of its own: C takes its place, not A's.
    await line.end();
    await line.end();
    assert.deepEqual(line.queue.view().loaded, ["A", "C"]);
  });

  test("no other model is loaded while the calls of the loaded one still run", async () => {
    const line = openLine({ parallel: 2 });
    await line.ask("A", "A", "B");
    await line.end();
    assert.deepEqual(line.started, ["A", "A"]);
    await line.end();
    assert.deepEqual(line.started, ["A", "A", "B"]);
  });

  test("an abort leaves the line at once, with the reason, and others move up", async () => {
    const line = openLine();
    await line.ask("A");
    const abort = new AbortController();
    const leaving = line.queue.enter({ model: "A", signal: abort.signal });
    await line.ask("A");
    abort.abort("not wanted");
    await assert.rejects(leaving, { code: "model.aborted", cause: "not wanted" });
    assert.equal(line.queue.view().waiting, 1);
    await line.end();
    assert.deepEqual(line.started, ["A", "A"]);
    await assert.rejects(line.queue.enter({ model: "A", signal: AbortSignal.abort("late") }), { cause: "late" });
  });

  test("a server that turns calls away is left alone for longer each time, then asked by one call", async () => {
    const line = openLine({ parallel: 4 });
    await line.ask("A", "A");
    line.queue.turnedAway();
    line.queue.turnedAway(); // The other call of the same moment.
    await line.end();
    await line.end();
    await line.ask("A", "A");
    await line.clock.pass(249);
    assert.equal(line.started.length, 2);
    await line.clock.pass(1);
    assert.equal(line.started.length, 3);
    line.queue.turnedAway();
    await line.end();
    await line.clock.pass(499);
    assert.equal(line.started.length, 3);
    await line.clock.pass(1);
    assert.equal(line.started.length, 4);
    line.queue.answered();
    await line.end();
    assert.equal(line.queue.isPaused, false);
  });

  test("a pause that ends while the line looks at the clock is not waited out for ever", async () => {
    const clock = createVirtualClock();
    let isEarly = false;
    let wasEarly = false;
    // A timer of whole milliseconds may fire a moment before its time: then the first look says "not yet".
    const early = {
      now: () => {
        const now = clock.now() - (isEarly ? 0.1 : 0);
        isEarly = false;
        return now;
      },
      after: (ms: number, fire: () => void) =>
        clock.after(ms, () => {
          isEarly = !wasEarly;
          wasEarly = true;
          fire();
        }),
    };
    const queue = createServerQueue({ parallel: 1, maxLoaded: 1, patienceMs, clock: early, random: () => 1 });
    queue.turnedAway();
    const place = queue.enter({ model: "A", signal: new AbortController().signal });
    await clock.pass(1_000);
    assert.equal(queue.view().waiting, 0);
    (await place).leave();
  });

  test("shows what runs and what waits, whose it is and for how long", async () => {
    const clock = createVirtualClock();
    const queue = createServerQueue({ parallel: 1, maxLoaded: 1, patienceMs, clock, random: () => 1 });
    const { signal } = new AbortController();
    const first = queue.enter({ model: "A", signal, run: "run_1" });
    const second = queue.enter({ model: "A", signal });
    await clock.pass(40);
    assert.deepEqual(queue.view().calls, [
      { model: "A", run: "run_1", waitingMs: 0, runningMs: 40 },
      { model: "A", run: null, waitingMs: 40, runningMs: null },
    ]);
    (await first).leave();
    (await second).leave();
    assert.deepEqual([queue.view().calls, queue.view().callsDone], [[], 2]);
  });

  test("nothing is left behind when all have gone: no timer, no place", async () => {
    const line = openLine();
    await line.ask("A", "B");
    await work(line, 100, 2);
    assert.equal(line.clock.pending, 0);
    assert.deepEqual([line.queue.view().waiting, line.queue.view().inFlight], [0, 0]);
  });
});

describe("what a server has in memory", () => {
  test("a model that another program has loaded needs no load", async () => {
    const line = openLine({ maxLoaded: 3, resident: async () => ["A", "B", "D"].map((model) => ({ model })) });
    await line.ask("A", "D");
    assert.deepEqual(line.queue.view().loaded, ["A", "D", "B"]);
    await line.ask("B");
    assert.deepEqual([line.started, line.queue.view().loads], [["A", "D", "B"], 2]);
  });

  test("a server that pushes a model out before its time is seen to hold fewer than it should", async () => {
    let resident = [{ model: "A", expiresAt: 300_000 }]; // B is not there yet.
    const line = openLine({ maxLoaded: 3, resident: async () => resident });
    await line.ask("A", "B");
    await line.clock.pass(1);
    await line.end();
    await line.end();
    assert.equal(line.queue.view().maxLoaded, 3);
    resident = [{ model: "B", expiresAt: 300_000 }];
    await line.clock.pass(3_000);
    await line.ask("A");
    await line.clock.pass(1);
    assert.equal(line.queue.view().maxLoaded, 1);
  });

  test("a model with more calls waiting is kept for longer, and no longer than the server's default afterwards", async () => {
    const clock = createVirtualClock();
    const queue = createServerQueue({ parallel: 1, maxLoaded: 2, patienceMs, clock });
    const enter = (): Promise<Place> => queue.enter({ model: "A", signal: new AbortController().signal });
    const calls = [enter(), enter(), enter()];
    const keeps: Place["keeps"][] = [];
    for (const call of calls) {
      const place = await call;
      keeps.push(place.keeps);
      place.leave();
    }
    // The first has its place before the others came.
    assert.deepEqual(keeps, [undefined, "longer", "default"]);
  });

  test("a server that cannot tell what it holds stops nobody", async () => {
    const line = openLine({ resident: () => Promise.reject(new Error("no such route")) });
    await line.ask("A", "B");
    await work(line, 100, 2);
    assert.deepEqual(line.started, ["A", "B"]);
  });
});
