import { flow, z } from "tutti";

/** Many stored steps, a wait that lets the run leave memory, and a step that shows when the replay has passed them all. */
export default flow({
  name: "long",
  input: z.object({ steps: z.number() }),
  async run(step, { steps }) {
    for (let number = 1; number <= steps; number++) await step.run(`step ${number}`, () => number);
    await step.waitFor("go", { event: "go" });
    await step.run("after", () => {
      performance.mark("after");
    });
  },
});
