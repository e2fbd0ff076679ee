import { AsyncLocalStorage } from "node:async_hooks";
import { seedFrom, sha256 } from "../core/hash.ts";
import { newId } from "../core/id.ts";
import { canonicalJson } from "../core/json.ts";
import { seededRandom, type Random } from "../core/random.ts";
import { TuttiError, type Failure } from "../core/error.ts";
import type { EffectSpec, WaitSpec } from "../core/verb.ts";

/** A part of a run's body with keys, chance and unhandled rejections of its own. */
export class Scope {
  readonly path: string;
  readonly seed: number;
  /** The innermost scope around this one (itself included) that is stored as one row; null outside of any. */
  readonly collapsed: Scope | null;
  /** The scope whose end answers for this one's rejections: the innermost collapsed one, else the body's. */
  readonly answerable: Scope;
  /** The innermost cleanup around this scope, itself included. */
  readonly cleanup: Scope | null;
  /** Set when a cleanup's own deadline has passed: its verbs are refused from then on. */
  isExpired = false;
  readonly unhandled = new Map<Promise<unknown>, unknown>();
  /** What foreign resource the scope's code made, if any: a timer, a socket … */
  foreign: string | null = null;
  #counts: Map<string, number> | undefined;
  #random: Random | undefined;

  constructor(options: {
    path: string;
    seed: number;
    parent: Scope | null;
    isCollapsed: boolean;
    isCleanup?: boolean;
  }) {
    this.path = options.path;
    this.seed = options.seed;
    this.collapsed = options.isCollapsed ? this : (options.parent?.collapsed ?? null);
    this.answerable = options.isCollapsed ? this : (options.parent?.answerable ?? this);
    this.cleanup = options.isCleanup ? this : (options.parent?.cleanup ?? null);
  }

  get isCleanup(): boolean {
    return this.cleanup !== null;
  }

  /** `scope/name#occurrence`; the first occurrence has no number. Fixed at the call, so the order of calls decides. */
  keyFor(name: string): string {
    const base = this.path === "" ? escapeName(name) : `${this.path}/${escapeName(name)}`;
    this.#counts ??= new Map();
    const count = (this.#counts.get(base) ?? 0) + 1;
    this.#counts.set(base, count);
    return count === 1 ? base : `${base}#${count}`;
  }

  /** Seeded by run and scope, so that a scope that is not run again in a replay changes no other's numbers. */
  random(): number {
    this.#random ??= seededRandom(seedFrom(`${this.seed}/${this.path}`));
    return this.#random();
  }

  id(prefix: string): string {
    return newId(prefix, () => this.random());
  }
}

/** Stands in the async context of a running effect, where no verb may be called. */
export class EffectMark {
  readonly key: string;
  constructor(key: string) {
    this.key = key;
  }
}

/** Where the code that runs now belongs: a scope of a body, an effect, or neither. */
export const place = new AsyncLocalStorage<Scope | EffectMark>();

export type Work =
  | { readonly type: "effect"; readonly spec: EffectSpec }
  | { readonly type: "wait"; readonly spec: WaitSpec }
  | {
      readonly type: "scope";
      readonly scope: Scope;
      readonly isPlanned?: boolean | undefined;
      readonly input?: unknown;
    };

/** One call of a verb in a body, from the call until its row is handed out. */
export class VerbCall {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly scope: Scope;
  readonly hash: string | null;
  readonly work: Work;
  /** The planned step that this is an attempt of. Its promise gives the outcome, also a failed one. */
  readonly attemptOf: VerbCall | null;
  /** A successful attempt whose plan has been told of it before it is stored. */
  isOffered = false;
  state: "held" | "started" | "finished" | "withdrawn" = "held";
  /** An opening in the database, which its row replaces. */
  hasOpening = false;
  dueAt: number | null = null;
  startedAt: number | null = null;
  attempts = 0;
  controller: AbortController | undefined;
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;

  constructor(options: {
    key: string;
    kind: string;
    name: string;
    scope: Scope;
    hash: string | null;
    work: Work;
    attemptOf?: VerbCall;
  }) {
    this.attemptOf = options.attemptOf ?? null;
    this.key = options.key;
    this.kind = options.kind;
    this.name = options.name;
    this.scope = options.scope;
    this.hash = options.hash;
    this.work = options.work;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.promise = promise;
    this.resolve = resolve;
    this.reject = reject;
    scopeOfPromise.set(promise, options.scope);
  }

  get isOpen(): boolean {
    return this.state === "held" || this.state === "started";
  }

  get isWaiting(): boolean {
    return this.work.type === "wait" && this.state === "started";
  }

  get isInFlight(): boolean {
    return this.work.type === "effect" && this.state === "started";
  }
}

/** What the body passed to a verb. */
export function inputOf({ work }: VerbCall): unknown {
  return work.type === "scope" ? work.input : work.spec.input;
}

/** Of what the body passed; null where it passed nothing that is compared. */
export function hashOf(input: unknown, key: string): string | null {
  return input === undefined ? null : sha256(canonicalJson(input, `the input of step "${key}"`));
}

const scopeOfPromise = new WeakMap<Promise<unknown>, Scope>();

/** The scope that an unhandled rejection belongs to: by its promise for a verb's own, by context for derived ones. */
export function scopeOfRejection(promise: Promise<unknown>): Scope | undefined {
  const known = scopeOfPromise.get(promise);
  if (known) return known;
  const here = place.getStore();
  return here instanceof Scope ? here : undefined;
}

/** Where a verb may be called: in the body of its own scope, never in an effect or from within a collapsed scope. */
export function misplaced(scope: Scope, name: string): TuttiError | null {
  const here = place.getStore();
  if (here instanceof EffectMark) {
    return outOfPlace(
      `step "${name}" was called inside the effect of step "${here.key}"`,
      "Return from the effect first, then call the step from the flow's body.",
    );
  }
  if (here && here.collapsed !== scope.collapsed) {
    return outOfPlace(
      `step "${name}" of an outer scope was called inside "${here.path}"`,
      "Use the `step` that the callback is handed.",
    );
  }
  return null;
}

export const cancelFailure = (reason: string | null): Failure => ({
  code: "run.cancelled",
  message: reason ? `the run was cancelled: ${reason}` : "the run was cancelled",
});

function outOfPlace(message: string, hint: string): TuttiError {
  return new TuttiError("engine.verb_out_of_place", message, { hint });
}

const longestName = 300;

/** Names stand in keys, where `/`, `#`, `[` and `%` have a meaning. */
function escapeName(name: string): string {
  if (typeof name !== "string" || name === "" || name.length > longestName || name.includes("\u0000")) {
    throw new TuttiError("engine.bad_name", `${JSON.stringify(name)} cannot be a step's name`, {
      hint: `A name is a text of 1 to ${longestName} characters without NUL.`,
    });
  }
  return name.replaceAll(/[%/#[\]]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
}
