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
  const { maxLoaded, pausedUntil, calls: _calls, callsDone: _callsDone, ...view } = queue.view();
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

const queueInfo = z.object({
  name: z.string(),
  url: z.string(),
  reachable: z.boolean(),
  resident: z
    .array(
      z.object({
        model: z.string(),
        bytes: z.number().nullable(),
        vramBytes: z.number().nullable(),
        expiresAt: z.number().nullable().describe("When it leaves the memory unless it is used."),
      }),
    )
    .readonly()
    .nullable()
    .describe("What it has in memory; null where it does not tell."),
  calls: z
    .array(
      z.object({
        model: z.string(),
        run: z.string().nullable(),
        waitingMs: z.int().describe("How long it waits, or has waited for its place."),
        runningMs: z.int().nullable().describe("Null while it waits."),
        isRunning: z.boolean(),
      }),
    )
    .readonly()
    .describe("Calls of this process: what runs, then what waits, as they came."),
  parallel: z.int(),
  maxLoaded: z.int().nullable(),
  swaps: z.int(),
  callsDone: z.int(),
  pausedMs: z.int(),
});

/** What each server holds, does and is still to do. */
export function showQueue(registry: ModelRegistry, clock: Clock): AnyOperation {
  return operation({
    name: "models.queue",
    summary: "Shows what the model servers have in memory, and the calls that run and wait",
    method: "GET",
    path: "/models/queue",
    role: "viewer",
    effect: "read",
    idempotent: true,
    input: z.strictObject({}),
    output: z.array(queueInfo),
    faces: ["cli", "http", "sdk", "mcp"],
    cli: { examples: ["tutti models queue", "tutti models queue --json"] },
    handle: (_input, { signal }) => Promise.all(registry.servers().map((server) => queueOf(server, clock, signal))),
  });
}

async function queueOf(server: ModelServer, clock: Clock, signal: AbortSignal): Promise<z.infer<typeof queueInfo>> {
  const { name, url, queue, resident } = server;
  const { calls, parallel, maxLoaded, swaps, callsDone, pausedUntil } = queue.view();
  const held = await resident?.(signal).catch(() => undefined); // A server that does not answer is not reachable.
  const { ok } = resident ? { ok: held !== undefined } : await server.health.look(signal);
  return {
    name,
    url,
    reachable: ok,
    resident:
      held?.map(({ model, bytes = null, vramBytes = null, expiresAt = null }) => ({
        model,
        bytes,
        vramBytes,
        expiresAt,
      })) ?? null,
    calls: calls.map(({ model, run, waitingMs, runningMs }) => ({
      model,
      run,
      waitingMs,
      runningMs,
      isRunning: runningMs !== null,
    })),
    parallel,
    maxLoaded: Number.isFinite(maxLoaded) ? maxLoaded : null,
    swaps,
    callsDone,
    pausedMs: pausedUntil === undefined ? 0 : Math.max(0, Math.round(pausedUntil - clock.now())),
  };
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
