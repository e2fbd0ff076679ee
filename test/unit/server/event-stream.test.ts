import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { TuttiError } from "../../../src/core/error.ts";
import { operation, type AnyOperation } from "../../../src/core/operation.ts";
import { createHttpApp } from "../../../src/server/http.ts";
import { createVirtualClock, settle, type VirtualClock } from "../../support/virtual-clock.ts";
import { madeUpOperations } from "./made-up.ts";

const limits = { mostEvents: 5, mostBytes: 1_000, patienceMs: 2_000, deadMs: 60_000, heartbeatMs: 15_000 };

type Source = (after: number, signal: AbortSignal) => AsyncGenerator<unknown, unknown>;

interface Tail {
  readonly clock: VirtualClock;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  /** The next piece as text; null at the end. */
  readonly read: () => Promise<string | null>;
}

function tailOperation(source: Source): AnyOperation {
  return operation<{ after: number; run?: string | undefined }, unknown, unknown>({
    role: "viewer",
    effect: "read",
    idempotent: true,
    faces: ["http"],
    cli: { examples: ["tutti"] },
    name: "tail",
    summary: "Tails",
    method: "GET",
    path: "/tail",
    input: z.strictObject({ after: z.coerce.number().int().default(0), run: z.string().optional() }),
    output: z.unknown(),
    progress: z.unknown(),
    handle: ({ after }, { signal }) => source(after, signal),
  });
}

async function tail(source: Source, headers: Record<string, string> = {}): Promise<Tail> {
  const clock = createVirtualClock();
  const app = createHttpApp([tailOperation(source)], { caller: "tester", clock, streams: limits });
  const response = await app.request("/api/tail", { headers: { accept: "text/event-stream", ...headers } });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  return {
    clock,
    reader,
    async read() {
      const { value, done } = await reader.read();
      return done ? null : decoder.decode(value, { stream: true });
    },
  };
}

const numbered = (sequence: number): { sequence: number } => ({ sequence });

async function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}

