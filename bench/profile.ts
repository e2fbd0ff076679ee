import { Session, type Profiler } from "node:inspector/promises";
import { parseArgs } from "node:util";
import { tutti } from "./contenders/tutti.ts";
import { DataFolder } from "./data-folder.ts";
import { measureLoad, runMany, type LoadFigures } from "./load.ts";

// Below this share of the time a line says nothing that can be told from noise.
const leastShare = 0.004;
const mostLines = 40;

/** Runs Tutti under Node's own profiler and prints what a run spends its time on. */
export async function runProfile(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      "in-flight": { type: "string", default: "1" },
      seconds: { type: "string", default: "5" },
      stored: { type: "string", default: "0" },
    },
  });
  const inFlight = Number(values["in-flight"]);
  using data = new DataFolder();
  await using contender = await tutti.open(data.make(), { inFlight });
  await runMany(contender, { runs: Number(values.stored), inFlight: 50 });
  await measureLoad(contender, { inFlight, durationMs: 1_000 });
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  const figures = await measureLoad(contender, { inFlight, durationMs: Number(values.seconds) * 1_000 });
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  process.stdout.write(report(profile, figures, inFlight));
  return 0;
}

function report(profile: Profiler.Profile, figures: LoadFigures, inFlight: number): string {
  const { self, whole } = timesOf(profile);
  const total = self.values().reduce((sum, us) => sum + us, 0);
  // The warm-up inside the measure is in the profile too.
  const list = (times: ReadonlyMap<string, number>): string[] =>
    [...times]
      .filter(([, us]) => us / total >= leastShare)
      .toSorted(([, left], [, right]) => right - left)
      .slice(0, mostLines)
      .map(([name, us]) => `${pad(us / figures.storedRuns)} us ${pad((us / total) * 100)} %  ${name}`);
  const rate = (figures.runs / figures.elapsedMs) * 1_000;
  return `${Math.round(rate)} runs/s with ${inFlight} in flight under the profiler; per run, of ${figures.storedRuns} runs:

In the function itself:
${list(self).join("\n")}

In the function and what it calls:
${list(whole).join("\n")}
`;
}

/** Microseconds by function: in itself, and with all that it called. */
function timesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const self = new Map<string, number>();
  const whole = new Map<string, number>();
  for (const [index, sample] of samples.entries()) {
    const us = timeDeltas[index] ?? 0;
    const stack = new Set<string>();
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) stack.add(nameOf(byId.get(id)));
    add(self, nameOf(byId.get(sample)), us);
    for (const name of stack) add(whole, name, us);
  }
  return { self, whole };
}

function add(times: Map<string, number>, name: string, us: number): void {
  times.set(name, (times.get(name) ?? 0) + us);
}

function nameOf(node: Profiler.ProfileNode | undefined): string {
  if (node === undefined) return "(unknown)";
  const { functionName, url, lineNumber } = node.callFrame;
  const place = url === "" ? "" : ` ${url.split("/").slice(-3).join("/")}:${lineNumber + 1}`;
  return `${functionName || "(anonymous)"}${place}`;
}

function pad(value: number): string {
  return value.toFixed(1).padStart(7);
}
