import { setTimeout as sleep } from "node:timers/promises";
import { flow, z } from "tutti";
import { logStep } from "../step-log.ts";

/** Steps that write down when they start, and where: for what happens when a process is killed. */
export default flow({
  name: "logged",
  input: z.object({ steps: z.number(), stepMs: z.number(), log: z.string() }),
  async run(step, { steps, stepMs, log }) {
    const run = step.id("run");
    for (let number = 1; number <= steps; number++) {
      await step.run(`step ${number}`, async () => {
        logStep(log, { run, number });
        await sleep(stepMs);
      });
    }
  },
});
