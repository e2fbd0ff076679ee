// npm run simulate -- --seeds 1000000 [--from 1] [--history] [--mutant NAME]
import { parseArgs } from "node:util";
import { makeMistake } from "./mutant.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    history: { type: "boolean", default: false },
    mutant: { type: "string" },
  },
});
const from = Number(values.from);
const seeds = Number(values.seeds);
if (!Number.isInteger(from) || !Number.isInteger(seeds) || seeds < 1) {
  console.error("--seeds and --from take whole numbers");
  process.exit(3);
}
if (values.mutant !== undefined) makeMistake(values.mutant);
const { openTheatre } = await import("./simulate.ts");

const mostFaults = values.mutant === undefined ? 5 : 1;
const began = performance.now();
let played = 0;
let runs = 0;
let faults = 0;
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
  if (played % 10_000 === 0) console.log(`${played} seeds, ${runs} runs, ${faults} faults`);
}
const seconds = ((performance.now() - began) / 1_000).toFixed(1);
console.log(`${played} seeds, ${runs} runs in ${seconds} s: ${faults === 0 ? "no fault" : `${faults} faulty`}`);
if (faults > 0) process.exitCode = 1;
