import { z } from "zod";
import { decide, listed, misused, someNames, undecided, type PatternModel, type PatternStep } from "./decide.ts";

export interface Branch<Step, Result> {
  /** When this branch is the right one: the model reads it. */
  readonly description?: string | undefined;
  /** What is done in this branch; without it the choice is all. */
  run?(this: void, step: Step): Promise<Result>;
}

export interface RouteRequest<Step, Result> extends PatternModel {
  /** What is to be sorted. */
  readonly prompt: string;
  readonly branches: Readonly<Record<string, Branch<Step, Result>>>;
  /** The branch for a model that chooses none; without it that is `pattern.undecided`. */
  readonly default?: string | undefined;
  readonly instructions?: string | undefined;
}

export interface Routed<Result> {
  readonly branch: string;
  readonly reason: string;
  /** The model chose none of the branches, so the default was taken. */
  readonly isDefault: boolean;
  /** What the branch gave; null where it does nothing. */
  readonly value: Result | null;
}

/** One model call chooses one of several named branches, which is then run. */
export async function route<Step extends PatternStep, Result = unknown>(
  step: Step,
  name: string,
  { prompt, branches, default: fallback, instructions, ...model }: RouteRequest<Step, Result>,
): Promise<Routed<Result>> {
  const names = someNames(name, Object.keys(branches), "branches");
  if (fallback !== undefined && !Object.hasOwn(branches, fallback))
    throw misused(name, `the default "${fallback}" is none of its branches (${names.join(", ")})`);
  const decided = await decide(step, `${name}.choose`, {
    ...model,
    system: `${instructions ?? "Choose the one branch that fits what you are given."}\n\nBranches:\n${listed(branches)}`,
    prompt,
    schema: z.object({ branch: z.enum(names), reason: z.string().max(200).default("") }),
  });
  const chosen = "output" in decided ? { ...decided.output, isDefault: false } : byDefault(decided.problem);
  const value = (await branches[chosen.branch]?.run?.(step)) ?? null;
  return { ...chosen, value };

  function byDefault(problem: string): Omit<Routed<Result>, "value"> {
    if (fallback !== undefined) return { branch: fallback, reason: problem, isDefault: true };
    throw undecided(name, problem, "State a default branch, or choose a model that follows instructions better.");
  }
}
