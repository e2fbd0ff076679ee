import { guardBodies } from "../../src/engine/body-guard.ts";
import { defineFlow, type AnyFlow } from "../../src/engine/flow.ts";
import type { HeldRun } from "../../src/engine/held-run.ts";
import type { RunRow } from "../../src/engine/run-table.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import type { Database } from "../../src/storage/database.ts";
import { openMigrated } from "../support/engine.ts";
import { Cast, type Member, type Setting } from "./cast.ts";
import { History } from "./history.ts";
import { perform, type SimulatedStep, type Stage } from "./interpreter.ts";
import { judge } from "./judge.ts";
import { eventNames, makeProgram, type Program } from "./program.ts";
import { healing } from "./verbs.ts";
import { World } from "./world.ts";

export interface SeedReport {
  readonly seed: number;
  readonly violations: readonly string[];
  /** What happened, for the reader of a failing seed. */
  readonly history: readonly string[];
  readonly runs: number;
  readonly steps: number;
}

/** One database for all seeds: making the tables anew would cost more than a whole history. */
export interface Theatre extends AsyncDisposable {
  play(seed: number): Promise<SeedReport>;
}

export async function openTheatre(): Promise<Theatre> {
  const real = await openMigrated(openSqlite({ path: ":memory:" }));
  const guard = guardBodies();
  return {
    async play(seed) {
      await empty(real);
      return play(seed, real);
    },
    async [Symbol.asyncDispose]() {
      guard[Symbol.dispose]();
      await real[Symbol.asyncDispose]();
    },
  };
}

const mostHappenings = 30_000;
// Longer than any sleep, timeout or deadline of a simulated flow.
const longestWaitMs = 40_000;
const flowNames = ["parent", "middle", "leaf"] as const;

