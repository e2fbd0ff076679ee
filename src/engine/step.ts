import { toMs, type Duration } from "../core/duration.ts";
import { TuttiError, toFailure, type Failure } from "../core/error.ts";
import { withFields, type Log } from "../core/log.ts";
import type {
  EffectContext,
  EffectOutcome,
  EffectSpec,
  PlanInterceptor,
  VerbHost,
  Verbs,
  WaitSpec,
} from "../core/verb.ts";
import type { HeldRun } from "./held-run.ts";
import type { AnyFlow, Flow } from "./flow.ts";
import { ringFor, runPlan } from "./plan.ts";
import { hashOf, misplaced, place, Scope, VerbCall, type Work } from "./scope.ts";

/** What the closure of `step.run` may look at. */
export interface RunContext extends Pick<EffectContext, "key" | "signal" | "attempt" | "folder"> {
  /** What is told here is kept with the run and the step, and found by them. */
  readonly log: Log;
}

export interface RunOptions {
  /** What the closure depends on: stored, and compared on replay. */
  readonly input?: unknown;
  readonly timeout?: Duration;
  /** After a crash in the middle: run again (default), pause the run and ask, or fail the step. */
  readonly onInterrupted?: "repeat" | "ask" | "fail";
}

/** The verbs that the engine itself gives to a flow's body. */
export interface EngineVerbs<Step> {
  run<Result>(
    name: string,
    work: (context: RunContext) => Result | Promise<Result>,
    options?: RunOptions,
  ): Promise<Result>;
  /** Works on every item, at most `concurrency` at once (default 10); the results keep the items' order. */
  map<Item, Result>(
    name: string,
    items: readonly Item[],
    work: (item: Item, step: Step, index: number) => Promise<Result>,
    options?: { concurrency?: number },
  ): Promise<Result[]>;
  sleep(name: string, duration: Duration): Promise<void>;
  /** The payload of the event; null once the timeout has passed. */
  waitFor<Payload = unknown>(name: string, options: { event: string; timeout?: Duration }): Promise<Payload | null>;
  emit(name: string, event: { name: string; payload?: unknown }): Promise<void>;
  flow<Input, Output>(name: string, flow: Flow<Input, Output> | string, input: Input): Promise<Output>;
  /** The first branch to settle wins; the others are withdrawn. */
  race<Branches extends Record<string, (step: Step) => Promise<unknown>>>(
    name: string,
    branches: Branches,
  ): Promise<
    { [Winner in keyof Branches]: { winner: Winner; value: Awaited<ReturnType<Branches[Winner]>> } }[keyof Branches]
  >;
  /** Runs as usual, and also after a cancel; `deadline` (default 30 s) counts from then. */
  cleanup<Result>(work: (step: Step) => Promise<Result>, options?: { deadline?: Duration }): Promise<Result>;
  /** When the last result was handed out, epoch milliseconds: the same in every replay. */
  now(): number;
  random(): number;
  id(prefix?: string): string;
  /** `max` in new runs, 0 in runs that had passed this place before the call was added. */
  version(name: string, max: number): Promise<number>;
}

const defaultConcurrency = 10;
const defaultCleanup = "30s";

/** Makes `step` objects: one class an engine, so that a scope costs one small object. */
export function createStepFactory(
  verbs: Verbs,
  plan: readonly PlanInterceptor[] = [],
): (execution: HeldRun, scope: Scope) => never {
  class BoundStep extends BaseStep {}
  for (const [name, create] of Object.entries(verbs)) {
    Object.defineProperty(BoundStep.prototype, name, {
      get(this: BaseStep) {
        return create(this.host);
      },
    });
  }
  // `never` fits the step type of every flow; which verbs there are is known to app.ts alone.
  return (execution, scope) => new BoundStep(execution, scope, plan) as never;
}

class BaseStep {
  readonly #execution: HeldRun;
  readonly #scope: Scope;
  readonly #plan: readonly PlanInterceptor[];

  constructor(execution: HeldRun, scope: Scope, plan: readonly PlanInterceptor[]) {
    this.#execution = execution;
    this.#scope = scope;
    this.#plan = plan;
  }

  get host(): VerbHost & ScopeHost {
    return {
      effect: (spec) => this.#effect(spec),
      wait: (spec) => this.#wait(spec),
      scope: (kind, name, input, work) =>
        this.#rejecting(() => this.#collapsed({ key: this.#scope.keyFor(name), kind, name, input }, work)),
    };
  }

