import { z } from "zod";
import { bounded, decide, excerpt, misused, someNames, undecided, write } from "./decide.ts";
import type { PatternModel, PatternStep } from "./decide.ts";

export interface VoteRequest extends PatternModel {
  readonly prompt: string;
  /** What there is to choose from; for `judge` the voters write answers of their own instead. */
  readonly choices?: readonly string[] | undefined;
  /**
   * `majority` (default): each voter names one choice, most win. `ranked`: each puts the choices in order, places give points.
   * `judge`: each voter writes an answer, and one more call picks the best of them.
   */
  readonly method?: "majority" | "ranked" | "judge" | undefined;
  /** How many voters; default: 3, or one for each of `models`. */
  readonly count?: number | undefined;
  /** Models in turn, one for each voter; default: `model` for all of them, each with a seed of its own. */
  readonly models?: readonly string[] | undefined;
  /** `first` (default): the choice that is listed first. `judge`: one more call decides, and the first if that is unclear. */
  readonly ties?: "first" | "judge" | "fail" | undefined;
  /** How many valid ballots are needed; default: 1. */
  readonly quorum?: number | undefined;
  /** The winner where there are too few valid ballots; without it that is `pattern.undecided`. */
  readonly default?: string | undefined;
  readonly instructions?: string | undefined;
}

export interface Ballot {
  /** In order: one for `majority`, the answer for `judge`, none where the ballot is not valid. */
  readonly choices: readonly string[];
  readonly reason: string;
  /** Why the ballot does not count. */
  readonly problem: string | null;
}

export interface Vote {
  readonly winner: string;
  /** What decided: `order` is a tie, or a judge without a verdict, that the order of the choices or answers has settled. */
  readonly by: "votes" | "order" | "judge" | "default";
  readonly points: Readonly<Record<string, number>>;
  readonly ballots: readonly Ballot[];
}

/** Several voters choose, or answer; ballots that are not valid do not count. */
export async function vote(step: PatternStep, name: string, request: VoteRequest): Promise<Vote> {
  const { choices = [], method = "majority", default: fallback } = request;
  if (method === "judge" ? choices.length > 0 : choices.length === 0)
    throw misused(name, method === "judge" ? "a judged vote has no choices" : "there are no choices");
  if (method !== "judge" && fallback !== undefined && !choices.includes(fallback))
    throw misused(name, `the default "${fallback}" is none of its choices (${choices.join(", ")})`);
  const ballots = await collect(step, name, request);
  const points = method === "judge" ? {} : count(choices, ballots, method);
  const lacking = lacksQuorum(name, ballots, request);
  if (lacking !== null) {
    if (fallback !== undefined) return { winner: fallback, by: "default", points, ballots };
    throw undecided(
      name,
      lacking,
      "State a default, ask more voters, or choose models that follow instructions better.",
    );
  }
  return { ...(await decideOn(step, name, { request, points, ballots })), points, ballots };
}

function collect(step: PatternStep, name: string, request: VoteRequest): Promise<Ballot[]> {
  const { models = [], model, options } = request;
  const voters = bounded(name, "count", request.count ?? (models.length > 0 ? models.length : 3));
  const indexes = Array.from({ length: voters }, (_, index) => index);
  return step.map(name, indexes, async (voter, inner) => {
    const voting = {
      ...request,
      model: models[voter % models.length] ?? model,
      // The same model with the same seed would give the same ballot again.
      options: { temperature: 0.8, ...options, seed: (options?.seed ?? 1) + voter },
    };
    return request.method === "judge" ? answer(inner, voting) : choose(inner, name, voting);
  });
}

