import type { Check, CheckResult } from "../core/capability.ts";
import { TuttiError } from "../core/error.ts";
import type { ProbeStore } from "./model-store.ts";
import { typedName } from "./operations.ts";
import { contextShortfall } from "./probe/probe.ts";
import { factsOfServers, probeState } from "./probe/fact.ts";
import type { ModelInfo } from "./model-info.ts";
import type { ModelRegistry } from "./registry.ts";

export function modelChecks(registry: ModelRegistry, probes: ProbeStore): Check[] {
  return [
    { group: "Models", name: "model server", run: (signal) => checkServer(registry, signal) },
    { group: "Models", name: "probes", run: (signal) => checkProbes(registry, probes, signal) },
  ];
}

async function checkServer(registry: ModelRegistry, signal: AbortSignal): Promise<CheckResult> {
  const reachable = await registry.reachable("default", signal);
  if (!reachable.ok)
    return { status: "warn", message: `${reachable.reason}; steps that need one will fail`, fix: reachable.hint };
  try {
    const model = await registry.chat("default", signal);
    const models = await registry.list(signal);
    return describe(`${registry.url} has ${models.length} models`, model.name, models);
  } catch (error) {
    const fix = (error instanceof TuttiError && error.hint) || "See the log of the model server.";
    return { status: "warn", message: error instanceof Error ? error.message : String(error), fix };
  }
}

function describe(has: string, model: string, models: readonly ModelInfo[]): CheckResult {
  const [provider = ""] = model.split("/");
  if (model === `${provider}/auto`) return { status: "ok", message: `${has}; each call gets the best (auto)` };
  const listed = models.filter((one) => one.provider === provider).map(({ name }) => `${provider}/${name}`);
  // A provider that lists nothing may have it all the same.
  if (listed.length === 0 || listed.includes(model) || listed.includes(`${model}:latest`))
    return { status: "ok", message: `${has}; the default is ${model}` };
  return {
    status: "warn",
    message: `the default ${model} is not installed; steps that name no model will fail`,
    fix: "Name one of `tutti models list` in models.default, or get it with `tutti models pull`.",
  };
}

/** Looks only at what probes have left: a doctor that asks models takes minutes. */
async function checkProbes(registry: ModelRegistry, probes: ProbeStore, signal: AbortSignal): Promise<CheckResult> {
  try {
    const facts = await factsOfServers(registry, probes);
    const models = (await registry.list(signal)).filter(({ digest }) => digest !== undefined);
    const states = models.map((model) => ({
      name: typedName(model),
      state: probeState(
        facts.filter((one) => one.model === `${model.provider}/${model.name}`),
        model.digest,
      ),
    }));
    return summarise(states);
  } catch (error) {
    if (error instanceof TuttiError) return { status: "off", message: "no model server answers" };
    throw error;
  }
}

function summarise(states: readonly { name: string; state: ReturnType<typeof probeState> }[]): CheckResult {
  const stale = states.filter(({ state }) => state?.isStale).map(({ name }) => name);
  const missing = states.filter(({ state }) => state === null).map(({ name }) => name);
  const short = states.filter(({ state }) => state && !state.isStale && contextShortfall(state.facts) !== null);
  const [first] = [...stale, ...missing];
  const findings = [
    ...(stale.length > 0 ? [`changed since: ${stale.join(", ")}`] : []),
    ...(missing.length > 0 ? [`never probed: ${missing.join(", ")}`] : []),
    ...short.map(({ name }) => `${name} gets less context than asked for`),
  ];
  if (findings.length === 0) return { status: "ok", message: `all ${states.length} models are as they were probed` };
  const message = findings.join("; ");
  if (stale.length === 0 && short.length === 0) return { status: "off", message };
  return { status: "warn", message, fix: `tutti models probe ${first ?? short[0]?.name ?? "default"}` };
}