async function play(seed: number, real: Database): Promise<SeedReport> {
  const world = new World(seed);
  const setting = makeSetting(world);
  const programs = makePrograms(world);
  const cast: Cast = new Cast({
    world,
    real,
    setting,
    watcher: { effect: (owner, context, execution) => history.effectStarts(owner, context, execution) },
    flowsFor: (executionOf) => makeFlows(world, programs, (step, what) => history.saw(found(executionOf(step)), what)),
  });
  const history: History = new History({
    world,
    store: cast.store,
    workerId: (owner) => cast.members.find((member) => member.owner === owner)?.worker.id ?? "",
    isUnrepeatable: (_run, key) => /(^|\/)once(#\d+)?$/.test(key),
  });
  world.note(JSON.stringify({ setting, programs: Object.fromEntries(programs) }));
  const steps = await enact({ world, cast, history });
  if (world.violations.length === 0)
    await judge({ world, cast, history, real, flows: cast.options.flowsFor((step) => cast.executions.get(step)) });
  const runs = await cast.store.list({ limit: 1_000 });
  if (world.violations.length > 0) await tellTheEnd(world, cast, runs);
  return { seed, violations: world.violations, history: world.history, runs: runs.length, steps };
}

/** What the database holds in the end, for the reader of a failing seed. */
async function tellTheEnd(world: World, { store }: Cast, runs: readonly RunRow[]): Promise<void> {
  for (const { id, flow, status, owner, epoch, failure, forked_from: from, parent_key: parent } of runs) {
    world.note(`= ${id} ${flow} ${status} owner ${owner} epoch ${epoch} from ${from} parent ${parent} ${failure}`);
    for (const row of await store.rows(id))
      world.note(`    ${row.seq} ${row.key} ${row.kind} ${row.status} ${row.result}`);
    for (const open of await store.openings(id)) {
      world.note(`    open: ${open.key} ${open.kind} ${open.event} settled ${open.settled_at} ${open.status}`);
    }
  }
}

function makeSetting(world: World): Setting {
  const isCluster = world.chance(0.5);
  return {
    isCluster,
    workers: isCluster ? world.between(2, 3) : 1,
    parkAfterMs: world.pick([0, 50, 1_000]),
    concurrency: world.pick([2, 200]),
    fencedStarts: world.chance(0.2),
    plan: world.chance(0.3) ? [healing] : [],
  };
}

function makePrograms({ random }: World): ReadonlyMap<string, Program> {
  return new Map(
    flowNames.map((name, index) => [name, makeProgram({ random, children: flowNames.slice(index + 1) }, 3 - index)]),
  );
}

function makeFlows(
  world: World,
  programs: ReadonlyMap<string, Program>,
  saw: (step: object, what: string) => void,
): ReadonlyMap<string, AnyFlow> {
  let count = 0;
  const define = (name: string, program: Program): AnyFlow =>
    defineFlow<object, unknown, SimulatedStep>({
      name,
      ...(name === "leaf" && world.chance(0.1) ? { concurrency: 1 } : {}),
      run: (step) => {
        const stage: Stage = {
          value: (mayFail) => {
            if (mayFail && world.chance(0.4)) throw new Error("broken");
            return world.between(0, 1_000_000);
          },
          payload: () => world.between(0, 1_000_000_000) * 1_000 + (count++ % 1_000),
          saw: (what) => saw(step, what),
        };
        return perform(program, step, stage);
      },
    });
  return new Map([...programs].map(([name, program]) => [name, define(name, program)]));
}

interface Scene {
  readonly world: World;
  readonly cast: Cast;
  readonly history: History;
}

/** First everything that may happen, in any order; then no more faults until every run has come to its end. */
async function enact(scene: Scene): Promise<number> {
  const { world, cast } = scene;
  for (let count = 0; count < cast.options.setting.workers; count++) cast.start();
  let steps = 0;
  const until = world.between(100, 900);
  for (; steps < until && world.violations.length === 0; steps++) {
    if (world.chance(0.03)) disturb(scene);
    if (!(await world.step()) && !world.passTime()) disturb(scene);
  }
  world.hasFaults = false;
  world.note("no more faults");
  return bringToAnEnd(scene, steps);
}

async function bringToAnEnd(scene: Scene, already: number): Promise<number> {
  const { world, cast } = scene;
  let steps = already;
  let quietSince = world.now;
  for (; steps < mostHappenings && world.violations.length === 0; steps++) {
    if (cast.alive.length === 0 && cast.mayStart) cast.start();
    if (await world.step()) continue;
    const open = await openRuns(cast);
    if (open.length === 0) return steps;
    // Sweeps go on for ever: time in which they find nothing to do is rest.
    const isStuck = !world.passTime() || world.now - quietSince > longestWaitMs;
    if (!isStuck) continue;
    quietSince = world.now;
    await help(scene, open);
  }
  if (world.violations.length === 0) {
    const open = await openRuns(cast);
    world.violate(`never ends: ${open.map(({ id, status }) => `${id} ${status}`).join(", ")}`);
  }
  return steps;
}

async function openRuns({ store }: Cast) {
  const runs = await store.list({ limit: 1_000 });
  return runs.filter(({ status }) => !["succeeded", "failed", "cancelled"].includes(status));
}

/** What people do in the end: answer, tell, resume. */
async function help({ world, cast, history }: Scene, open: Awaited<ReturnType<typeof openRuns>>): Promise<void> {
  const [member] = cast.alive;
  if (!member) return;
  for (const { id, status, failure } of open) {
    if (status === "paused") {
      if (failure?.includes("engine.replay_mismatch")) world.violate(`${id} is paused: ${failure}`);
      history.release(id);
      ask(world, member, `resumes ${id}`, () => member.control.resume(id));
    }
    for (const opening of await cast.store.openings(id)) {
      if (opening.kind === "review") answer(world, member, { run: id, key: opening.key });
    }
  }
  for (const name of eventNames)
    ask(world, member, `emits ${name}`, () => member.control.emit(name, world.between(0, 1_000_000_000) * 1_000 + 999));
}

/** One thing from outside: a request of a person, a death, a process that is taken for dead. */
function disturb(scene: Scene): void {
  const { world, cast } = scene;
  const roll = world.random();
  if (cast.alive.length < cast.options.setting.workers) {
    if (cast.mayStart && world.chance(0.5)) cast.start();
    return;
  }
  const member = world.pick(cast.alive);
  if (roll < 0.12) {
    world.note(`${member.owner}: is killed`);
    cast.die(member.owner);
  } else if (roll < 0.2 && cast.options.setting.isCluster) cutOff(scene, member);
  else if (roll < 0.24) stopGracefully(scene, member);
  else request(scene, member, roll);
}

/** Taken for dead by the others, though it lives; it hears of that some time later. */
function cutOff({ world, cast }: Scene, member: Member): void {
  world.note(`${member.owner}: is cut off`);
  cast.bury(member);
  world.clockFor(member.owner).after(world.between(1, 3_000), () => member.worker.pokeAll());
}

function stopGracefully({ world, cast }: Scene, member: Member): void {
  world.note(`${member.owner}: stops`);
  member.state = "cut off";
  member.worker.stop(world.pick([0, 100, 10_000])).then(
    () => cast.die(member.owner),
    (error: unknown) => world.note(`${member.owner}: ${String(error)}`),
  );
}

function request({ world, cast, history }: Scene, member: Member, roll: number): void {
  const { control } = member;
  if (roll < 0.5)
    return ask(world, member, "starts a run", () =>
      control.start({
        flow: world.pick(flowNames),
        deadline: world.chance(0.1) ? world.between(1, 30_000) : undefined,
      }),
    );
  if (roll < 0.65) {
    const name = world.pick(eventNames);
    return ask(world, member, `emits ${name}`, () => control.emit(name, world.between(0, 1_000_000_000) * 1_000 + 998));
  }
  return ask(world, member, "looks for a run", async () => {
    const runs = await cast.store.list({ limit: 1_000 });
    if (runs.length === 0) return;
    const { id } = world.pick(runs);
    if (roll < 0.75) {
      const opening = (await cast.store.openings(id)).find(({ kind }) => kind === "review");
      if (opening) answer(world, member, { run: id, key: opening.key });
    } else if (roll < 0.8) ask(world, member, `cancels ${id}`, () => control.cancel(id));
    else if (roll < 0.85) ask(world, member, `pauses ${id}`, () => control.pause(id));
    else if (roll < 0.93) {
      history.release(id);
      ask(world, member, `resumes ${id}`, () => control.resume(id));
    } else if (roll < 0.97) {
      const rows = await cast.store.rows(id);
      if (rows.length > 0) ask(world, member, `forks ${id}`, () => control.fork(id, world.pick(rows).key));
    } else ask(world, member, `retries ${id}`, () => control.retry(id));
  });
}

/** A request may be refused, or die with its host: that is told to the person who asked. */
function ask(world: World, { owner }: Member, what: string, act: () => Promise<unknown>): void {
  world.note(`${owner}: ${what}`);
  act().catch((error: unknown) => world.note(`${owner}: ${what}: ${String(error)}`));
}

function answer(world: World, member: Member, { run, key }: { run: string; key: string }): void {
  const result = world.between(0, 1_000_000);
  ask(world, member, `answers ${run} ${key}`, () =>
    member.control.settle({ run, key, outcome: { status: "succeeded", result }, writes: [] }),
  );
}

function found(execution: HeldRun | undefined): HeldRun {
  if (!execution) throw new Error("a step without an execution");
  return execution;
}

async function empty(real: Database): Promise<void> {
  const tables = ["runs", "journal", "openings", "signals", "processes", "events", "blobs"];
  await real.write(tables.map((table) => ({ sql: `delete from ${table}`, parameters: [] })));
}
