import { z } from "zod";
import type { Agent } from "../work-ports.ts";
import { bounded, decide, excerpt, exhausted, failureInWords, listed, misused, someNames } from "./decide.ts";
import type { PatternModel, PatternStep } from "./decide.ts";

export interface SupervisedWorker<Step> {
  /** What this worker is good at: the lead reads it. */
  readonly description?: string | undefined;
  readonly agent?: Agent | string | undefined;
  /** Does one task instead of an agent, and gives its result. */
  work?(this: void, step: Step, task: string): Promise<string>;
}

export interface SuperviseRequest<Step> extends PatternModel {
  readonly goal: string;
  readonly workers: Readonly<Record<string, SupervisedWorker<Step>>>;
  /** How often the lead is asked at the most; default: 10. */
  readonly maxTurns?: number | undefined;
  /** `fail` (default): `pattern.exhausted`. `return`: what was done, with `isDone` false. */
  readonly unfinished?: "return" | "fail" | undefined;
  readonly instructions?: string | undefined;
}

export interface Delegation {
  readonly worker: string;
  readonly task: string;
  /** Null where the worker failed. */
  readonly result: string | null;
  readonly error: string | null;
}

export interface Supervised {
  readonly isDone: boolean;
  /** The lead's; where it came to none, the last result of a worker. */
  readonly answer: string;
  readonly turns: number;
  readonly delegations: readonly Delegation[];
}

// No worker can be called so: the lead says it where nothing is left to do.
const finished = "finish";

/** A lead hands tasks to named workers, is told what came of them, and ends with an answer. */
export async function supervise<Step extends PatternStep>(
  step: Step,
  name: string,
  request: SuperviseRequest<Step>,
): Promise<Supervised> {
  const { workers, unfinished = "fail" } = request;
  const names = someNames(name, Object.keys(workers), "workers");
  if (names.includes(finished)) throw misused(name, `no worker can be called "${finished}"`);
  const maxTurns = bounded(name, "maxTurns", request.maxTurns ?? 10);
  const delegations: Delegation[] = [];
  const notes: string[] = [];
  for (let turn = 1; turn <= maxTurns; turn++) {
    const decided = await lead(step, `${name}.lead ${turn}`, request, notes);
    if ("problem" in decided) {
      notes.push(`Your turn ${turn} was of no use: ${decided.problem}`);
      continue;
    }
    const { next, text } = decided.output;
    if (next === finished) return { isDone: true, answer: text, turns: turn, delegations };
    const before = delegations.find(({ worker, task }) => worker === next && task === text);
    if (before) {
      notes.push(`You have given ${next} this very task before. Read the result, or ask for something else.`);
      continue;
    }
    const result = await delegate(step, `${name}.${next}`, { worker: workers[next] ?? {}, text });
    delegations.push({ worker: next, task: text, ...result });
    notes.push(
      `${next} was asked: ${text}\n${result.error === null ? excerpt(result.result) : `It failed: ${result.error}`}`,
    );
  }
  const last = delegations.findLast(({ result }) => result !== null)?.result ?? "";
  if (unfinished === "return") return { isDone: false, answer: last, turns: maxTurns, delegations };
  throw exhausted(name, `the lead came to no end in ${maxTurns} turns`, {
    hint: "Raise maxTurns, make the goal smaller, or set unfinished to return.",
    data: { delegations },
  });
}

function lead<Step extends PatternStep>(
  step: Step,
  name: string,
  { goal, workers, instructions, ...model }: SuperviseRequest<Step>,
  notes: readonly string[],
) {
  const names = someNames(name, [...Object.keys(workers), finished], "workers");
  return decide(step, name, {
    ...model,
    system: `${instructions ?? "You lead workers towards a goal. Give one of them its next task, or finish."}
Workers:
${listed(workers)}
Say in "next" who is to work, and in "text" the whole task: the worker sees nothing else. Where the goal is reached, say "${finished}" in "next" and the answer in "text".`,
    prompt: `The goal: ${goal}\n\n${notes.length === 0 ? "Nothing is done yet." : notes.join("\n\n")}`,
    schema: z.object({ next: z.enum(names), text: z.string().trim().min(1) }),
  });
}

async function delegate<Step extends PatternStep>(
  step: Step,
  name: string,
  { worker, text }: { readonly worker: SupervisedWorker<Step>; readonly text: string },
): Promise<{ result: string; error: null } | { result: null; error: string }> {
  if (!worker.work && worker.agent === undefined) throw misused(name, "this worker has neither an agent nor work");
  try {
    if (worker.work) return { result: await worker.work(step, text), error: null };
    return { result: (await step.agent(name, worker.agent ?? "", { prompt: text })).text, error: null };
  } catch (error) {
    return { result: null, error: failureInWords(error) };
  }
}
