import type { PlanInterceptor, Verbs } from "../../src/core/verb.ts";
import type { ScopeHost } from "../../src/engine/step.ts";

/** The verbs of simulated flows beyond the engine's own. */
export const simulatedVerbs: Verbs = {
  group: (host) => (name: string, work: (step: never) => Promise<unknown>) =>
    (host as unknown as ScopeHost).scope("scope", name, undefined, (inner) => work(inner.step)),
  ask: (host) => (name: string) => host.wait({ kind: "review", name, input: { name } }),
};

/** Tries a failed step again, after a pause that is journaled. */
export const healing: PlanInterceptor = {
  name: "healing",
  kinds: ["run"],
  async around(context, spec, next) {
    const first = await next(spec);
    if (first.status !== "failed") return first;
    const dueInMs = 1 + context.random() * 900;
    await context.host.wait({ kind: "sleep", name: "back off", dueInMs, whenDue: { status: "succeeded" } });
    return next(spec);
  },
};
