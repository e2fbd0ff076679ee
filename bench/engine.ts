import { parseArgs } from "node:util";
import type { Bench, Section } from "./bench.ts";
import { contenderNames, type ContenderName } from "./contender.ts";
import { ContenderProcess } from "./contender-process.ts";
import { DataFolder } from "./data-folder.ts";
import { Figures, spreadOf, type Figure } from "./figure.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { measureKills } from "./sections/kill.ts";
import { measureLoads } from "./sections/load.ts";
import { measurePostgres } from "./sections/postgres.ts";
import { measureReplays } from "./sections/replay.ts";
import { tableOf } from "./table.ts";

const sections: Readonly<Record<string, Section>> = {
  load: measureLoads,
  replay: measureReplays,
  kill: measureKills,
  postgres: measurePostgres,
};

interface EngineOptions {
  readonly rounds: number;
  readonly only: readonly string[];
  readonly isQuick: boolean;
  readonly isJson: boolean;
}

/** Measures the engine beside others and prints one table. 1 if a round has failed. */
export async function runEngineBench(words: readonly string[]): Promise<number> {
  const options = parseOptions(words);
  const began = performance.now();
  const figures = new Figures();
  {
    using data = new DataFolder();
    using processes = new DisposableStack();
    const bench = createBench(options, { figures, data, processes });
    for (const [name, section] of Object.entries(sections)) {
      if (isWanted(name, Object.keys(sections), options.only)) await section(bench);
    }
  }
  const seconds = Math.round((performance.now() - began) / 1_000);
  process.stdout.write(options.isJson ? asJson(figures.all, options, seconds) : asText(figures.all, options, seconds));
  return figures.all.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

export class UsageError extends Error {}

function parseOptions(words: readonly string[]): EngineOptions {
  const { values } = parse(words);
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError(`--rounds ${values.rounds} is not a number above 0`);
  const known = [...Object.keys(sections), ...contenderNames];
  const unknown = (values.only ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new UsageError(`--only ${unknown[0]}: there are ${known.join(", ")}`);
  return { rounds, only: values.only ?? [], isQuick: values.quick, isJson: values.json };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        rounds: { type: "string" },
        only: { type: "string", multiple: true },
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** `--only` names sections, contenders, or both: naming none of a kind means all of it. */
function isWanted(name: string, ofKind: readonly string[], only: readonly string[]): boolean {
  const named = only.filter((word) => ofKind.includes(word));
  return named.length === 0 || named.includes(name);
}

interface Parts {
  readonly figures: Figures;
  readonly data: DataFolder;
  readonly processes: DisposableStack;
}

function createBench({ rounds, only, isQuick }: EngineOptions, { figures, data, processes }: Parts): Bench {
  const byName = new Map<ContenderName, ContenderProcess>();
  return {
    figures,
    data,
    rounds,
    isQuick,
    postgres: process.env["TUTTI_BENCH_POSTGRES"] || process.env["TUTTI_TEST_POSTGRES"] || undefined,
    wants: (contender) => isWanted(contender, contenderNames, only),
    process(contender) {
      const known = byName.get(contender) ?? processes.use(new ContenderProcess(contender));
      byName.set(contender, known);
      return known;
    },
    say: (text) => void process.stderr.write(`… ${text}\n`),
  };
}

function asText(figures: readonly Figure[], { rounds, isQuick }: EngineOptions, seconds: number): string {
  const machine = describeMachine();
  const quick = isQuick ? " A quick run: its figures say little." : "";
  return `${titleOf(machine)}
Median (least–most) of ${rounds} round${rounds === 1 ? "" : "s"}; a run is 4 steps that do nothing. ${seconds} s in all.${quick}

${tableOf(figures)}
`;
}

function titleOf({ cpu, cores, memoryGiB, platform, node, sqlite, versions }: Machine): string {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${cores} × ${cpu}, ${memoryGiB} GiB, ${platform}, Node ${node}, SQLite ${sqlite}; ${packages.join(", ")}`;
}

function asJson(figures: readonly Figure[], { rounds, isQuick }: EngineOptions, seconds: number): string {
  const shown = figures.map((figure) => ({ ...figure, ...spreadOf(figure.values) }));
  return `${JSON.stringify({ machine: describeMachine(), rounds, isQuick, seconds, figures: shown }, null, 2)}\n`;
}
