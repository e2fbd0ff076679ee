// Run by a test in a process of its own: the test runner counts every unhandled rejection as a failure of the test.
import { openTestEngine, testFlow, type TestStep } from "./engine.ts";

const pause = () => new Promise((resolve) => setTimeout(resolve, 30));
const fail = (): never => {
  throw new Error("lost");
};
const bodies: Record<string, (step: TestStep) => Promise<unknown>> = {
  body: async (step) => {
    void step.run("floating", fail);
    return step.run("x", pause);
  },
  derived: async (step) => {
    void step.run("floating", fail).then(() => undefined);
    return step.run("x", pause);
  },
  scope: async (step) =>
    step.race("r", {
      a: async (inner) => {
        void inner.run("floating", fail).then(() => undefined);
        return inner.run("x", pause);
      },
    }),
  handled: async (step) => {
    const floating = step.run("floating", fail);
    await step.run("x", pause);
    return floating.catch(() => "handled in time");
  },
};

await using engine = await openTestEngine();
const run = await engine.run(testFlow("f", bodies[process.argv[2] ?? ""] ?? fail));
const other = await engine.run(testFlow("g", async (step: TestStep) => step.run("a", () => "alive")));
process.stdout.write(
  JSON.stringify({ status: run.status, message: run.error?.message, output: run.output, other: other.output }),
);
