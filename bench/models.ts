import { parseArgs } from "node:util";
import { UsageError } from "./engine.ts";
import { describeMachine } from "./machine.ts";
import { measureOverhead } from "./models/overhead.ts";
import { measureSchedule } from "./models/schedule.ts";
import { measureSwaps } from "./models/swap.ts";
import { reportRepair } from "./models/repair.ts";
import type { ModelsSection, Report } from "./models/section.ts";

/** In the order in which they are measured. */
const sections: Readonly<Record<string, ModelsSection>> = {
  schedule: measureSchedule,
  swap: measureSwaps,
  overhead: measureOverhead,
  repair: reportRepair,
};

/** Measures the models room and prints a table for each section. */
export async function runModelsBench(words: readonly string[]): Promise<number> {
  const { only, quick, json, seed } = parse(words);
  const unknown = only.find((name) => !Object.hasOwn(sections, name));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there are ${Object.keys(sections).join(", ")}`);
  const bench = {
    isQuick: quick,
    seed,
    ollama: process.env["TUTTI_BENCH_OLLAMA"] || process.env["TUTTI_TEST_OLLAMA"] || undefined,
    say: (text: string) => void process.stderr.write(`… ${text}\n`),
  };
  const reports: Report[] = [];
  for (const [name, section] of Object.entries(sections)) {
    if (only.length > 0 && !only.includes(name)) continue;
    bench.say(name);
    reports.push(await section(bench));
  }
  process.stdout.write(json ? asJson(reports, seed) : asText(reports, seed));
  return reports.some(({ isBad }) => isBad) ? 1 : 0;
}

function parse(words: readonly string[]): { only: string[]; quick: boolean; json: boolean; seed: number } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        only: { type: "string", multiple: true, default: [] },
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        seed: { type: "string", default: "1" },
      },
    });
    const seed = Number(values.seed);
    if (!Number.isSafeInteger(seed)) throw new UsageError(`--seed ${values.seed} is not a whole number`);
    return { only: values.only, quick: values.quick, json: values.json, seed };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function asText(reports: readonly Report[], seed: number): string {
  const { cores, cpu, memoryGiB, platform, node } = describeMachine();
  const parts = reports.map(({ title, text }) => `## ${title}\n\n${text}\n`);
  return `${cores} × ${cpu}, ${memoryGiB} GiB, ${platform}, Node ${node}; seed ${seed}\n\n${parts.join("\n")}`;
}

function asJson(reports: readonly Report[], seed: number): string {
  return `${JSON.stringify({ machine: describeMachine(), seed, sections: reports }, null, 2)}\n`;
}
