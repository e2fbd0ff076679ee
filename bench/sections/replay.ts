import { takeDown, type Bench } from "../bench.ts";
import type { ContenderName } from "../contender.ts";
import type { Measure } from "../figure.ts";

const contenders: readonly ContenderName[] = ["tutti", "mastra"];

/** A run with many stored steps that waits: how long storing it took, and how long until it goes on. */
export async function measureReplays(bench: Bench): Promise<void> {
  const steps = bench.isQuick ? 200 : 2_000;
  const count = steps.toLocaleString("en");
  const storing: Measure = { name: `one run of ${count} steps, from its start`, unit: "ms", better: "less" };
  const resuming: Measure = { name: `resume a run with ${count} stored steps`, unit: "ms", better: "less" };
  const prepared = new Map<ContenderName, string>();
  for (const contender of contenders.filter(bench.wants)) {
    bench.say(`replay: ${contender} stores a run of ${count} steps`);
    await takeDown(bench, { contender, measures: [storing] }, async () => {
      const folder = bench.data.make();
      const elapsedMs = await bench.process(contender).ask({ type: "prepare replay", folder, steps });
      prepared.set(contender, folder);
      return [elapsedMs];
    });
  }
  for (let round = 1; round <= bench.rounds; round++) {
    bench.say(`replay, round ${round} of ${bench.rounds}`);
    for (const contender of contenders.filter(bench.wants)) {
      await takeDown(bench, { contender, measures: [resuming] }, async () => {
        const template = prepared.get(contender);
        if (template === undefined) throw new Error("the long run could not be stored");
        const folder = bench.data.make(template);
        const elapsedMs = await bench.process(contender).ask({ type: "replay", folder, steps });
        bench.data.remove(folder);
        return [elapsedMs];
      });
    }
  }
  for (const contender of ["openworkflow", "openworkflow-helped"] as const) {
    if (bench.wants(contender)) bench.figures.leftOut(resuming, contender, "1,000 step attempts a run at most");
  }
}
