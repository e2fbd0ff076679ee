// handoff: agents work on one matter in turn, and each hands it on with a reason or answers.
// An agent that decides nothing valid keeps the matter: what it said is the answer, and `unclear` says why.
import { flow, handoff, z } from "tutti";

const options = { maxTokens: 150 };

export default flow({
  name: "help-desk",
  description: "Three agents find out who of them answers a question",
  input: z.object({ question: z.string().default("I was charged twice after the update crashed.") }),
  run: async (step, { question }) =>
    handoff(step, "desk", {
      prompt: question,
      agents: {
        reception: {
          description: "hears everybody first",
          agent: { name: "reception", instructions: "Say in one sentence what the question is about.", options },
        },
        accounts: {
          description: "knows invoices and payments",
          agent: { name: "accounts", instructions: "Answer questions about money, and nothing else.", options },
        },
        engineering: {
          description: "knows faults of the program",
          agent: { name: "engineering", instructions: "Answer questions about faults, and nothing else.", options },
        },
      },
    }),
});
