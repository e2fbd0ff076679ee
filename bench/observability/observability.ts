// npm run bench observability: what it costs to see everything.
import { parseArgs } from "node:util";
import { UsageError } from "../engine.ts";
import { describeMachine } from "../machine.ts";
import { measureMetric } from "./metric.ts";
import { measureIngest } from "./ingest.ts";
import type { ObservabilitySection } from "./section.ts";
import { measureStore } from "./store.ts";
import { measureTrace } from "./trace.ts";
import { measureWeek } from "./week.ts";

/** In the order in which they are measured. */
const sections: Readonly<Record<string, ObservabilitySection>> = {
  trace: measureTrace,
  metric: measureMetric,
  ingest: measureIngest,
  store: measureStore,
  week: measureWeek,
};

export async function runObservabilityBench(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      only: { type: "string", multiple: true, default: [] },
      quick: { type: "boolean", default: false },
      spans: { type: "string" },
    },
  });
  const spans = values.spans === undefined ? {} : { spans: wholeTens(values.spans) };
  const unknown = values.only.find((name) => !Object.hasOwn(sections, name));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there are ${Object.keys(sections).join(", ")}`);
  const say = (text: string): void => void process.stderr.write(`… ${text}\n`);
  const { cores, cpu, memoryGiB, platform, node } = describeMachine();
  process.stdout.write(`${cores} × ${cpu}, ${memoryGiB} GiB, ${platform}, Node ${node}\n`);
  let isBad = false;
  for (const [name, section] of Object.entries(sections)) {
    if (values.only.length > 0 && !values.only.includes(name)) continue;
    say(name);
    const report = await section({ isQuick: values.quick, say, ...spans });
    process.stdout.write(`\n## ${report.title}\n\n${report.text}\n`);
    isBad ||= report.isBad;
  }
  return isBad ? 1 : 0;
}

function wholeTens(text: string): number {
  const spans = Number(text);
  if (Number.isSafeInteger(spans) && spans > 0 && spans % 10_000 === 0) return spans;
  throw new UsageError(`--spans ${text} is not a number of ten thousands`);
}
