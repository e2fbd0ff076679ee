import { createOllama } from "ai-sdk-ollama";
import { streamText } from "ai";
import { Ollama } from "ollama";
import { createModelRegistry } from "../../src/models/registry.ts";
import { benchParameters, post } from "./ollama.ts";
import { median, tableOf, type ModelsBench, type Report } from "./section.ts";

/** One way to the same answer of the same server. */
interface Client {
  readonly name: string;
  /** Streams an answer to its end and tells how many pieces came. */
  call(tokens: number): Promise<number>;
}

const model = "tutti-bench-chat";
const prompt = "Tell me a long story.";
const [shortTokens, longTokens] = [1, 101];
const numCtx = 512;
const [mostRounds, fewestRounds, mostSeconds] = [200, 10, 150];

/**
 * What a client adds to a call, beside others in the same rounds on the same real server. A call of one token is nearly all
 * overhead; what 100 more tokens add, divided by 100, is the price of a token. The floor is `fetch` that counts bytes.
 */
export async function measureOverhead({ ollama, isQuick, say }: ModelsBench): Promise<Report> {
  const title = "Overhead of a call, beside other clients";
  if (ollama === undefined) return { title, text: "Left out: TUTTI_BENCH_OLLAMA names no server.", data: null };
  await post(ollama, "/api/create", { model, from: "tiny-chat", parameters: benchParameters, stream: false });
  try {
    return reportOf(title, await measure(await openClients(ollama), { isQuick, say }));
  } finally {
    await post(ollama, "/api/delete", { model }, "DELETE");
  }
}

async function measure(
  clients: readonly Client[],
  { isQuick, say }: Pick<ModelsBench, "isQuick" | "say">,
): Promise<Measured> {
  const taken = new Map(clients.map(({ name }) => [name, { short: [] as Took[], long: [] as Took[] }]));
  const warmUp = 2; // The first rounds load code and model.
  const began = performance.now();
  let rounds = -warmUp;
  const isOver = (): boolean =>
    isQuick ? rounds >= 3 : (performance.now() - began) / 1_000 > mostSeconds && rounds >= fewestRounds;
  for (; rounds < mostRounds && !isOver(); rounds += 1) {
    if (rounds % 20 === 0) say(`round ${rounds}`);
    // Every round begins with another client, so that none has always the same one before it.
    for (const client of rotated(clients, rounds + warmUp)) {
      const short = await timed(() => client.call(shortTokens));
      const long = await timed(() => client.call(longTokens));
      if (rounds < 0) continue;
      taken.get(client.name)?.short.push(short);
      taken.get(client.name)?.long.push(long);
    }
  }
  return { taken, rounds };
}

interface Measured {
  readonly taken: Taken;
  readonly rounds: number;
}

interface Took {
  readonly wallMs: number;
  /** Of this process, all threads. */
  readonly cpuMs: number;
}

type Taken = ReadonlyMap<string, { readonly short: readonly Took[]; readonly long: readonly Took[] }>;

function reportOf(title: string, { taken, rounds }: Measured): Report {
  const data = [...taken].map(([name, { short, long }]) => {
    const wall = (took: readonly Took[]): number => median(took.map(({ wallMs }) => wallMs));
    const cpu = (took: readonly Took[]): number => median(took.map(({ cpuMs }) => cpuMs));
    const tokens = longTokens - shortTokens;
    return {
      name,
      callMs: wall(short),
      callCpuMs: cpu(short),
      tokenUs: (1_000 * (wall(long) - wall(short))) / tokens,
      tokenCpuUs: (1_000 * (cpu(long) - cpu(short))) / tokens,
    };
  });
  const floor = data[0];
  const beyond = (value: number, least: number | undefined): string =>
    least === undefined ? "" : (value - least).toFixed(value < 10 ? 2 : 0);
  const rows = data.map(({ name, callMs, callCpuMs, tokenUs, tokenCpuUs }) => [
    name,
    callMs.toFixed(2),
    callCpuMs.toFixed(2),
    beyond(callCpuMs, floor?.callCpuMs),
    tokenUs.toFixed(0),
    tokenCpuUs.toFixed(0),
    beyond(tokenCpuUs, floor?.tokenCpuUs),
  ]);
  const header = ["", "call, ms", "call, CPU ms", "beyond the floor", "token, µs", "token, CPU µs", "beyond the floor"];
  const note = `Median of ${rounds} rounds with tiny-chat on one thread: a call of one token, and what each of ${longTokens - shortTokens} more adds. CPU is that of this process, all threads; the server's is not in it. The wall clock is the server's more than the client's, and says little on a busy machine.`;
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

async function timed(work: () => Promise<number>): Promise<Took> {
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
