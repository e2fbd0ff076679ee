import { z } from "zod";
import type { Check, CheckResult } from "../../core/capability.ts";
import type { Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import type { ModelRegistry } from "../registry.ts";
import type { ModelServer } from "./server.ts";

const serverInfo = z.object({
  name: z.string().describe("The first part of its models' names."),
  kind: z.enum(["ollama", "openai"]),
  url: z.string(),
  reachable: z.boolean(),
  reason: z.string().nullable().describe("Why it is not reachable, and what to do."),
  loaded: z
    .array(z.string())
    .readonly()
    .describe("Models in its memory, as it tells; of one that does not, as this process knows."),
  inFlight: z.int().describe("Calls of this process that it works on."),
  waiting: z.int().describe("Calls of this process that wait for a place."),
  parallel: z.int().describe("Calls of one model that it is given at once."),
  maxLoaded: z.int().nullable().describe("Models that fit into its memory; null: no limit known."),
  loads: z.int().describe("Calls of this process that loaded a model."),
  swaps: z.int().describe("Loads that another model had to make room for."),
  pausedMs: z.int().describe("It turned calls away as too busy: how long none is sent."),
});

export function listServers(registry: ModelRegistry, clock: Clock): AnyOperation {
  return operation({
    name: "models.servers",
    summary: "Lists the model servers, how they are doing, and the line before each",
    method: "GET",
    // Not below /models, where it would be the model of that name.
    path: "/model-servers",
    role: "viewer",
    effect: "read",
    idempotent: true,
    input: z.strictObject({}),
    output: z.array(serverInfo),
    faces: ["cli", "http", "sdk", "mcp"],
    cli: { examples: ["tutti models servers", "tutti models servers --json"] },
    handle: (_input, { signal }) => Promise.all(registry.servers().map((server) => describe(server, clock, signal))),
  });
}

async function describe(server: ModelServer, clock: Clock, signal: AbortSignal): Promise<z.infer<typeof serverInfo>> {
  const { name, kind, url, queue, health } = server;
  const state = await health.look(signal);
  const resident = state.ok ? await residentAt(server, signal) : [];
  const { maxLoaded, pausedUntil, ...view } = queue.view();
  return {
    name,
    kind,
    url,
    reachable: state.ok,
    reason: state.ok ? null : `${state.reason}. ${state.hint}`,
    ...view,
    loaded: resident ?? view.loaded,
    maxLoaded: Number.isFinite(maxLoaded) ? maxLoaded : null,
    pausedMs: pausedUntil === undefined ? 0 : Math.max(0, Math.round(pausedUntil - clock.now())),
  };
}

/** Null where the server does not tell, or has become unreachable just now. */
async function residentAt({ kind, provider }: ModelServer, signal: AbortSignal): Promise<readonly string[] | null> {
  if (kind !== "ollama" || !provider.list) return null;
  try {
    return (await provider.list(signal)).filter(({ loaded }) => loaded).map(({ name }) => name);
  } catch (error) {
    if (error instanceof TuttiError) return null;
    throw error;
  }
}

/** One check for each server beyond the first, which has its own. */
export function serverChecks(registry: ModelRegistry): Check[] {
  return registry
    .servers()
    .filter(({ name }) => name !== "ollama")
    .map((server) => ({
      group: "Models",
      name: `model server ${server.name}`,
      run: (signal) => checkServer(server, signal),
    }));
}

async function checkServer({ name, url, provider }: ModelServer, signal: AbortSignal): Promise<CheckResult> {
  const state = (await provider.reachable?.(signal)) ?? { ok: true };
  if (state.ok) return { status: "ok", message: `${url} answers` };
  return { status: "warn", message: `${name} at ${url}: ${state.reason}`, fix: state.hint };
}
