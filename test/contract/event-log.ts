import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { systemClock } from "../../src/core/clock.ts";
import type { AnyOperation } from "../../src/core/operation.ts";
import { createEvents, type Events } from "../../src/events/capability.ts";
import type { TuttiEvent } from "../../src/events/event.ts";
import type { TailEvent } from "../../src/events/tail.ts";
import type { Database } from "../../src/storage/database.ts";

/** What the room of events promises on any database. */
export function eventContract(
  name: string,
  open: () => Promise<Database>,
  options: { readonly skip?: string | false } = {},
): void {
  describe(`events on ${name}`, options, () => {
    const disposables: AsyncDisposable[] = [];
    after(async () => {
      for (const one of disposables) await one[Symbol.asyncDispose]();
    });
    const make = async (): Promise<Events> => {
      const database = await open();
      disposables.push(database);
      return roomOn(database);
    };
    listing(make);
    following(make);
  });
}

/** A room as a process of its own has it. */
export async function roomOn(database: Database): Promise<Events> {
  const events = createEvents({ database, clock: systemClock });
  await database.migrate([{ room: "events", migrations: events.migrations }]);
  return events;
}

function listing(make: () => Promise<Events>): void {
  it("lists the newest where nothing is said, and goes on from a number, in the order of storing", async () => {
    const events = await make();
    await store(events, ["one", "two", "three", "four"]);
    assert.deepEqual(typesOf(await list(events, { limit: 2 })), ["three", "four"]);
    const [first] = await list(events, { after: 0, limit: 1 });
    assert.ok(first);
    assert.deepEqual(typesOf(await list(events, { after: first.sequence, limit: 2 })), ["two", "three"]);
  });

  it("lists by what it is about and by types, whole or by their beginning", async () => {
    const events = await make();
    await store(events, ["tutti.run.created", "tutti.step.finished", "deployed"], "run_1");
    await store(events, ["tutti.run.created"], "run_2");
    assert.deepEqual(typesOf(await list(events, { subject: "run_2" })), ["tutti.run.created"]);
    const some = await list(events, { subject: "run_1", type: "tutti.run.*, deployed" });
    assert.deepEqual(typesOf(some), ["tutti.run.created", "deployed"]);
  });

  it("gives an event in the words of CloudEvents", async () => {
    const events = await make();
    const { log, database } = events;
    await database.write([log.append({ type: "deployed", subject: "outside", at: 1_000, data: { version: 2 } })]);
    const [event] = await list(events, {});
    assert.ok(event);
    const { sequence } = event;
    assert.deepEqual(event, {
      specversion: "1.0",
      id: String(sequence),
      source: "/tutti",
      type: "deployed",
      subject: "outside",
      time: "1970-01-01T00:00:01.000Z",
      sequence,
      data: { version: 2 },
    });
  });
}

function following(make: () => Promise<Events>): void {
  it("tells what is stored from a number on, and then what comes", async () => {
    const events = await make();
    await store(events, ["one", "two"]);
    const [first] = await list(events, { after: 0, limit: 1 });
    using tail = follow(events, { after: first?.sequence });
    assert.deepEqual(await tail.types(1), ["two"]);
    await store(events, ["three"]);
    assert.deepEqual(await tail.types(1), ["three"]);
  });

  it("begins with the number that it goes on from, where none was given", async () => {
    const events = await make();
    await store(events, ["one"]);
    const [one] = await list(events, {});
    using tail = follow(events, {});
    const [began] = await tail.take(1);
    assert.ok(began && "sequence" in began);
    assert.equal(began.type, "tutti.tail.began");
    assert.equal(began.sequence, one?.sequence);
    await store(events, ["two"]);
    assert.deepEqual(await tail.types(1), ["two"]);
  });

  it("tells a follower that is far behind everything, though more came than is held in memory", async () => {
    const events = await make();
    using quick = follow(events, {});
    using slow = follow(events, {});
    await quick.take(1);
    await slow.take(1);
    const names = Array.from({ length: 2_500 }, (_none, index) => `number-${index}`);
    for (let from = 0; from < names.length; from += 500) {
      await store(events, names.slice(from, from + 500));
      assert.deepEqual(await quick.types(500), names.slice(from, from + 500));
    }
    assert.deepEqual(await slow.types(names.length), names);
  });

  it("tells of types and of one subject alone, and also what a run says live, which has no number", async () => {
    const events = await make();
    using tail = follow(events, { subject: "run_1", types: "tutti.step.*", run: "run_1" });
    await tail.take(1);
    await store(events, ["tutti.step.finished"], "run_2");
    await store(events, ["tutti.run.created"], "run_1");
    events.live.publish({ run: "run_2", type: "live", key: "draft", data: { content: "no" } });
    events.live.publish({ run: "run_1", type: "live", key: "draft", data: { content: "Dear" } });
    assert.deepEqual(await tail.take(1), [{ live: { key: "draft", type: "live", data: { content: "Dear" } } }]);
    await store(events, ["tutti.step.finished"], "run_1");
    const [stored] = await tail.take(1);
    assert.ok(stored && "subject" in stored);
    assert.equal(stored.subject, "run_1");
  });

  it("ends with its caller, also while nothing comes", async () => {
    const events = await make();
    const tail = follow(events, {});
    await tail.take(1);
    const next = tail.generator.next();
    tail[Symbol.dispose]();
    const { done, value } = await next;
    assert.equal(done, true);
    assert.deepEqual(Object.keys(value), ["latest"]);
  });
}

export async function store({ log, database }: Events, types: readonly string[], subject = "run_1"): Promise<void> {
  await database.write(types.map((type) => log.append({ type, subject, at: 0 })));
}

export async function list({ operations }: Events, input: object): Promise<TuttiEvent[]> {
  return (await call(operations, "event.list", input, new AbortController().signal)) as TuttiEvent[];
}

export interface Following extends Disposable {
  readonly generator: AsyncGenerator<TailEvent, { latest: number }>;
  take(count: number): Promise<TailEvent[]>;
  types(count: number): Promise<string[]>;
}

export function follow({ operations }: Events, input: object): Following {
  const left = new AbortController();
  const generator = call(operations, "event.tail", input, left.signal) as Following["generator"];
  const take = async (count: number): Promise<TailEvent[]> => {
    const taken: TailEvent[] = [];
    while (taken.length < count) {
      const { done, value } = await generator.next();
      assert.ok(!done, "the tail has ended");
      taken.push(value);
    }
    return taken;
  };
  return {
    generator,
    take,
    types: async (count) => typesOf((await take(count)) as TuttiEvent[]),
    [Symbol.dispose]: () => left.abort(),
  };
}

export function typesOf(events: readonly TuttiEvent[]): string[] {
  return events.map(({ type }) => type);
}

function call(operations: readonly AnyOperation[], name: string, input: object, signal: AbortSignal): unknown {
  const found = operations.find((operation) => operation.name === name);
  assert.ok(found, `no operation ${name}`);
  return found.handle(found.input.parse(input) as never, { signal, caller: "test" });
}
