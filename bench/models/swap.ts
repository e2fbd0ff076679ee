import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../src/core/random.ts";
import { createModelRegistry } from "../../src/models/registry.ts";
import type { ChatModel } from "../../src/models/chat-model.ts";
import { threeModels, type Role } from "./flow.ts";
import { benchParameters, post } from "./ollama.ts";
import { tableOf, type ModelsBench, type Report } from "./section.ts";

const roles: readonly Role[] = ["planner", "explorer", "coder"];

interface Outcome {
  readonly order: string;
  readonly runs: number;
  readonly calls: number;
  readonly swaps: number;
  readonly wallMs: number;
  readonly longestWaitMs: number;
}

/**
 * The three-model flow on a real Ollama that may hold one model (OLLAMA_MAX_LOADED_MODELS=1): the calls as they come, in the
 * server's own order, and behind our line. The three are tiny-chat with another name inside, so that the server takes them
 * for different ones; a copy under another name shares the first one's memory.
 */
export async function measureSwaps({ ollama, isQuick, say }: ModelsBench): Promise<Report> {
  const title = "Order of calls, on a real Ollama";
  if (ollama === undefined) return { title, text: "Left out: TUTTI_BENCH_OLLAMA names no server.", data: null };
  const made: string[] = [];
  try {
    for (const role of roles) made.push(await makeModel(ollama, role));
    if (!(await holdsOne(ollama))) {
      return {
        title,
        text: `Left out: ${ollama} holds more than one model; start it with OLLAMA_MAX_LOADED_MODELS=1.`,
        data: null,
      };
    }
    const outcomes: Outcome[] = [];
    for (const runs of isQuick ? [2] : [4, 16, 48]) {
      for (const order of ["the server's own", "loaded model first, no ageing", "Tutti"] as const) {
        say(`${runs} runs, ${order}`);
        outcomes.push(await measure(ollama, order, runs));
      }
    }
    return { title, text: textOf(outcomes), data: outcomes };
  } finally {
    for (const model of made) await post(ollama, "/api/delete", { model }, "DELETE");
  }
}

function textOf(outcomes: readonly Outcome[]): string {
  const header = ["real", "order", "calls", "swaps / 100 calls", "wall clock, s", "longest wait, s"];
  const rows = outcomes.map(({ order, runs, calls, swaps, wallMs, longestWaitMs }) => [
    `${runs} run${runs === 1 ? "" : "s"}`,
    order,
    String(calls),
    ((100 * swaps) / calls).toFixed(1),
    (wallMs / 1_000).toFixed(1),
    (longestWaitMs / 1_000).toFixed(1),
  ]);
  const note = `Half of the same flow, begun at another place by each run; 16 tokens a call, tools of 0–60 ms in between, the same for each order. A swap is an answer by another model than the one before it. Wait: from asking to the first token.`;
  return [tableOf([header, ...rows]), "", note].join("\n");
}

async function measure(
  ollama: string,
  order: "the server's own" | "loaded model first, no ageing" | "Tutti",
  runs: number,
): Promise<Outcome> {
  const isOurs = order !== "the server's own";
  const registry = createModelRegistry({
    ollamaUrl: ollama,
    numCtx: 512,
    maxLoaded: isOurs ? 1 : 1_000,
    parallel: isOurs ? 1 : 1_000,
    patienceMs: order === "Tutti" ? 30_000 : 86_400_000,
  });
  const models = new Map<Role, ChatModel>();
  for (const role of roles) models.set(role, await registry.chat(modelOf(role)));
  const seen: Seen = { calls: 0, swaps: 0, longestWaitMs: 0, last: undefined };
  const began = performance.now();
  await Promise.all(Array.from({ length: runs }, (_, run) => workOn(models, run, seen)));
  const { calls, swaps, longestWaitMs } = seen;
  return { order, runs, calls, swaps, longestWaitMs, wallMs: performance.now() - began };
}

interface Seen {
  calls: number;
  swaps: number;
  longestWaitMs: number;
  /** Who answered last: the server holds one model and works on one call at a time, so this is its order. */
  last: Role | undefined;
}

async function workOn(models: ReadonlyMap<Role, ChatModel>, run: number, seen: Seen): Promise<void> {
  const random = seededRandom(run);
  for (const [index, role] of rolesFrom(run).entries()) {
    const model = models.get(role);
    if (!model) throw new Error(`no model for ${role}`);
    const askedAt = performance.now();
    let waitedMs: number | undefined;
    await model.chat(
      {
        messages: [{ role: "user", content: `run ${run}, step ${index}` }],
        options: { maxTokens: 16, seed: run, temperature: 1 },
      },
      { signal: new AbortController().signal, onChunk: () => void (waitedMs ??= performance.now() - askedAt) },
    );
    seen.calls += 1;
    if (seen.last !== undefined && seen.last !== role) seen.swaps += 1;
    seen.last = role;
    seen.longestWaitMs = Math.max(seen.longestWaitMs, waitedMs ?? performance.now() - askedAt);
    await delay(60 * random());
  }
}

/** Half of the flow, begun at another place by each run: as runs are that did not start together. */
function rolesFrom(run: number): readonly Role[] {
  const half = threeModels.slice(0, threeModels.length / 2);
  const at = run % half.length;
  return [...half.slice(at), ...half.slice(0, at)];
}

function modelOf(role: Role): string {
  return `tutti-bench-${role}`;
}

/** tiny-chat with another name in its file: other bytes, so another model to the server. */
async function makeModel(ollama: string, role: Role): Promise<string> {
  const model = modelOf(role);
  const shown = (await post(ollama, "/api/show", { model: "tiny-chat" })) as { modelfile: string; template: string };
  const path = /^FROM (.*)$/m.exec(shown.modelfile)?.[1];
  if (path === undefined) throw new Error(`${ollama} does not tell where tiny-chat lies`);
  const bytes = Buffer.from(await readFile(path));
  const at = bytes.indexOf("tiny-chat");
  bytes.write(role.padEnd(9, "-").slice(0, 9), at, "latin1");
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const stored = await fetch(`${ollama}/api/blobs/${digest}`, { method: "POST", body: bytes });
  if (!stored.ok) throw new Error(`the file of ${model} was not taken: ${stored.status}`);
  const { template } = shown;
  const files = { [`${role}.gguf`]: digest };
  await post(ollama, "/api/create", { model, files, template, parameters: benchParameters, stream: false });
  return model;
}

/** Loads two and looks whether both stay. */
async function holdsOne(ollama: string): Promise<boolean> {
  for (const role of roles.slice(0, 2)) await post(ollama, "/api/generate", { model: modelOf(role), stream: false });
  const { models } = (await (await fetch(`${ollama}/api/ps`)).json()) as { models: unknown[] };
  return models.length === 1;
}
