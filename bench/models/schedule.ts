import type { Random } from "../../src/core/random.ts";
import { seededRandom } from "../../src/core/random.ts";
import { createVirtualClock, type VirtualClock } from "../../test/support/virtual-clock.ts";
import { threeModels, type Role } from "./flow.ts";
import { firstCome, oursWith, strictAffinity, type Line, type Order } from "./line.ts";
import { tableOf, type ModelsBench, type Report } from "./section.ts";

/**
 * Seconds: what a load and a call take, least and most, even between. About a machine with one graphics card of 24 GB and
 * an SSD: a planner of 14 B, an explorer of 4 B, a coder of 30 B. Between two calls of a run its tools work.
 */
const costs: Readonly<Record<Role, { readonly load: Range; readonly call: Range }>> = {
  planner: { load: [6, 9], call: [6, 14] },
  explorer: { load: [2, 4], call: [2, 6] },
  coder: { load: [12, 18], call: [8, 24] },
};
const toolSeconds: Range = [0.2, 3];
// The product's default.
const simulatedPatienceMs = 30_000;
const ours = oursWith(simulatedPatienceMs);

type Range = readonly [least: number, most: number];

interface Scenario {
  readonly name: string;
  /** Runs of the three-model flow. */
  readonly runs: number;
  /** Minutes within which they begin, at random; 0: all at once. */
  readonly within: number;
  /** Runs that ask the explorer again and again, for as long as the others are at work or this many seconds. */
  readonly stream?: { readonly runs: number; readonly seconds: number };
}

const scenarios: readonly Scenario[] = [
  { name: "1 run", runs: 1, within: 0 },
  { name: "4 runs within 4 min", runs: 4, within: 4 },
  { name: "16 runs within 16 min", runs: 16, within: 16 },
  { name: "64 runs within 64 min", runs: 64, within: 64 },
  { name: "16 runs at once", runs: 16, within: 0 },
  { name: "4 runs beside 6 that only explore for an hour", runs: 4, within: 4, stream: { runs: 6, seconds: 3_600 } },
];

interface Outcome {
  readonly scenario: string;
  readonly order: string;
  readonly calls: number;
  readonly swaps: number;
  readonly swapsPer100: number;
  /** Until the last run of the three-model flow has ended. */
  readonly wallSeconds: number;
  readonly longestWaitSeconds: number;
  readonly p95WaitSeconds: number;
}

/** The product's own queue and two others, on a clock that is moved by hand, with the same seeded work for all. */
export async function measureSchedule({ seed, isQuick }: ModelsBench): Promise<Report> {
  const orders = [firstCome, strictAffinity, ours];
  const outcomes: Outcome[] = [];
  for (const scenario of isQuick ? scenarios.slice(0, 3) : scenarios) {
    for (const order of orders) outcomes.push(await simulate(scenario, order, seed));
  }
  const rows = outcomes.map((outcome) => [
    outcome.scenario,
    outcome.order,
    String(outcome.calls),
    outcome.swapsPer100.toFixed(1),
    minutes(outcome.wallSeconds),
    minutes(outcome.longestWaitSeconds),
    minutes(outcome.p95WaitSeconds),
  ]);
  const header = [
    "simulated",
    "order",
    "calls",
    "swaps / 100 calls",
    "wall clock, min",
    "longest wait, min",
    "p95 wait, min",
  ];
  const notes = [
    "One server that holds one model and works on one call at a time. A run is planner, 3 × explorer, 2 × coder, planner,",
    "2 × explorer, 2 × coder, planner. Seconds, even between least and most: load 6–9, 2–4, 12–18; call 6–14, 2–6, 8–24;",
    `tools between calls 0.2–3. Patience ${simulatedPatienceMs / 1_000} s. Wall clock: until the last three-model run has ended.`,
  ];
  return {
    title: "Order of calls, simulated",
    text: [tableOf([header, ...rows]), "", ...notes].join("\n"),
    data: outcomes,
  };
}

interface World {
  readonly clock: VirtualClock;
  readonly line: Line;
  readonly waits: number[];
  loaded: Role | undefined;
  swaps: number;
  calls: number;
}

async function simulate(scenario: Scenario, order: Order, seed: number): Promise<Outcome> {
  const clock = createVirtualClock();
  const world: World = { clock, line: order.open(clock), waits: [], loaded: undefined, swaps: 0, calls: 0 };
  let [open, endedAt] = [scenario.runs, 0];
  for (let run = 0; run < scenario.runs; run += 1) {
    // A run's work is the same whatever the order: its chance is its own.
    const random = seededRandom(seed * 1_000 + run);
    const begin = sleep(clock, scenario.within * 60_000 * random());
    void begin
      .then(() => workOn(world, threeModels, random))
      .then(() => {
        open -= 1;
        endedAt = clock.now();
      });
  }
  const { runs = 0, seconds = 0 } = scenario.stream ?? {};
  for (let run = 0; run < runs; run += 1) {
    void explore(world, seededRandom(seed * 1_000 + 500 + run), seconds * 1_000);
  }
  while (open > 0) await clock.pass(1_000);
  const waits = world.waits.toSorted((left, right) => left - right);
  return {
    scenario: scenario.name,
    order: order.name,
    calls: world.calls,
    swaps: world.swaps,
    swapsPer100: (100 * world.swaps) / world.calls,
    wallSeconds: endedAt / 1_000,
    longestWaitSeconds: (waits.at(-1) ?? 0) / 1_000,
    p95WaitSeconds: (waits[Math.floor(waits.length * 0.95)] ?? 0) / 1_000,
  };
}

async function workOn(world: World, roles: readonly Role[], random: Random): Promise<void> {
  for (const role of roles) {
    await callOnce(world, role, random);
    await sleep(world.clock, within(toolSeconds, random));
  }
}

async function explore(world: World, random: Random, untilMs: number): Promise<void> {
  while (world.clock.now() < untilMs) await workOn(world, ["explorer"], random);
}

async function callOnce(world: World, role: Role, random: Random): Promise<void> {
  const { clock } = world;
  const askedAt = clock.now();
  // Drawn before the order has its say, so that all orders get the same work.
  const [loadMs, callMs] = [within(costs[role].load, random), within(costs[role].call, random)];
  const leave = await world.line.enter(role);
  world.waits.push(clock.now() - askedAt);
  world.calls += 1;
  const isLoad = world.loaded !== role;
  if (isLoad) {
    if (world.loaded !== undefined) world.swaps += 1;
    world.loaded = role;
    await sleep(clock, loadMs);
  }
  await sleep(clock, callMs);
  leave(isLoad ? loadMs : 0);
}

/** Milliseconds. */
function within([least, most]: Range, random: Random): number {
  return 1_000 * (least + (most - least) * random());
}

function sleep(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}

function minutes(seconds: number): string {
  return (seconds / 60).toFixed(1);
}
