// refine: a model rewrites a text, a critic names what is wrong with it, and it is written anew.
// A critic without a verdict accepts nothing: after two rounds the last draft comes back with `isAccepted` false.
import { flow, refine, z } from "tutti";

export default flow({
  name: "plain-words",
  description: "Rewrites a text in plain words until a critic accepts it",
  input: z.object({
    text: z.string().default("The utilisation of said facility is contingent upon prior authorisation."),
  }),
  run: async (step, { text }) =>
    refine(step, "rewrite", {
      prompt: `Rewrite this in plain words:\n\n${text}`,
      criteria: "Short sentences, common words, and nothing left out.",
      maxRounds: 2,
      options: { maxTokens: 200 },
    }),
});