async function choose(step: PatternStep, name: string, request: VoteRequest): Promise<Ballot> {
  const { choices = [], method, prompt, instructions } = request;
  const names = someNames(name, choices, "choices");
  const isRanked = method === "ranked";
  const task = isRanked ? "Put the choices in order, the best one first." : "Choose one of the choices.";
  const decided = await decide(step, "ballot", {
    ...request,
    system: `${instructions ?? task}\n\nChoices:\n${choices.map((choice) => `- ${choice}`).join("\n")}`,
    prompt,
    schema: z.object({
      choice: isRanked ? z.array(z.enum(names)).min(1).max(names.length) : z.enum(names),
      reason: z.string().max(200).default(""),
    }),
  });
  if ("problem" in decided) return { choices: [], reason: "", problem: decided.problem };
  const { choice, reason } = decided.output;
  return { choices: [...new Set(typeof choice === "string" ? [choice] : choice)], reason, problem: null };
}

async function answer(step: PatternStep, { prompt, instructions, ...request }: VoteRequest): Promise<Ballot> {
  const text = await write(step, "answer", { ...request, system: instructions ?? "Answer the question.", prompt });
  if (text) return { choices: [text], reason: "", problem: null };
  return { choices: [], reason: "", problem: text === null ? "no model reachable" : "it answered nothing" };
}

/** A named choice has a point; in an order of n the first has n − 1, the last and those left out have none. */
function count(
  choices: readonly string[],
  ballots: readonly Ballot[],
  method: "majority" | "ranked",
): Record<string, number> {
  const points = Object.fromEntries(choices.map((choice) => [choice, 0]));
  for (const { choices: order } of ballots)
    for (const [place, choice] of order.entries())
      points[choice] = (points[choice] ?? 0) + (method === "ranked" ? choices.length - 1 - place : 1);
  return points;
}

function lacksQuorum(name: string, ballots: readonly Ballot[], { quorum = 1 }: VoteRequest): string | null {
  const valid = ballots.filter(({ problem }) => problem === null).length;
  if (valid >= bounded(name, "quorum", quorum)) return null;
  const [problem = "every ballot counts"] = ballots.flatMap((ballot) => ballot.problem ?? []);
  return `${valid} of ${ballots.length} ballots were valid, and ${quorum} are needed (${problem})`;
}

interface Count {
  readonly request: VoteRequest;
  readonly points: Readonly<Record<string, number>>;
  readonly ballots: readonly Ballot[];
}

async function decideOn(step: PatternStep, name: string, { request, points, ballots }: Count): Promise<Decision> {
  const { method, choices = [], ties = "first" } = request;
  const answers = ballots.flatMap((ballot) => ballot.choices);
  const most = Math.max(...Object.values(points));
  const best = method === "judge" ? [...new Set(answers)] : choices.filter((choice) => points[choice] === most);
  const [first = ""] = best;
  if (best.length === 1) return { winner: first, by: "votes" };
  if (method !== "judge" && ties === "fail") {
    const hint = "Set ties to first or judge, or ask another voter.";
    throw undecided(name, `${best.join(" and ")} have ${most} points each`, hint);
  }
  const judged = method === "judge" || ties === "judge" ? await judge(step, name, { ...request, best }) : null;
  return judged === null ? { winner: first, by: "order" } : { winner: judged, by: "judge" };
}

type Decision = Pick<Vote, "winner" | "by">;

async function judge(
  step: PatternStep,
  name: string,
  { best, prompt, ...request }: VoteRequest & { readonly best: readonly string[] },
): Promise<string | null> {
  const numbers = someNames(
    name,
    best.map((_, index) => String(index + 1)),
    "answers",
  );
  const shown = best.map((text, index) => `Answer ${index + 1}:\n${excerpt(text)}`).join("\n\n");
  const decided = await decide(step, `${name}.judge`, {
    ...request,
    system: "You are the judge. Say which answer to the question is the best one, by its number.",
    prompt: `Question:\n${prompt}\n\n${shown}`,
    schema: z.object({ best: z.enum(numbers), reason: z.string().max(200).default("") }),
  });
  return "output" in decided ? (best[Number(decided.output.best) - 1] ?? null) : null;
}
