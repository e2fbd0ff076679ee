import { z } from "zod";
import { bounded, decide, exhausted, undecided, write, type PatternModel, type PatternStep } from "./decide.ts";

export interface RefineRequest extends PatternModel {
  /** What is to be written. */
  readonly prompt: string;
  /** What the critic goes by. */
  readonly criteria: string;
  readonly instructions?: string | undefined;
  /** Who criticises; default: the model that writes. */
  readonly critic?: PatternModel | undefined;
  /** How often the draft is criticised at the most; default: 3. */
  readonly maxRounds?: number | undefined;
  /** `return` (default): the last draft, with `isAccepted` false. `fail`: `pattern.exhausted`. */
  readonly unfinished?: "return" | "fail" | undefined;
}

export interface Critique {
  readonly isAccepted: boolean;
  readonly problems: readonly string[];
  /** The critic gave no valid verdict, and why; such a round accepts nothing and changes nothing. */
  readonly unclear: string | null;
}

export interface Refined {
  readonly text: string;
  readonly isAccepted: boolean;
  readonly critiques: readonly Critique[];
}

/** Draft, critique, revision, until the critic accepts or the rounds are used up. */
export async function refine(step: PatternStep, name: string, request: RefineRequest): Promise<Refined> {
  const { prompt, instructions = "Write what you are asked for, and nothing else.", unfinished = "return" } = request;
  const maxRounds = bounded(name, "maxRounds", request.maxRounds ?? 3);
  const draft = await write(step, `${name}.draft`, { ...request, system: instructions, prompt });
  if (draft === null) throw undecided(name, "no model is reachable for the draft", "Start a model server.");
  let text = draft;
  const critiques: Critique[] = [];
  for (let round = 1; round <= maxRounds; round++) {
    const critique = await criticise(step, `${name}.critique ${round}`, request, text);
    critiques.push(critique);
    if (critique.isAccepted) return { text, isAccepted: true, critiques };
    if (round === maxRounds || critique.problems.length === 0) continue;
    const revised = await write(step, `${name}.revise ${round}`, {
      ...request,
      system: instructions,
      prompt: `${prompt}\n\nYour draft:\n${text}\n\nWhat is wrong with it:\n${bullets(critique.problems)}\n\nWrite it anew.`,
    });
    // An empty answer is no better draft.
    text = revised || text;
  }
  if (unfinished === "return") return { text, isAccepted: false, critiques };
  throw exhausted(name, `the critic accepted none of ${maxRounds} rounds`, {
    hint: "Raise maxRounds, loosen the criteria, or set unfinished to return.",
    data: { text, critiques },
  });
}

async function criticise(step: PatternStep, name: string, request: RefineRequest, text: string): Promise<Critique> {
  if (text === "") return { isAccepted: false, problems: ["The draft is empty."], unclear: null };
  const { criteria, prompt, critic = request } = request;
  const decided = await decide(step, name, {
    model: critic.model,
    options: critic.options,
    optional: critic.optional,
    system: `You are the critic. Accept the text only if it meets the criteria; else name its problems.\n\nCriteria:\n${criteria}`,
    prompt: `The task was:\n${prompt}\n\nThe text:\n${text}`,
    schema: z.object({ accepted: z.boolean(), problems: z.array(z.string().max(500)).max(10).default([]) }),
  });
  if ("problem" in decided) return { isAccepted: false, problems: [], unclear: decided.problem };
  return { isAccepted: decided.output.accepted, problems: decided.output.problems, unclear: null };
}

function bullets(problems: readonly string[]): string {
  return problems.map((problem) => `- ${problem}`).join("\n");
}
