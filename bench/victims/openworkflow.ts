// A process that is killed in the middle of a run, or that comes after it: `FOLDER LOG start|again`.
import { OpenWorkflow } from "openworkflow";
import { openBackend } from "../contenders/openworkflow.ts";
import { logStep } from "../step-log.ts";
import { sleep, victimSteps } from "./victim.ts";

const [folder = "", log = "", how] = process.argv.slice(2);
const client = new OpenWorkflow({ backend: openBackend(folder) });
const workflow = client.defineWorkflow({ name: "logged" }, async ({ step }) => {
  for (let number = 1; number <= victimSteps.count; number++) {
    await step.run({ name: `step ${number}` }, async () => {
      logStep(log, { run: "only", number });
      await sleep(victimSteps.durationMs);
    });
  }
});
await client.newWorker().start();
if (how === "start") await workflow.run();
