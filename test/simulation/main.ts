// npm run simulate -- --seeds 100000 [--from 1] [--mutant NAME] [--history]
import { parseArgs } from "node:util";
import { openTheatre } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    history: { type: "boolean", default: false },
  },
});
const from = Number(values.from);
const seeds = Number(values.seeds);
const began = performance.now();
let runs = 0;
let failed = 0;
await using theatre = await openTheatre();
for (let seed = from; seed < from + seeds && failed < 5; seed++) {
  const report = await theatre.play(seed);
  runs += report.runs;
  if (values.history) console.log(report.history.join("\n"));
  if (report.violations.length === 0) continue;
  failed++;
  console.log(`seed ${seed}: ${report.violations[0]}\n  again: npm run simulate -- --from ${seed} --seeds 1 --history`);
}
const seconds = ((performance.now() - began) / 1_000).toFixed(1);
console.log(`${seeds} seeds, ${runs} runs in ${seconds} s: ${failed === 0 ? "no fault" : `${failed} faulty`}`);
if (failed > 0) process.exitCode = 1;
