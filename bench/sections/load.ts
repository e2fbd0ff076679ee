import { takeDown, type Bench } from "../bench.ts";
import type { ContenderName } from "../contender.ts";
import { storedBytes } from "../data-folder.ts";
import type { Measure } from "../figure.ts";
import type { LoadFigures } from "../load.ts";

interface Cell {
  readonly inFlight: number;
  /** Finished runs that lie in the database beforehand. */
  readonly storedRuns: number;
}

/** Databases to copy for a round: by contender, then by how many runs are stored. */
type Templates = ReadonlyMap<ContenderName, ReadonlyMap<number, string>>;

const everyone: readonly ContenderName[] = ["tutti", "tutti-sdk", "openworkflow", "openworkflow-helped", "mastra"];
// The others of `everyone` are bound by their own pauses, or are another way into the same engine.
const besideStoredRuns: readonly ContenderName[] = ["tutti", "openworkflow-helped", "mastra"];
const stepsPerRun = 4;

/** Runs of four steps, one and many in flight, on an empty database and beside many finished runs. */
export async function measureLoads(bench: Bench): Promise<void> {
  const most = bench.isQuick ? 1_000 : 20_000;
  const templates = await makeTemplates(bench, most);
  const cells = [0, most].flatMap((storedRuns) => [1, 200].map((inFlight) => ({ inFlight, storedRuns })));
  for (let round = 1; round <= bench.rounds; round++) {
    for (const cell of cells) {
      bench.say(`load, round ${round} of ${bench.rounds}: ${describe(cell)}`);
      const contenders = cell.storedRuns > 0 ? besideStoredRuns : everyone;
      for (const contender of contenders.filter(bench.wants)) await measureCell(bench, { cell, contender, templates });
      if (bench.wants("openworkflow") && cell.storedRuns > 0) leaveOutOpenWorkflow(bench, cell);
    }
  }
}

/** Filled by real runs, all contenders at once: this is not measured. */
async function makeTemplates(bench: Bench, most: number): Promise<Templates> {
  bench.say(`storing ${most} finished runs for each contender`);
  const templates = new Map<ContenderName, Map<number, string>>();
  const make = async (contender: ContenderName): Promise<void> => {
    const byRuns = new Map<number, string>();
    templates.set(contender, byRuns);
    for (const runs of besideStoredRuns.includes(contender) ? [0, most] : [0]) {
      const folder = bench.data.make();
      await bench.process(contender).ask({ type: "fill", folder, runs });
      byRuns.set(runs, folder);
    }
  };
  // A contender that cannot be filled has no template, which its first round then tells.
  await Promise.allSettled(everyone.filter(bench.wants).map(make));
  return templates;
}

interface CellOfContender {
  readonly cell: Cell;
  readonly contender: ContenderName;
  readonly templates: Templates;
}

async function measureCell(bench: Bench, { cell, contender, templates }: CellOfContender): Promise<void> {
  const load = async (): Promise<{ figures: LoadFigures; bytes: number }> => {
    const template = templates.get(contender)?.get(cell.storedRuns);
    if (template === undefined) throw new Error("its database could not be made");
    const folder = bench.data.make(template);
    const durationMs = bench.isQuick ? 400 : 1_500;
    const before = storedBytes(folder);
    const request = { type: "load", folder, inFlight: cell.inFlight, durationMs } as const;
    const figures = await bench.process(contender).ask(request);
    const bytes = storedBytes(folder) - before;
    bench.data.remove(folder);
    return { figures, bytes };
  };
  const measures = contender === "tutti-sdk" ? sdkMeasures(cell) : loadMeasures(cell);
  await takeDown(bench, { contender: contender === "tutti-sdk" ? "tutti" : contender, measures }, async () => {
    const { figures, bytes } = await load();
    const rate = (figures.runs / figures.elapsedMs) * 1_000;
    if (contender === "tutti-sdk") return [rate];
    const { p50Ms, p99Ms } = figures;
    const special = cell.inFlight === 1 ? [p50Ms, p99Ms] : [bytes / figures.storedRuns];
    return [rate, rate * stepsPerRun, figures.cpuMs / figures.runs, ...special];
  });
}

function loadMeasures(cell: Cell): Measure[] {
  const where = describe(cell);
  const common: Measure[] = [
    { name: `runs/s, ${where}`, unit: "1/s", better: "more" },
    { name: `steps/s, ${where}`, unit: "1/s", better: "more" },
    { name: `CPU time a run, ${where}`, unit: "ms", better: "less" },
  ];
  if (cell.inFlight > 1) return [...common, { name: `stored a run, ${where}`, unit: "bytes", better: "less" }];
  return [
    ...common,
    { name: `submit to done p50, ${where}`, unit: "ms", better: "less" },
    { name: `submit to done p99, ${where}`, unit: "ms", better: "less" },
  ];
}

function sdkMeasures(cell: Cell): Measure[] {
  return [{ name: `runs/s through the SDK, ${describe(cell)}`, unit: "1/s", better: "more" }];
}

function leaveOutOpenWorkflow(bench: Bench, cell: Cell): void {
  const [measure] = loadMeasures(cell);
  if (measure) bench.figures.leftOut(measure, "openworkflow", "bound by its polls, whatever is stored");
}

function describe({ inFlight, storedRuns }: Cell): string {
  const stored = storedRuns > 0 ? `${storedRuns.toLocaleString("en")} runs stored` : "empty";
  return `${inFlight} in flight, ${stored}`;
}
