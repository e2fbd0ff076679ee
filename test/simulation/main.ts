// npm run simulate -- --seeds 1000000 [--from 1] [--jobs 2] [--history] [--mutant NAME]
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeMistake } from "./mutant.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    jobs: { type: "string" },
    history: { type: "boolean", default: false },
    mutant: { type: "string" },
  },
});
const from = wholeNumber("from", values.from);
const seeds = wholeNumber("seeds", values.seeds);
// A share of less than this is over before another process has loaded the engine.
const smallestShare = 500;
const jobs = wholeNumber(
  "jobs",
  values.jobs ?? String(Math.min(availableParallelism(), Math.ceil(seeds / smallestShare))),
);
process.exitCode = jobs === 1 ? await play() : await playInShares();

/** One process plays every seed from the first on; 1 if any was faulty. */
async function play(): Promise<number> {
  if (values.mutant !== undefined) makeMistake(values.mutant);
  const { openTheatre } = await import("./simulate.ts");
  const mostFaults = values.mutant === undefined ? 5 : 1;
  const began = performance.now();
  let [played, runs, faults] = [0, 0, 0];
  await using theatre = await openTheatre();
  for (let seed = from; seed < from + seeds && faults < mostFaults; seed++) {
    const report = await theatre.play(seed);
    played++;
    runs += report.runs;
    if (values.history) console.log(report.history.join("\n"));
    if (report.violations.length > 0) {
      faults++;
      console.log(
        `seed ${seed}: ${report.violations[0]}\n  again: npm run simulate -- --from ${seed} --seeds 1 --history`,
      );
    }
    if (played % 10_000 === 0) console.log(`${played} of ${seeds} seeds, ${runs} runs, ${faults} faulty`);
  }
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`${played} seeds, ${runs} runs in ${seconds} s: ${faults === 0 ? "no fault" : `${faults} faulty`}`);
  return faults > 0 ? 1 : 0;
}

async function playInShares(): Promise<number> {
  const share = Math.ceil(seeds / jobs);
  const codes = await Promise.all(
    Array.from({ length: jobs }, async (_, index) => {
      const count = Math.min(share, seeds - index * share);
      const mutant = values.mutant === undefined ? [] : ["--mutant", values.mutant];
      const words = ["--jobs", "1", "--from", String(from + index * share), "--seeds", String(count), ...mutant];
      return count > 0 ? runSelf(words) : 0;
    }),
  );
  return Math.max(...codes);
}

function runSelf(words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...words], { stdio: "inherit" });
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  console.error(`--${name} ${text} is not a whole number above 0`);
  return process.exit(3);
}