  run(name: string, work: (context: RunContext) => unknown, options: RunOptions = {}): Promise<unknown> {
    const { input, timeout, onInterrupted } = options;
    return this.#effect({
      kind: "run",
      name,
      input,
      ...(timeout === undefined ? {} : { timeoutMs: toMs(timeout) }),
      ...(onInterrupted === undefined ? {} : { onInterrupted }),
      perform: async ({ run, flow, key, signal, attempt, folder }) => {
        const log = withFields(this.#execution.ports.log, { run, flow, step: key });
        return { status: "succeeded", result: await work({ key, signal, attempt, folder, log }) };
      },
    });
  }

  async map(
    name: string,
    items: readonly unknown[],
    work: (item: unknown, step: never, index: number) => Promise<unknown>,
    options: { concurrency?: number } = {},
  ): Promise<unknown[]> {
    const path = this.#scope.keyFor(name);
    const results: unknown[] = Array.from({ length: items.length });
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let index = next++; index < items.length; index = next++) {
        results[index] = await this.#inside(`${path}[${index}]`, (step) => work(items[index], step, index));
      }
    };
    try {
      const lanes = Math.min(Math.max(1, options.concurrency ?? defaultConcurrency), items.length);
      await Promise.all(Array.from({ length: lanes }, lane));
    } finally {
      next = items.length; // a failed item stops the lanes from taking new ones
    }
    return results;
  }

  sleep(name: string, duration: Duration): Promise<unknown> {
    const dueInMs = toMs(duration);
    return this.#wait({ kind: "sleep", name, input: { ms: dueInMs }, dueInMs, whenDue: { status: "succeeded" } });
  }

  waitFor(name: string, { event, timeout }: { event: string; timeout?: Duration }): Promise<unknown> {
    return this.#wait({
      kind: "waitFor",
      name,
      input: { event },
      event,
      ...(timeout === undefined ? {} : { dueInMs: toMs(timeout) }),
    });
  }

  emit(name: string, event: { name: string; payload?: unknown }): Promise<unknown> {
    const { statements, payloads, clock, events } = this.#execution.ports;
    return this.#effect({
      kind: "emit",
      name,
      input: event,
      perform: async ({ run }) => {
        const payload = await payloads.store(event.payload, `the payload of event "${event.name}"`);
        const at = clock.now();
        const told = events.append({ type: event.name, subject: run, at, data: event.payload });
        return {
          status: "succeeded",
          writes: [
            told,
            statements.putSignal({ name: event.name, payload, at }),
            ...statements.matchSignal(event.name, at),
          ],
        };
      },
    });
  }

  flow(name: string, flow: AnyFlow | string, input: unknown): Promise<unknown> {
    return this.#execution.ports.startChild(this.host, name, flow, input);
  }

  race(name: string, branches: Record<string, (step: never) => Promise<unknown>>): Promise<unknown> {
    return this.host.scope("race", name, undefined, (inner) => {
      const racing = Object.entries(branches).map(async ([winner, work]) => {
        const value = await inner.branch(winner, work);
        return { winner, value };
      });
      return Promise.race(racing);
    });
  }

  async cleanup(work: (step: never) => Promise<unknown>, options: { deadline?: Duration } = {}): Promise<unknown> {
    const path = this.#scope.keyFor("cleanup");
    const scope = this.#child(path, { isCleanup: true });
    return this.#execution.cancellation.cleanup(scope, toMs(options.deadline ?? defaultCleanup), () =>
      this.#enter(scope, work),
    );
  }

  now(): number {
    return this.#execution.now;
  }

  random(): number {
    return this.#scope.random();
  }

  id(prefix = "id"): string {
    return this.#scope.id(prefix);
  }

  version(name: string, max: number): Promise<unknown> {
    const spec: EffectSpec = { kind: "version", name, perform: async () => ({ status: "succeeded", result: max }) };
    return this.#keyed("version", name, undefined, { type: "effect", spec });
  }

  #effect(spec: EffectSpec): Promise<unknown> {
    const { kind, name, input } = spec;
    const ring = ringFor(this.#plan, kind);
    if (ring.length === 0) return this.#keyed(kind, name, input, { type: "effect", spec });
    return this.#planned(ring, spec);
  }

  /** A step with a plan around it is a scope that is stored as the step's own row. */
  #planned(ring: readonly PlanInterceptor[], spec: EffectSpec): Promise<unknown> {
    const { kind, name, input } = spec;
    return this.#rejecting(() => {
      const key = this.#scope.keyFor(name);
      // It was cut off while no plan stood around it: it ends as it began.
      const isBegun = this.#execution.openings.has(key);
      if (isBegun) return this.#call({ key, kind, name, input, work: { type: "effect", spec } });
      return this.#collapsed({ key, kind, name, input, isPlanned: true }, async (_inner, call, scope) => {
        const { host } = new BaseStep(this.#execution, scope, []);
        return new ScopeOutcome(await runPlan(ring, { execution: this.#execution, call, scope, spec, host }));
      });
    });
  }

  #wait(spec: WaitSpec): Promise<unknown> {
    return this.#keyed(spec.kind, spec.name, spec.input, { type: "wait", spec });
  }

  #keyed(kind: string, name: string, input: unknown, work: Work): Promise<unknown> {
    return this.#rejecting(() => this.#call({ key: this.#scope.keyFor(name), kind, name, input, work }));
  }

  /** A verb never throws: what is wrong with its call is a rejection. */
  #rejecting(call: () => Promise<unknown>): Promise<unknown> {
    try {
      return call();
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new TypeError(String(error)));
    }
  }

  #call({ key, kind, name, input, work }: NewCall): Promise<unknown> {
    this.#mustBeInPlace(name);
    const hash = hashOf(input, key);
    return this.#execution.call(new VerbCall({ key, kind, name, scope: this.#scope, hash, work }));
  }

  #mustBeInPlace(name: string): void {
    const wrong = misplaced(this.#scope, name);
    if (!wrong) return;
    this.#execution.misplaced(toFailure(wrong, "engine.verb_out_of_place"));
    throw wrong;
  }

  /** A scope that is stored as one row; its inside runs only where that row is not there yet. */
  #collapsed({ key, kind, name, input, isPlanned }: NewScope, work: ScopeWork): Promise<unknown> {
    this.#mustBeInPlace(name);
    const scope = new Scope({ path: key, seed: this.#execution.run.seed, parent: this.#scope, isCollapsed: true });
    const call = new VerbCall({
      key,
      kind,
      name,
      scope: this.#scope,
      hash: hashOf(input, key),
      work: { type: "scope", scope, isPlanned, input },
    });
    const isStored = this.#execution.isStored(key);
    const promise = this.#execution.call(call);
    if (!isStored && call.state === "started") this.#runInside(call, scope, work);
    return promise;
  }

  #runInside(call: VerbCall, scope: Scope, work: ScopeWork): void {
    const inner: InnerScope = {
      step: this.#execution.ports.stepFor(this.#execution, scope),
      branch: (name, branch) => this.#enter(this.#child(scope.keyFor(name), { parent: scope }), branch),
    };
    call.startedAt = this.#execution.ports.clock.now();
    if (!(call.work.type === "scope" && call.work.isPlanned)) call.attempts = 1;
    place
      .run(scope, async () => work(inner, call, scope))
      .then(
        (result) => this.#execution.scopeEnded(call, asOutcome(result)),
        (error: unknown) => this.#execution.scopeEnded(call, { status: "failed", failure: scopeFailure(error) }),
      );
  }

  #inside(path: string, work: (step: never) => Promise<unknown>): Promise<unknown> {
    return this.#enter(this.#child(path, {}), work);
  }

  #child(path: string, options: { parent?: Scope; isCleanup?: boolean }): Scope {
    return new Scope({ seed: this.#execution.run.seed, parent: this.#scope, isCollapsed: false, ...options, path });
  }

  #enter<Result>(scope: Scope, work: (step: never) => Promise<Result>): Promise<Result> {
    return place.run(scope, async () => work(this.#execution.ports.stepFor(this.#execution, scope)));
  }
}

interface NewScope {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly input: unknown;
  readonly isPlanned?: boolean;
}

interface NewCall extends Omit<NewScope, "isPlanned"> {
  readonly work: Work;
}

type ScopeWork = (inner: InnerScope, call: VerbCall, scope: Scope) => Promise<unknown>;

/** The inside of a collapsed scope. */
export interface InnerScope {
  readonly step: never;
  branch<Result>(name: string, work: (step: never) => Promise<Result>): Promise<Result>;
}

/** What the engine's own verbs have beyond those of capabilities: scopes that are stored as one row. */
export interface ScopeHost {
  scope(kind: string, name: string, input: unknown, work: (inner: InnerScope) => Promise<unknown>): Promise<unknown>;
}

/** A scope's function may hand back a whole outcome, with usage, instead of a plain result. */
export class ScopeOutcome {
  readonly outcome: EffectOutcome;
  constructor(outcome: EffectOutcome) {
    this.outcome = outcome;
  }
}

function asOutcome(result: unknown): EffectOutcome {
  return result instanceof ScopeOutcome ? result.outcome : { status: "succeeded", result };
}

function scopeFailure(error: unknown): Failure {
  return toFailure(
    error instanceof Error ? error : new TuttiError("step.failed", `threw ${String(error)}, which is not an Error`),
    "step.failed",
  );
}

/** `step` for a flow's author, from the interfaces of the capabilities: see index.ts. */
export type StepOf<CapabilityVerbs> = CapabilityVerbs & EngineVerbs<StepOf<CapabilityVerbs>>;