describe("an event stream", () => {
  it("has what the lines have, with numbers where there are some, and the result as its end", async () => {
    const app = createHttpApp(madeUpOperations(), { caller: "tester" });
    const response = await app.request("/api/things/t1/follow", { headers: { accept: "text/event-stream" } });
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(
      await response.text(),
      'data: {"turn":1}\n\ndata: {"turn":"zwei – ü"}\n\nevent: result\ndata: {"id":"t1"}\n\n',
    );
    const { read } = await tail(async function* () {
      yield numbered(7);
      yield { live: { key: "a", type: "token", data: "x\ny" } };
    });
    let text = "";
    for (let piece = await read(); piece !== null; piece = await read()) text += piece;
    assert.equal(
      text,
      'id: 7\ndata: {"sequence":7}\n\ndata: {"live":{"key":"a","type":"token","data":"x\\ny"}}\n\nevent: result\ndata: null\n\n',
    );
  });

  it("ends with the error that its source throws", async () => {
    const { read } = await tail(async function* () {
      yield 1;
      throw new TuttiError("run.missing", "gone");
    });
    const text = `${await read()}${await read()}`;
    assert.match(text, /event: error\ndata: \{"code":"run.missing","message":"gone"/);
    assert.equal(await read(), null);
  });

  it("goes on behind the last event that its reader had", async () => {
    const source: Source = async function* (after) {
      for (const sequence of [1, 2, 3, 4]) if (sequence > after) yield numbered(sequence);
    };
    const { read } = await tail(source, { "last-event-id": "2" });
    const text = `${await read()}${await read()}`;
    assert.match(text, /^id: 3\n[\s\S]*id: 4\n/);
  });

  it("takes no last event that is no number", async () => {
    const app = createHttpApp([tailOperation(async function* () {})], { caller: "tester" });
    const headers = { accept: "text/event-stream", "last-event-id": "x" };
    assert.equal((await app.request("/api/tail", { headers })).status, 400);
  });

  it("beats while nothing happens, and only then", async () => {
    const more = Promise.withResolvers<void>();
    const { read, clock } = await tail(async function* (_after, signal) {
      await more.promise;
      yield 1;
      await untilAborted(signal);
    });
    const first = read();
    await clock.pass(limits.heartbeatMs - 1);
    await clock.pass(1);
    assert.equal(await first, ":\n\n");
    const second = read();
    more.resolve();
    assert.equal(await second, "data: 1\n\n");
    // Nobody reads: one beat waits, not one for each time.
    await clock.pass(10 * limits.heartbeatMs);
    assert.equal(await read(), ":\n\n");
    assert.equal(await read(), ":\n\n");
  });

  it("waits for a reader that catches up, and loses nothing", async () => {
    const { read } = await tail(async function* () {
      for (let sequence = 1; sequence <= 100; sequence++) yield numbered(sequence);
    });
    let text = "";
    for (let piece = await read(); piece !== null; piece = await read()) {
      text += piece;
      await settle();
    }
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    assert.deepEqual(
      ids,
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    assert.ok(!text.includes("resync"));
  });

  it("tells a reader that was too slow how far things are, and goes on from there", async () => {
    const more = Promise.withResolvers<void>();
    const { read, clock } = await tail(async function* () {
      for (let sequence = 1; sequence <= 50; sequence++) yield numbered(sequence);
      await more.promise;
      yield numbered(51);
    });
    await clock.pass(limits.patienceMs);
    const first = await read();
    assert.match(first ?? "", /^id: 1\n/);
    assert.equal(await read(), 'id: 50\nevent: resync\ndata: {"latest":50}\n\n');
    more.resolve();
    assert.equal(await read(), 'id: 51\ndata: {"sequence":51}\n\n');
    assert.equal(await read(), "event: result\ndata: null\n\n");
    assert.equal(await read(), null);
  });

  it("holds no more than it may, in events and in bytes, but one that is larger still", async () => {
    let given = 0;
    const { read, clock } = await tail(async function* () {
      for (; given < 20; given++) yield { text: "x".repeat(400) };
      yield { text: "y".repeat(5_000) };
    });
    await clock.pass(limits.patienceMs - 1);
    // One piece lies ready for the reader; behind it three of 400 bytes are over the limit, and one is in the hand.
    assert.ok(given >= 3 && given <= 6, `${given}`);
    let text = "";
    for (let piece = await read(); piece !== null; piece = await read()) text += piece;
    assert.match(text, /y{5000}/);
    assert.ok(!text.includes("resync"));
  });

  it("is given up with a reader that takes nothing for a minute", async () => {
    let isOver = false;
    const { reader, clock } = await tail(async function* (_after, signal) {
      try {
        for (let sequence = 1; sequence <= 20; sequence++) yield numbered(sequence);
        await untilAborted(signal);
      } finally {
        isOver = signal.aborted;
      }
    });
    await clock.pass(limits.patienceMs);
    await clock.pass(limits.deadMs - 1);
    assert.equal(isOver, false);
    await clock.pass(1);
    await settle();
    assert.equal(isOver, true);
    await assert.rejects(async () => {
      for (;;) if ((await reader.read()).done) return;
    }, /the reader of the events has gone/);
    assert.equal(clock.pending, 0);
  });

  it("leaves nothing behind when its reader goes", async () => {
    let isOver = false;
    const { reader, clock } = await tail(async function* (_after, signal) {
      try {
        for (let sequence = 1; sequence <= 20; sequence++) yield numbered(sequence);
        await untilAborted(signal);
      } finally {
        isOver = true;
      }
    });
    await settle();
    await reader.cancel();
    await settle();
    assert.equal(isOver, true);
    assert.equal(clock.pending, 0);
  });

  it("leaves time for others while it has very much to tell", async () => {
    let given = 0;
    const { reader, clock } = await tail(async function* (_after, signal) {
      while (!signal.aborted) yield numbered(++given);
    });
    await clock.pass(limits.patienceMs);
    const before = given;
    await settle();
    await settle();
    assert.ok(given > before && given < before + 1_000, `${before} and ${given}`);
    await reader.cancel();
  });

  it("answers HEAD without asking its source", async () => {
    let asked = 0;
    const source: Source = async function* () {
      asked++;
      yield 1;
    };
    const response = await createHttpApp([tailOperation(source)], { caller: "tester" }).request("/api/tail", {
      method: "HEAD",
    });
    assert.equal(response.status, 200);
    assert.equal(asked, 0);
  });
});
