import { createOllama } from "ai-sdk-ollama";
import { streamText } from "ai";
import { Ollama } from "ollama";
import { createModelRegistry } from "../../src/models/registry.ts";
import { median, tableOf, type ModelsBench, type Report } from "./section.ts";

/** One way to the same answer of the same server. */
interface Client {
  readonly name: string;
  /** Streams an answer to its end and tells how many pieces came. */
  call(tokens: number): Promise<number>;
}

const model = "tiny-chat";
const prompt = "Tell me a long story.";
const [shortTokens, longTokens] = [1, 201];
const numCtx = 512;

/**
 * What a client adds to a call, beside others in the same rounds on the same real server. A call of one token is nearly all
 * overhead; what 200 more tokens add, divided by 200, is the price of a token. The floor is `fetch` that counts bytes.
 */
export async function measureOverhead({ ollama, isQuick, say }: ModelsBench): Promise<Report> {
  const title = "Overhead of a call, beside other clients";
  if (ollama === undefined) return { title, text: "Left out: TUTTI_BENCH_OLLAMA names no server.", data: null };
  const clients = await openClients(ollama);
  const rounds = isQuick ? 10 : 200;
  const shortMs = new Map(clients.map(({ name }) => [name, [] as number[]]));
  const longMs = new Map(clients.map(({ name }) => [name, [] as number[]]));
  const cpuMs = new Map(clients.map(({ name }) => [name, [] as number[]]));
  for (let round = -5; round < rounds; round += 1) {
    if (round % 50 === 0) say(`round ${round}`);
    // Every round begins with another client, so that none has always the same one before it.
    for (const client of rotated(clients, Math.max(0, round))) {
      const short = await timed(() => client.call(shortTokens));
      const long = await timed(() => client.call(longTokens));
      if (round < 0) continue; // The first rounds load code and model.
      shortMs.get(client.name)?.push(short.wallMs);
      longMs.get(client.name)?.push(long.wallMs);
      cpuMs.get(client.name)?.push(long.cpuMs);
    }
  }
  return reportOf(title, { clients, shortMs, longMs, cpuMs, rounds });
}

interface Measured {
  readonly clients: readonly Client[];
  readonly shortMs: ReadonlyMap<string, readonly number[]>;
  readonly longMs: ReadonlyMap<string, readonly number[]>;
  readonly cpuMs: ReadonlyMap<string, readonly number[]>;
  readonly rounds: number;
}

function reportOf(title: string, { clients, shortMs, longMs, cpuMs, rounds }: Measured): Report {
  const data = clients.map(({ name }) => {
    const [short, long] = [median(shortMs.get(name) ?? []), median(longMs.get(name) ?? [])];
    const cpu = median(cpuMs.get(name) ?? []);
    return {
      name,
      shortMs: short,
      longMs: long,
      perTokenUs: (1_000 * (long - short)) / (longTokens - shortTokens),
      cpuMs: cpu,
    };
  });
  const floor = data[0];
  const rows = data.map(({ name, shortMs: short, longMs: long, perTokenUs, cpuMs: cpu }) => [
    name,
    short.toFixed(2),
    (short - (floor?.shortMs ?? 0)).toFixed(2),
    long.toFixed(1),
    (perTokenUs - (floor?.perTokenUs ?? 0)).toFixed(0),
    cpu.toFixed(1),
    (cpu - (floor?.cpuMs ?? 0)).toFixed(1),
  ]);
  const header = [
    "",
    "1 token, ms",
    "added, ms",
    "201 tokens, ms",
    "added a token, µs",
    "CPU of 201 tokens, ms",
    "added, ms",
  ];
  const note = `Median of ${rounds} rounds with ${model}; added: beyond the floor, a fetch that only counts bytes. CPU: of this process alone, the server's is not in it, and moved less by what else the machine does.`;
  return { title, text: [tableOf([header, ...rows]), "", note].join("\n"), data };
}

async function openClients(ollama: string): Promise<Client[]> {
  const registry = createModelRegistry({ ollamaUrl: ollama, numCtx });
  const ours = await registry.chat(model);
  const official = new Ollama({ host: ollama });
  const sdk = createOllama({ baseURL: ollama });
  const messages = [{ role: "user" as const, content: prompt }];
  return [
    { name: "fetch, bytes counted (floor)", call: (tokens) => bare(ollama, tokens) },
    {
      name: "Tutti (line, deadlines, checks)",
      async call(tokens) {
        let pieces = 0;
        const onChunk = (): void => void (pieces += 1);
        const options = { maxTokens: tokens, seed: 1, temperature: 0 };
        await ours.chat({ messages, options }, { signal: new AbortController().signal, onChunk });
        return pieces;
      },
    },
    {
      name: "ollama 0.6.4",
      async call(tokens) {
        let pieces = 0;
        const options = { num_ctx: numCtx, num_predict: tokens, seed: 1, temperature: 0 };
        // eslint-disable-next-line no-unused-vars
        for await (const part of await official.chat({ model, messages, stream: true, options }))
          pieces += part.done ? 0 : 1;
        return pieces;
      },
    },
    {
      name: "ai 7.0.173 with ai-sdk-ollama 4.3.0",
      async call(tokens) {
        let pieces = 0;
        const result = streamText({
          model: sdk(model, { options: { num_ctx: numCtx, seed: 1, temperature: 0 } }),
          messages,
          maxOutputTokens: tokens,
          temperature: 0,
          seed: 1,
        });
        for await (const text of result.textStream) pieces += text === "" ? 0 : 1;
        await result.usage;
        return pieces;
      },
    },
  ];
}

async function bare(ollama: string, tokens: number): Promise<number> {
  const response = await fetch(`${ollama}/api/chat`, {
    method: "POST",
    body: JSON.stringify({
      model,
      messages: [{ role: "user", content: prompt }],
      truncate: false,
      shift: false,
      options: { num_ctx: numCtx, num_predict: tokens, seed: 1, temperature: 0 },
    }),
  });
  let bytes = 0;
  for await (const piece of response.body ?? []) bytes += piece.length;
  return bytes;
}

async function timed(work: () => Promise<number>): Promise<{ wallMs: number; cpuMs: number }> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const pieces = await work();
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  if (pieces === 0) throw new Error("a client got no piece of an answer");
  return { wallMs, cpuMs: (user + system) / 1_000 };
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
