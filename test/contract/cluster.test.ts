import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { systemRandom } from "../../src/core/random.ts";
import type { RunRecord } from "../../src/core/step.ts";
import {
  createEngine,
  engineSettings,
  guardBodies,
  noReadPorts,
  type Engine,
  type Worker,
} from "../../src/engine/capability.ts";
import { defineFlow, type AnyFlow } from "../../src/engine/flow.ts";
import { createEventLog, eventMigrations } from "../../src/events/event-log.ts";
import { createLiveEvents } from "../../src/events/live.ts";
import { blobMigrations, tableBlobs } from "../../src/storage/blob.ts";
import { createPayloads } from "../../src/storage/payload.ts";
import { openPostgres } from "../../src/storage/postgres.ts";
import type { TestStep } from "../support/engine.ts";
import { postgresUnavailable } from "../support/postgres.ts";
import { postgresAddress } from "../support/services.ts";

interface Member extends AsyncDisposable {
  readonly engine: Engine;
  readonly worker: Worker | undefined;
}

const url = postgresAddress() ?? "";
const schema = `cluster_${process.pid}`;
const flows = new Map<string, AnyFlow>();

function addFlow(name: string, run: (step: TestStep) => Promise<unknown>, options: Partial<AnyFlow> = {}): AnyFlow {
  const flow = defineFlow<never, unknown, TestStep>({ name, run, ...options });
  flows.set(name, flow);
  return flow;
}

/** A process among those that share the database: its own connections, its own worker or none. */
async function join({ concurrency }: { concurrency: number | null }): Promise<Member> {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await openPostgres({ url, schema, connections: 4 }));
  const engine = stack.use(
    createEngine({
      database,
      payloads: createPayloads(tableBlobs(database)),
      events: createEventLog(database),
      live: createLiveEvents(),
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      settings: engineSettings.parse({}),
      flows: { find: async (name: string) => flows.get(name) ?? null } as never,
      folder: process.cwd(),
      work: {} as never,
      endProcess: async () => undefined,
      processStartTime: () => undefined,
      shared: { url, schema },
      reads: noReadPorts,
    }),
  );
  await database.migrate([
    { room: "engine", migrations: engine.migrations },
    { room: "storage", migrations: blobMigrations },
    { room: "events", migrations: eventMigrations },
  ]);
  if (concurrency === null) return { engine, worker: undefined, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  const worker = engine.createWorker({ concurrency });
  stack.use(await engine.startWorker(worker));
  stack.defer(() => worker.stop(1_000));
  return { engine, worker, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function ended({ store }: Engine, id: string): Promise<RunRecord> {
  for (;;) {
    const run = await store.record(id);
    if (["succeeded", "failed", "cancelled", "paused"].includes(run.status)) return run;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("workers that share a Postgres", { skip: postgresUnavailable(), timeout: 60_000 }, () => {
  let guard: Disposable;
  before(() => {
    guard = guardBodies();
  });
  after(async () => {
    guard[Symbol.dispose]();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`drop schema if exists "${schema}" cascade; drop schema if exists "${schema}_queue" cascade`);
    await client.end();
  });

  test("keep a flow's limit together", async () => {
    await using stack = new AsyncDisposableStack();
    const members: Member[] = [];
    for (let count = 0; count < 3; count++) members.push(stack.use(await join({ concurrency: 10 })));
    let active = 0;
    let most = 0;
    const flow = addFlow(
      "limited",
      async (step) =>
        step.run("a", async () => {
          most = Math.max(most, ++active);
          await new Promise((resolve) => setTimeout(resolve, 30));
          active--;
        }),
      { concurrency: 2 },
    );
    const [first] = members;
    assert.ok(first);
    const ids = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => (await members[index % 3]?.engine.control.start({ flow })) ?? ""),
    );
    for (const id of ids) assert.equal((await ended(first.engine, id)).status, "succeeded");
    assert.equal(most, 2);
  });

  test("hear at once of a run that a process without a worker has started, and of an event it emits", async () => {
    await using stack = new AsyncDisposableStack();
    stack.use(await join({ concurrency: 10 }));
    const { engine } = stack.use(await join({ concurrency: null }));
    const flow = addFlow("told", async (step) => {
      await step.waitFor("go", { event: "cluster go" });
      return step.run("at", () => systemClock.now());
    });
    const delays: number[] = [];
    for (let count = 0; count < 5; count++) {
      const began = systemClock.now();
      const id = await engine.control.start({ flow });
      while ((await engine.store.run(id)).status !== "waiting") await new Promise((resolve) => setTimeout(resolve, 5));
      const emitted = systemClock.now();
      await engine.control.emit("cluster go", null);
      const { output } = await ended(engine, id);
      delays.push(emitted - began, Number(output) - emitted);
    }
    // A sweep finds what was not told after half a second on the average; what is told takes some milliseconds.
    const middle = delays.toSorted((left, right) => left - right)[Math.floor(delays.length / 2)] ?? 0;
    assert.ok(middle < 300, `delays in ms: ${delays.join(", ")}`);
  });

  test("share what one of them wakes while it is full", async () => {
    await using stack = new AsyncDisposableStack();
    const owners = new Set<string>();
    const flow = addFlow("spread", async (step) =>
      step.run("a", () => new Promise((resolve) => setTimeout(resolve, 100))),
    );
    const first = stack.use(await join({ concurrency: 4 }));
    const second = stack.use(await join({ concurrency: 4 }));
    const ids = await Promise.all(Array.from({ length: 8 }, () => first.engine.control.start({ flow })));
    const { store } = second.engine;
    for (let open = ids.length; open > 0;) {
      for (const owner of await store.owners()) owners.add(owner);
      open = (await Promise.all(ids.map((id) => store.run(id)))).filter(({ finished_at: at }) => at === null).length;
    }
    assert.deepEqual(owners, new Set([first.worker?.id, second.worker?.id]));
  });

  test("go on when the server has ended their sessions: the lock and the channels are taken again", async () => {
    await using stack = new AsyncDisposableStack();
    const { worker } = stack.use(await join({ concurrency: 4 }));
    const { engine } = stack.use(await join({ concurrency: null }));
    const gate = Promise.withResolvers<string>();
    let begun = 0;
    const flow = addFlow("kept", async (step) => step.run("a", () => (begun++, gate.promise)));
    const id = await engine.control.start({ flow });
    while (begun === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(await endSessionOf(worker?.id ?? ""), 1);
    while ((await holdersOf(worker?.id ?? "")) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    gate.resolve("once");
    assert.equal((await ended(engine, id)).output, "once");
    assert.equal(begun, 1);
    assert.equal((await ended(engine, await engine.control.start({ flow }))).output, "once");
  });
});

const holders = `from pg_locks where locktype = 'advisory' and granted
  and ((classid::bigint << 32) | objid::bigint) = hashtextextended($1, 0)`;

async function ask(sql: string, worker: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query(sql, [`${schema}/${worker}`]);
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}

const endSessionOf = (worker: string): Promise<number> => ask(`select pg_terminate_backend(pid) ${holders}`, worker);
const holdersOf = (worker: string): Promise<number> => ask(`select pid ${holders}`, worker);
