// supervise: a lead gives tasks to named workers, is told what came of them, and answers in the end.
// A lead that gives no valid task: each of its five turns is told so, then `isDone` is false and the answer is the last result.
import { agent, flow, supervise, z } from "tutti";

const cook = agent({
  name: "cook",
  instructions: "You write one recipe in five lines, of what is in the larder and nothing else.",
  options: { maxTokens: 200 },
});

export default flow({
  name: "kitchen",
  description: "A lead, a larder and a cook make a recipe of what is there",
  input: z.object({ larder: z.array(z.string()).default(["rice", "lentils", "onions", "yoghurt"]) }),
  run: async (step, { larder }) =>
    supervise(step, "dinner", {
      goal: "A recipe of what is in the larder.",
      workers: {
        larder: {
          description: "says what is there; the task may be anything",
          work: async (inner) => inner.run("look", () => `There are: ${larder.join(", ")}.`),
        },
        cook: { description: "writes a recipe of what the task names", agent: cook },
      },
      maxTurns: 5,
      unfinished: "return",
    }),
});
