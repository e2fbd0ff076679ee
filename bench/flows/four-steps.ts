import { flow } from "tutti";

/** Four steps that do nothing: what is left is the engine. */
export default flow({
  name: "four-steps",
  async run(step) {
    let sum = 0;
    for (let number = 1; number <= 4; number++) sum += await step.run(`step ${number}`, () => number);
    return sum;
  },
});
