// npm run chaos -- --kills 10000 [--seed 1]
import { parseArgs } from "node:util";
import { runChaos } from "./chaos.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "100" }, seed: { type: "string", default: "1" } },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const report = await runChaos({ kills, seed });
const sorted = report.resumeMs.toSorted((left, right) => left - right);
const at = (share: number): string => `${Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0)} ms`;
console.log(
  `${report.kills} kills, ${report.runs} runs: ${report.lost.length} lost, ${report.doubled.length} doubled; ${report.repeated} steps cut off in the middle ran again, ${report.resumed} paused runs were resumed`,
);
console.log(`first step after the start of a new host: median ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)}`);
for (const line of [...report.lost, ...report.doubled].slice(0, 20)) console.log(`  ${line}`);
if (report.lost.length + report.doubled.length > 0) {
  console.log(`again: npm run chaos -- --kills ${kills} --seed ${seed}`);
  process.exitCode = 1;
}
