import { z } from "zod";
import type { Agent } from "../work-ports.ts";
import { bounded, decide, excerpt, exhausted, failureInWords, undecided, write } from "./decide.ts";
import type { PatternModel, PatternStep } from "./decide.ts";

export interface PlanRequest<Step> extends PatternModel {
  readonly goal: string;
  /** Who does the tasks; default: the model that plans. */
  readonly agent?: Agent | string | undefined;
  /** Does one task instead of an agent, and gives its result. */
  work?(this: void, step: Step, task: string, done: readonly DoneTask[]): Promise<string>;
  /** Tasks of one plan at the most; default: 8. */
  readonly maxTasks?: number | undefined;
  /** How often what is left is planned anew after a task has failed; default: 1. */
  readonly maxReplans?: number | undefined;
  /** The plan where the model writes none; without it that is `pattern.undecided`. */
  readonly default?: readonly string[] | undefined;
  /** `fail` (default): `pattern.exhausted`. `return`: what is done, with `isDone` false. */
  readonly unfinished?: "return" | "fail" | undefined;
  readonly instructions?: string | undefined;
}

export interface DoneTask {
  readonly task: string;
  /** Null where the task failed. */
  readonly result: string | null;
  readonly error: string | null;
}

export interface Planned {
  readonly isDone: boolean;
  /** In the order in which they were done, the failed ones too. */
  readonly tasks: readonly DoneTask[];
  readonly replans: number;
  /** The model wrote no valid plan, so the default was carried out. */
  readonly isDefault: boolean;
}

/** A model writes a list of tasks, which are done one after the other; what fails may be planned anew. */
export async function plan<Step extends PatternStep>(
  step: Step,
  name: string,
  request: PlanRequest<Step>,
): Promise<Planned> {
  const maxReplans = bounded(name, "maxReplans", request.maxReplans ?? 1, 0);
  const first = await draw(step, `${name}.plan`, request, []);
  const isDefault = "problem" in first;
  let left = "tasks" in first ? first.tasks : byDefault(name, request, first.problem);
  const done: DoneTask[] = [];
  let replans = 0;
  for (let [task] = left; task !== undefined; [task] = left) {
    const result = await attempt(step, `${name}.task ${done.length + 1}`, { request, task, done });
    done.push(result);
    left = left.slice(1);
    if (result.error === null) continue;
    const next = replans < maxReplans ? await draw(step, `${name}.replan ${++replans}`, request, done) : null;
    if (next === null || "problem" in next) return giveUp(name, request, { done, replans, isDefault });
    left = next.tasks;
  }
  return { isDone: true, tasks: done, replans, isDefault };
}

type Drawn = { readonly tasks: readonly string[] } | { readonly problem: string };

async function draw<Step extends PatternStep>(
  step: Step,
  name: string,
  request: PlanRequest<Step>,
  done: readonly DoneTask[],
): Promise<Drawn> {
  const maxTasks = bounded(name, "maxTasks", request.maxTasks ?? 8);
  const {
    goal,
    instructions = "You plan work. Write the tasks that reach the goal, each one doable by itself.",
    ...model
  } = request;
  const decided = await decide(step, name, {
    ...model,
    options: { maxTokens: 200 + 100 * maxTasks, ...model.options },
    system: `${instructions}\nAt most ${maxTasks} tasks, in the order in which they are to be done.`,
    prompt:
      done.length === 0 ? goal : `${goal}\n\n${history(done)}\n\nPlan what is left to do, around what has failed.`,
    schema: z.object({ tasks: z.array(z.string().trim().min(1).max(1_000)).min(1).max(maxTasks) }),
  });
  return "output" in decided ? decided.output : decided;
}

function byDefault<Step>(name: string, { default: tasks }: PlanRequest<Step>, problem: string): readonly string[] {
  if (tasks !== undefined && tasks.length > 0) return tasks;
  throw undecided(
    name,
    `there is no plan (${problem})`,
    "State a default plan, or choose a model that follows instructions better.",
  );
}

interface Attempt<Step> {
  readonly request: PlanRequest<Step>;
  readonly task: string;
  readonly done: readonly DoneTask[];
}

async function attempt<Step extends PatternStep>(
  step: Step,
  name: string,
  { request, task, done }: Attempt<Step>,
): Promise<DoneTask> {
  const { goal, agent, work, ...model } = request;
  const prompt = `The goal: ${goal}\n\n${history(done)}\n\nDo this task, and nothing else: ${task}`;
  try {
    if (work) return { task, result: await work(step, task, done), error: null };
    if (agent !== undefined) return { task, result: (await step.agent(name, agent, { prompt })).text, error: null };
    const text = await write(step, name, { ...model, system: "You do one task of a plan.", prompt });
    return text === null ? { task, result: null, error: "no model reachable" } : { task, result: text, error: null };
  } catch (error) {
    return { task, result: null, error: failureInWords(error) };
  }
}

function history(done: readonly DoneTask[]): string {
  if (done.length === 0) return "Nothing is done yet.";
  const lines = done.map(({ task, result, error }) =>
    error === null ? `Done: ${task}\n${excerpt(result ?? "")}` : `Failed: ${task}\n${error}`,
  );
  return lines.join("\n\n");
}

function giveUp<Step>(
  name: string,
  { unfinished = "fail" }: PlanRequest<Step>,
  { done, replans, isDefault }: { done: readonly DoneTask[]; replans: number; isDefault: boolean },
): Planned {
  if (unfinished === "return") return { isDone: false, tasks: done, replans, isDefault };
  const last = done.at(-1);
  throw exhausted(name, `task "${last?.task}" failed (${last?.error}) and no plan is left`, {
    hint: "Raise maxReplans, or set unfinished to return to go on with what is done.",
    data: { tasks: done },
  });
}
