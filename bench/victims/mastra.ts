// A process that is killed in the middle of a run, or that comes after it: `FOLDER LOG start|again`.
import { Mastra } from "@mastra/core";
import { createStep, createWorkflow } from "@mastra/core/workflows";
import { openStore, shape } from "../contenders/mastra.ts";
import { logStep } from "../step-log.ts";
import { sleep, victimSteps } from "./victim.ts";

const [folder = "", log = "", how] = process.argv.slice(2);
const numbered = (number: number) =>
  createStep({
    id: `step ${number}`,
    inputSchema: shape,
    outputSchema: shape,
    async execute() {
      logStep(log, { run: "only", number });
      await sleep(victimSteps.durationMs);
      return { value: number };
    },
  });
let chain = createWorkflow({ id: "logged", inputSchema: shape, outputSchema: shape }).then(numbered(1));
for (let number = 2; number <= victimSteps.count; number++) chain = chain.then(numbered(number));
const workflow = chain.commit();
new Mastra({ storage: openStore(folder), workflows: { workflow }, logger: false });
if (how === "start") await (await workflow.createRun()).start({ inputData: { value: 0 } });
// Nothing is resumed without this call.
else await workflow.restartAllActiveWorkflowRuns();
