import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  createServerQueue,
  type Place,
  type ServerQueue,
  type ServerQueueOptions,
} from "../../../src/models/scheduler.ts";
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

  test("a call that arrives for the loaded model goes first, but not for longer than another's patience", async () => {
    const line = openLine();
    await line.ask("A", "B");
    for (let round = 0; round < 15; round += 1) {
      await line.ask("A");
      await line.clock.pass(1_000);
      await line.end();
    }
    // B came at 0 and is due at 10 s, when A's turn of as long has ended too.
    assert.equal(line.started.indexOf("B"), 10);
  });

  test("with endless work for three models each one's oldest call waits within the bound", async () => {
    const line = openLine();
    const [callMs, models] = [1_000, ["A", "B", "C"]];
    await line.ask(...models.flatMap((model) => Array.from({ length: 60 }, () => model)));
    const startedAt = new Map<string, number>();
    for (let second = 0; second < 60; second += 1) {
      for (const model of line.started) if (!startedAt.has(model)) startedAt.set(model, line.clock.now());
      await work(line, callMs, 1);
    }
    const bound = patienceMs + 2 * (patienceMs + callMs);
    for (const model of models)
      assert.ok((startedAt.get(model) ?? Infinity) <= bound, `${model} ${startedAt.get(model)}`);
    // Turns of ten seconds, not a change at every call.
    assert.ok(line.queue.view().swaps <= 6, `${line.queue.view().swaps} swaps`);
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
    for (let round = 0; round < 12; round += 1) {
      await line.ask("A!5");
      await line.clock.pass(1_000);
      await line.end();
    }
    assert.equal(line.started.indexOf("A!-5"), 10);
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
