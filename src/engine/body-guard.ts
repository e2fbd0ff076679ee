import { createHook } from "node:async_hooks";
import { TuttiError } from "../core/error.ts";
import { place, Scope, scopeOfRejection } from "./scope.ts";

/** Resources that a drained turn finishes by itself, so a body may make them. */
const harmless = new Set(["PROMISE", "TickObject", "Microtask", "AsyncGenerator", "RANDOMBYTESREQUEST_SYNC"]);

let users = 0;
let remove: (() => void) | undefined;

/**
 * Watches the code of flow bodies for as long as anyone uses the guard: `Date` and `Math.random` there raise
 * `engine.not_deterministic`; a timer, a socket or a file request is noted on its scope; a rejection that nobody handles
 * is noted on its scope and does not end the process.
 */
export function guardBodies(): Disposable {
  if (users++ === 0) remove = install();
  let isReleased = false;
  return {
    [Symbol.dispose]() {
      if (isReleased) return;
      isReleased = true;
      if (--users === 0) remove?.();
    },
  };
}

function install(): () => void {
  const undoGlobals = guardGlobals();
  // Promises are most of all resources and harmless; without this every await would pay for the hook. The types of
  // Node 26 do not know the option yet.
  const options = { trackPromises: false };
  const hook = createHook({
    ...options,
    init(_id, type) {
      if (harmless.has(type)) return;
      const here = place.getStore();
      if (here instanceof Scope) here.answerable.foreign ??= type;
    },
  }).enable();
  process.on("unhandledRejection", noteUnhandled);
  process.on("rejectionHandled", forgetUnhandled);
  return () => {
    hook.disable();
    undoGlobals();
    process.off("unhandledRejection", noteUnhandled);
    process.off("rejectionHandled", forgetUnhandled);
  };
}

const noted = new WeakMap<Promise<unknown>, Scope>();

function noteUnhandled(reason: unknown, promise: Promise<unknown>): void {
  const scope = scopeOfRejection(promise)?.answerable;
  if (scope) {
    scope.unhandled.set(promise, reason);
    noted.set(promise, scope);
    return;
  }
  // Not a flow's: what Node does when nobody listens, unless somebody else does.
  if (process.listenerCount("unhandledRejection") === 1) throw reason;
}

function forgetUnhandled(promise: Promise<unknown>): void {
  noted.get(promise)?.unhandled.delete(promise);
}

function guardGlobals(): () => void {
  const RealDate = globalThis.Date;
  const realRandom = Math.random;
  const GuardedDate = new Proxy(RealDate, {
    construct(target, values, newTarget) {
      if (values.length === 0) refuseInBody("new Date()", "step.now()");
      return Reflect.construct(target, values, newTarget) as object;
    },
    apply(target, self, values) {
      refuseInBody("Date()", "step.now()");
      return Reflect.apply(target, self, values) as unknown;
    },
    get: (target, key) => (key === "now" ? guardedNow : (Reflect.get(target, key) as unknown)),
  });
  const guardedNow = (): number => {
    refuseInBody("Date.now()", "step.now()");
    return RealDate.now();
  };
  globalThis.Date = GuardedDate;
  Math.random = () => {
    refuseInBody("Math.random()", "step.random()");
    return realRandom();
  };
  return () => {
    globalThis.Date = RealDate;
    Math.random = realRandom;
  };
}

function refuseInBody(what: string, instead: string): void {
  if (!(place.getStore() instanceof Scope)) return;
  throw new TuttiError(
    "engine.not_deterministic",
    `${what} in a flow's body gives another value when the run is replayed`,
    {
      hint: `Use ${instead}, or call ${what} inside step.run.`,
    },
  );
}
