// npm run bench server: requests/s and p99 of list, detail and start, beside Mastra's server.
import { parseArgs } from "node:util";
import type { Bench } from "../bench.ts";
import { ContenderProcess } from "../contender-process.ts";
import type { ContenderName } from "../contender.ts";
import { DataFolder } from "../data-folder.ts";
import { UsageError } from "../engine.ts";
import { Figures } from "../figure.ts";
import { measureLoad } from "../load.ts";
import { describeMachine } from "../machine.ts";
import { tableOf } from "../table.ts";
import { fill } from "./fill.ts";
import { ServedHost } from "./host.ts";

const served = ["tutti", "mastra"] as const;
type Served = (typeof served)[number];

/** What a client asks for; `known` is the id of a stored run. */
interface Question {
  readonly name: string;
  ask(host: ServedHost, known: string): Promise<unknown>;
}

const questions: Readonly<Record<Served, readonly Question[]>> = {
  tutti: [
    { name: "list of 50", ask: (host) => host.ask("/api/runs?limit=50") },
    { name: "detail", ask: (host, known) => host.ask(`/api/runs/${known}`) },
    { name: "start", ask: (host) => host.ask("/api/runs", { flow: "four-steps" }) },
    {
      name: "start to end",
      async ask(host) {
        const { id } = JSON.parse(await host.ask("/api/runs", { flow: "four-steps" })) as { id: string };
        return host.ask(`/api/runs/${id}/watch`);
      },
    },
  ],
  mastra: [
    { name: "list of 50", ask: (host) => host.ask("/api/workflows/workflow/runs?perPage=50&page=0") },
    { name: "detail", ask: (host, known) => host.ask(`/api/workflows/workflow/runs/${known}`) },
    {
      name: "start",
      async ask(host) {
        const { runId } = JSON.parse(await host.ask("/api/workflows/workflow/create-run", {})) as { runId: string };
        return host.ask(`/api/workflows/workflow/start?runId=${runId}`, { inputData: { value: 0 } });
      },
    },
    {
      name: "start to end",
      ask: (host) => host.ask("/api/workflows/workflow/start-async", { inputData: { value: 0 } }),
    },
  ],
};

export async function runServerBench(words: readonly string[]): Promise<number> {
  const { rounds, isQuick, stored } = parse(words);
  const figures = new Figures();
  {
    using data = new DataFolder();
    using processes = new DisposableStack();
    const bench = createBench({ figures, data, processes, rounds, isQuick });
    for (const runs of stored) {
      const folders = new Map<Served, string>();
      for (const name of served) folders.set(name, await fill(bench, name, runs));
      for (let round = 0; round < rounds; round++) {
        // In turn, so that what else the machine does meets both.
        for (const name of served) await measure(bench, name, { folder: folders.get(name) ?? "", runs });
      }
    }
  }
  const { cores, cpu, node } = describeMachine();
  process.stdout.write(`${cores} × ${cpu}, Node ${node}\n\n${tableOf(figures.all)}\n`);
  return figures.all.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

async function measure(bench: Bench, name: Served, { folder, runs }: { folder: string; runs: number }): Promise<void> {
  using host = await ServedHost.start(name, folder);
  const known = idOf(
    await host.ask(name === "tutti" ? "/api/runs?limit=1" : "/api/workflows/workflow/runs?perPage=1&page=0"),
  );
  for (const { name: question, ask } of questions[name]) {
    for (const inFlight of [1, 16]) {
      bench.say(`${name}: ${question}, ${inFlight} in flight, ${runs} stored`);
      const title = `${question}, ${inFlight} in flight, ${runs.toLocaleString("en")} runs stored`;
      const contender = {
        run: async () => void (await ask(host, known)),
        [Symbol.asyncDispose]: async () => undefined,
      };
      try {
        const {
          runs: answers,
          elapsedMs,
          p99Ms,
        } = await measureLoad(contender, { inFlight, durationMs: bench.isQuick ? 300 : 3_000 });
        bench.figures.add(
          { name: `${title}: answers/s`, unit: "1/s", better: "more" },
          name,
          (answers / elapsedMs) * 1_000,
        );
        bench.figures.add({ name: `${title}: p99`, unit: "ms", better: "less" }, name, p99Ms);
      } catch (error) {
        bench.figures.failed({ name: `${title}: answers/s`, unit: "1/s", better: "more" }, name, error);
      }
    }
  }
}

function idOf(text: string): string {
  const value = JSON.parse(text) as { runs?: { runId: string }[] } | { id: string }[];
  const id = Array.isArray(value) ? value[0]?.id : value.runs?.[0]?.runId;
  if (id === undefined) throw new Error(`no run is stored: ${text.slice(0, 200)}`);
  return id;
}

interface Parts extends Pick<Bench, "figures" | "data" | "rounds" | "isQuick"> {
  readonly processes: DisposableStack;
}

function createBench({ processes, ...parts }: Parts): Bench {
  const byName = new Map<ContenderName, ContenderProcess>();
  return {
    ...parts,
    postgres: undefined,
    wants: () => true,
    process(name) {
      const known = byName.get(name) ?? processes.use(new ContenderProcess(name));
      byName.set(name, known);
      return known;
    },
    say: (text) => void process.stderr.write(`… ${text}\n`),
  };
}

function parse(words: readonly string[]): { rounds: number; isQuick: boolean; stored: readonly number[] } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        rounds: { type: "string" },
        stored: { type: "string", multiple: true },
        quick: { type: "boolean", default: false },
      },
    });
    const stored = values.stored?.map(Number) ?? (values.quick ? [200] : [1_000, 100_000]);
    return { rounds: Number(values.rounds ?? (values.quick ? 1 : 3)), isQuick: values.quick, stored };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
