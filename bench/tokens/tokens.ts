import { parseArgs } from "node:util";
import type { ChatMessage } from "../../src/models/chat-model.ts";
import { createTokenEstimator } from "../../src/models/context/token-estimate.ts";
import { describeMachine } from "../machine.ts";
import { serverCounters, tokenizers, type Counter } from "./counter.ts";
import { kinds, Samples, type Kind } from "./sample.ts";

/** One prompt: what was estimated before the count was known, and what was counted. */
interface Guess {
  readonly kind: Kind;
  /** Prompts of the same conversation before it. */
  readonly before: number;
  readonly truth: number;
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

interface Plan {
  readonly runs: number;
  readonly prompts: number;
  readonly seed: number;
}

/** How near the estimate of a prompt's tokens comes, before and after the first answers of a model. */
export async function runTokensBench(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: "boolean", default: false },
      seed: { type: "string", default: "1" },
      only: { type: "string", default: "" },
    },
  });
  const plan: Plan = { runs: values.quick ? 1 : 5, prompts: 50, seed: Number(values.seed) };
  const url = process.env["TUTTI_BENCH_OLLAMA"] || process.env["TUTTI_TEST_OLLAMA"];
  const { cores, cpu, platform, node } = describeMachine();
  process.stdout.write(
    `${cores} × ${cpu}, ${platform}, Node ${node}; seed ${plan.seed}, ${plan.runs} runs of ${plan.prompts} prompts\n`,
  );
  if (!url) process.stderr.write("Without TUTTI_BENCH_OLLAMA only tokenizers in this process are measured.\n");
  const counters = [...tokenizers(), ...(url ? serverCounters(url) : [])];
  for (const counter of counters.filter(({ name }) => name.includes(values.only))) {
    process.stdout.write(`\n${reportOf(counter, await measure(counter, plan))}\n`);
  }
  return 0;
}

/** Each run is a model that nothing is known of yet, and prompts of all kinds in turn. */
async function measure(counter: Counter, { runs, prompts, seed }: Plan): Promise<readonly Guess[]> {
  const guesses: Guess[] = [];
  for (let run = 0; run < runs; run++) {
    const samples = new Samples(seed * 100 + run);
    const estimator = createTokenEstimator();
    for (let before = 0; before < prompts; before++) {
      const kind = kinds[Math.floor(samples.chance() * kinds.length)] ?? "prose";
      const messages = promptOf(counter, samples, kind);
      const { low, likely, high } = estimator.estimate({ messages });
      const truth = await counter.count(messages);
      estimator.learn({ messages }, truth);
      guesses.push({ kind, before, truth, low, likely, high });
    }
  }
  return guesses;
}

function promptOf(counter: Counter, samples: Samples, kind: Kind): readonly ChatMessage[] {
  const count = 1 + Math.floor(samples.chance() * counter.mostMessages);
  return Array.from({ length: count }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: samples.text(kind, counter.mostCharacters),
  }));
}

const settledAfter = 10;

function reportOf({ name }: Counter, guesses: readonly Guess[]): string {
  const settled = guesses.filter(({ before }) => before >= settledAfter);
  const rows = [
    ["the first prompt", guesses.filter(({ before }) => before === 0)],
    ["after 1 to 4 answers", guesses.filter(({ before }) => before > 0 && before < 5)],
    ["after 10 and more", settled],
    ...kinds.map((kind) => [`… ${kind}`, settled.filter((guess) => guess.kind === kind)] as const),
  ] as const;
  const lines = rows.map(([label, some]) => `| ${[label, some.length, ...figuresOf(some)].join(" | ")} |`);
  return [
    `### ${name}`,
    "",
    "| | prompts | error, median | error, 95 % | within the band | band, median | below its low end |",
    "|:--|--:|--:|--:|--:|--:|--:|",
    ...lines,
  ].join("\n");
}

function figuresOf(guesses: readonly Guess[]): readonly string[] {
  const errors = guesses.map(({ likely, truth }) => Math.abs(likely / truth - 1));
  const inside = guesses.filter(({ low, high, truth }) => low <= truth && truth <= high).length;
  const below = guesses.filter(({ low, truth }) => truth < low).length;
  const bands = guesses.map(({ low, likely, high }) => Math.max(likely / Math.max(low, 1), high / likely) - 1);
  return [
    percent(quantile(errors, 0.5)),
    percent(quantile(errors, 0.95)),
    percent(inside / guesses.length),
    `± ${percent(quantile(bands, 0.5))}`,
    String(below),
  ];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
