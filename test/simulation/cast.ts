import { newWorkerId } from "../../src/core/id.ts";
import { silentLog } from "../../src/core/log.ts";
import type { EffectContext, EffectInterceptor, PlanInterceptor } from "../../src/core/verb.ts";
import { createEffectRunner } from "../../src/engine/effect.ts";
import { createRunControl, type RunControl } from "../../src/engine/engine.ts";
import type { HeldRun } from "../../src/engine/held-run.ts";
import type { AnyFlow } from "../../src/engine/flow.ts";
import { patientDatabase } from "../../src/engine/patience.ts";
import { createRunStatements } from "../../src/engine/run-statement.ts";
import { createRunStore, type RunStore } from "../../src/engine/run-store.ts";
import { createStepFactory } from "../../src/engine/step.ts";
import { Worker } from "../../src/engine/worker.ts";
import { createEventLog } from "../../src/events/event-log.ts";
import { createLiveEvents } from "../../src/events/live.ts";
import { tableBlobs } from "../../src/storage/blob.ts";
import type { Database, Row } from "../../src/storage/database.ts";
import { createPayloads, type Payloads } from "../../src/storage/payload.ts";
import { databaseOf } from "./simulated-database.ts";
import { simulatedVerbs } from "./verbs.ts";
import type { Owner, World } from "./world.ts";

export interface Setting {
  /** Several workers that share a database; else one host with a database of its own. */
  readonly isCluster: boolean;
  readonly workers: number;
  readonly parkAfterMs: number;
  readonly concurrency: number;
  readonly fencedStarts: boolean;
  readonly plan: readonly PlanInterceptor[];
}

export interface Watcher {
  /** A real execution begins. Its promise ends with it. */
  effect(owner: Owner, context: EffectContext, execution: HeldRun | undefined): Promise<void>;
}

export interface Member {
  readonly owner: Owner;
  readonly worker: Worker;
  readonly control: RunControl;
  state: "alive" | "cut off" | "dead";
}

export interface CastOptions {
  readonly world: World;
  readonly real: Database;
  readonly setting: Setting;
  readonly watcher: Watcher;
  flowsFor(executionOf: (step: object) => HeldRun | undefined): ReadonlyMap<string, AnyFlow>;
}

const sweepMs = 1_000;

/** The processes of a world: workers that live, die and are taken for dead, and the people who ask them things. */
export class Cast {
  readonly options: CastOptions;
  readonly members: Member[] = [];
  readonly store: RunStore;
  readonly payloads: Payloads;
  readonly executions = new WeakMap<object, HeldRun>();
  /** The latest execution of a run in a process, by both. */
  readonly #latest = new Map<string, HeldRun>();
  #count = 0;

  constructor(options: CastOptions) {
    this.options = options;
    this.payloads = createPayloads(tableBlobs(options.real));
    this.store = createRunStore(options.real, this.payloads);
  }

  get alive(): Member[] {
    return this.members.filter(({ state }) => state === "alive");
  }

  /** Whether a new process may start: a host of its own database waits for the lock of the one before. */
  get mayStart(): boolean {
    return this.options.setting.isCluster || this.members.every(({ state }) => state === "dead");
  }

