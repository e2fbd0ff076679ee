import { parseArgs } from "node:util";
import { UsageError } from "../engine.ts";
import { describeMachine } from "../machine.ts";
import type { Report } from "../models/section.ts";
import type { ObservabilitySection } from "./section.ts";
import { measureStore } from "./store.ts";
import { measureWeek } from "./week.ts";

/** In the order in which they are measured. */
const sections: Readonly<Record<string, ObservabilitySection>> = { store: measureStore, week: measureWeek };

/** Measures what it costs to see everything, and prints a table for each section. */
export async function runObservabilityBench(words: readonly string[]): Promise<number> {
  const { only, quick, json, spans } = parse(words);
  const unknown = only.find((name) => !Object.hasOwn(sections, name));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there are ${Object.keys(sections).join(", ")}`);
  const reports: Report[] = [];
  for (const [name, section] of Object.entries(sections)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const say = (text: string): void => void process.stderr.write(`… ${text}\n`);
    say(name);
    reports.push(await section({ isQuick: quick, say, ...(spans === undefined ? {} : { spans }) }));
  }
  const { cores, cpu, memoryGiB, platform, node } = describeMachine();
  const parts = reports.map(({ title, text }) => `## ${title}\n\n${text}\n`);
  const text = `${cores} × ${cpu}, ${memoryGiB} GiB, ${platform}, Node ${node}\n\n${parts.join("\n")}`;
  process.stdout.write(json ? `${JSON.stringify({ machine: describeMachine(), sections: reports }, null, 2)}\n` : text);
  return reports.some(({ isBad }) => isBad) ? 1 : 0;
}

function parse(words: readonly string[]): { only: string[]; quick: boolean; json: boolean; spans: number | undefined } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        only: { type: "string", multiple: true, default: [] },
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        spans: { type: "string" },
      },
    });
    const { only, quick, json } = values;
    const spans = values.spans === undefined ? undefined : Number(values.spans);
    if (spans !== undefined && !(Number.isSafeInteger(spans) && spans > 0 && spans % 10_000 === 0)) {
      throw new UsageError(`--spans ${values.spans} is not a number of ten thousands`);
    }
    return { only, quick, json, spans };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error));
  }
}
