// Starts a run on the host that `tutti up` has started, and shows what happens in it.
//
//   tutti up
//   node examples/client/follow-run.ts code-review '{"last":1}'
//
// Ctrl-C ends this program and not the run. It ends with 1 where the run has not succeeded.
import { readFileSync } from "node:fs";
import { createTutti, TuttiError, type Run } from "tutti/client";

const [flow = "code-review", input = "{}"] = process.argv.slice(2);
const tutti = createTutti({
  url: process.env["TUTTI_URL"] ?? "http://127.0.0.1:8863",
  token: readFileSync(process.env["TUTTI_TOKEN_FILE"] ?? ".tutti/token", "utf8").trim(),
});

try {
  const run = await follow(flow, JSON.parse(input) as unknown);
  console.log(`${run.id} has ${run.status}`, run.error?.message ?? run.output);
  process.exitCode = run.status === "succeeded" ? 0 : 1;
} catch (error) {
  if (!(error instanceof TuttiError)) throw error;
  console.error(error.message, error.hint ?? "");
  process.exitCode = 1;
}

async function follow(name: string, given: unknown): Promise<Run> {
  const { id } = await tutti.run.start({ flow: name, input: given });
  const watch = tutti.run.watch(id);
  for await (const event of watch) {
    if (event.type === "step") console.log(`${event.step.key}: ${event.step.status}`);
    if (event.type === "waiting") console.log(`waits for ${event.waits.map(({ name: wait }) => wait).join(", ")}`);
  }
  return watch.result;
}