  /** A new process; on a database of its own it finds every other one dead. */
  start(): Member {
    const { world, setting } = this.options;
    const owner: Owner = `w${++this.#count}`;
    const member = this.#create(owner);
    this.members.push(member);
    const { worker } = member;
    if (setting.isCluster) {
      this.#supervise(owner, worker.sweep());
      this.#sweepAgain(member);
    } else {
      this.#supervise(
        owner,
        world.happen(owner, "starts", async () => worker.start(await this.store.owners())),
      );
    }
    return member;
  }

  die(owner: Owner): void {
    const member = this.members.find((candidate) => candidate.owner === owner);
    if (!member || member.state === "dead") return;
    member.state = "dead";
    this.options.world.forget(owner);
    if (this.options.setting.isCluster) this.bury(member);
  }

  /** The others see that a worker's lock has fallen: it is dead, or cut off and does not know it. */
  bury({ worker: { id } }: Member): void {
    const { world } = this.options;
    void world.happen("cluster", `buries ${id}`, async () => {
      const [undertaker] = this.alive;
      if (undertaker) this.#supervise(undertaker.owner, undertaker.worker.bury([id]));
      else this.bury({ worker: { id } } as Member);
    });
  }

  #sweepAgain(member: Member): void {
    const { world } = this.options;
    world.clockFor(member.owner).after(sweepMs, () => {
      this.#supervise(member.owner, this.#lookForTheDead(member));
      this.#supervise(member.owner, member.worker.sweep());
      this.#sweepAgain(member);
    });
  }

  async #lookForTheDead({ worker }: Member): Promise<void> {
    const dead = new Set<string>(
      this.members.filter(({ state }) => state === "dead").map((member) => member.worker.id),
    );
    const owners = await this.store.owners();
    await worker.bury(owners.filter((owner) => dead.has(owner)));
  }

  /** What fails in the background is tried again by the next sweep. */
  #supervise(owner: Owner, work: Promise<void>): void {
    work.catch((error: unknown) => this.options.world.note(`${owner}: ${String(error)}`));
  }

  /** A commit has woken runs: the others hear of it, mostly, and its own process too of what it left to whoever is first. */
  #tell(from: Owner, runs: readonly { id: string; status: string }[]): void {
    const { world } = this.options;
    for (const { id, status } of runs) {
      for (const { owner, worker } of this.members.filter(
        (member) => (member.owner !== from || status === "queued") && member.state !== "dead",
      )) {
        if (world.hasFaults && world.chance(0.2)) continue;
        void world.happen(owner, `hears of ${id}`, () => {
          if (status === "queued") void worker.offerById(id);
          else worker.poke(id);
          worker.freed();
        });
      }
    }
  }

  #create(owner: Owner): Member {
    const { world, real, setting, watcher } = this.options;
    const die = (who: Owner): void => this.die(who);
    const database = databaseOf(world, owner, real, { die, isRemote: setting.isCluster });
    const clock = world.clockFor(owner);
    const patient = patientDatabase(database, { clock, log: silentLog });
    const base = {
      payloads: createPayloads(tableBlobs(real)),
      clock,
      random: world.random,
      log: silentLog,
      live: createLiveEvents(),
      statements: createRunStatements(real),
      events: createEventLog(real),
      flows: {
        find: async (name: string) => flows.get(name) ?? null,
      },
      folder: "/nowhere",
    };
    const flows = this.options.flowsFor((step) => this.executions.get(step));
    const woken = (rows: readonly Row[]): void => worker.woken(rows);
    const control = createRunControl({
      ...base,
      database,
      store: createRunStore(database, base.payloads),
      woken,
      reserve: (id, flow) => worker.reserve(id, flow),
    });
    const factory = createStepFactory(simulatedVerbs, setting.plan);
    const worker: Worker = new Worker({
      ...base,
      id: newWorkerId(world.random),
      database: patient,
      store: createRunStore(patient, base.payloads),
      elsewhere: setting.isCluster ? (runs) => this.#tell(owner, runs) : undefined,
      stepFor: (execution, scope) => {
        const step: object = factory(execution, scope);
        this.executions.set(step, execution);
        this.#latest.set(`${owner} ${execution.run.id}`, execution);
        return step as never;
      },
      startChild: control.startChild,
      effects: createEffectRunner([
        watching((context) => watcher.effect(owner, context, this.#latest.get(`${owner} ${context.run}`))),
      ]),
      turn: () => world.happen(owner, "turn", () => undefined),
      waits: new Map(),
      fencedStarts: setting.fencedStarts,
      graceMs: 100,
      parkAfterMs: setting.parkAfterMs,
      concurrency: setting.concurrency,
      endProcess: async () => undefined,
    });
    return { owner, worker, control, state: "alive" };
  }
}

function watching(watch: (context: EffectContext) => Promise<void>): EffectInterceptor {
  return {
    name: "watching",
    async around(context, spec, next) {
      if (spec.kind === "run") await watch(context);
      return next();
    },
  };
}
