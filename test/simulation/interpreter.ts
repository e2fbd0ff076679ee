import type { StepOf } from "../../src/engine/step.ts";
import type { Program } from "./program.ts";

/** The verbs that a simulated flow has beyond the engine's own. */
export interface SimulatedVerbs {
  /** A scope that is stored as one row, as an agent is. */
  group(name: string, work: (step: SimulatedStep) => Promise<unknown>): Promise<unknown>;
  /** A durable question, as a review. */
  ask(name: string): Promise<unknown>;
}

export type SimulatedStep = StepOf<SimulatedVerbs>;

export interface Stage {
  /** What an effect gives: another value each time it really runs. */
  value(mayFail: boolean): number;
  /** A payload that no other event of the world has. */
  payload(): number;
  /** What the body has seen, in its order. Code inside of a scope that is stored as one row is silent. */
  saw(what: string): void;
}

const silent = (): void => undefined;

/** Runs a program as the body of a flow. */
export async function perform(program: Program, step: SimulatedStep, stage: Stage): Promise<unknown> {
  switch (program.type) {
    case "sequence":
      return inTurn(program.parts, step, stage);
    case "all":
      return Promise.all(program.parts.map((part) => perform(part, step, stage)));
    case "settled":
      return (await Promise.allSettled(program.parts.map((part) => perform(part, step, stage)))).map(
        ({ status }) => status,
      );
    case "nativeRace":
      return Promise.race(program.parts.map((part) => perform(part, step, stage)));
    case "loop":
      return inTurn(Array<Program>(program.times).fill(program.body), step, stage);
    case "map":
      return step.map(
        "map",
        [...Array(program.times).keys()],
        (_item, inner) => perform(program.body, inner as SimulatedStep, stage),
        { concurrency: 2 },
      );
    case "race":
    case "group":
      return collapsed(program, step, stage);
    case "try":
      return perform(program.body, step, stage).catch(() => perform(program.other, step, stage));
    case "finally":
      return tidying(program, step, stage);
    case "float":
      return floating(program, step, stage);
    case "choice": {
      const value = await leaf({ type: "run", name: "choose", mayFail: false }, step, stage);
      return perform(Number(value) % 2 === 0 ? program.even : program.odd, step, stage);
    }
    default:
      return leaf(program, step, stage);
  }
}

async function inTurn(parts: readonly Program[], step: SimulatedStep, stage: Stage): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const part of parts) results.push(await perform(part, step, stage));
  return results;
}

function collapsed(
  program: Extract<Program, { type: "race" | "group" }> | Extract<Program, { parts: unknown }>,
  step: SimulatedStep,
  stage: Stage,
): Promise<unknown> {
  const inside: Stage = { ...stage, saw: silent };
  if ("body" in program) return step.group("group", (inner) => perform(program.body, inner, inside));
  const entries = program.parts.map((part, index) => [
    `branch ${index}`,
    (inner: SimulatedStep) => perform(part, inner, inside),
  ]);
  return step.race("race", Object.fromEntries(entries) as never);
}

async function tidying(
  { body, other }: { body: Program; other: Program },
  step: SimulatedStep,
  stage: Stage,
): Promise<unknown> {
  try {
    return await perform(body, step, stage);
  } finally {
    await step.cleanup((inner) => perform(other, inner as SimulatedStep, stage), { deadline: "30s" }).catch(silent);
  }
}

async function floating(
  { body, meanwhile, isAwaited }: Extract<Program, { type: "float" }>,
  step: SimulatedStep,
  stage: Stage,
): Promise<unknown> {
  const pending = perform(body, step, stage);
  pending.catch(silent);
  const first = await perform(meanwhile, step, stage);
  return isAwaited ? [first, await pending] : first;
}

/** One verb: what it gave, or how it failed, is seen by the body. */
async function leaf(program: Program, step: SimulatedStep, stage: Stage): Promise<unknown> {
  if (program.type === "clock") {
    const seen = [step.now(), step.random(), step.id("x")];
    stage.saw(`clock ${JSON.stringify(seen)}`);
    return seen;
  }
  try {
    const value = await call(program, step, stage);
    stage.saw(`${program.type} gave ${JSON.stringify(value ?? null)}`);
    return value ?? null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "none";
    stage.saw(`${program.type} failed with ${code}`);
    throw error;
  }
}

function call(program: Program, step: SimulatedStep, stage: Stage): Promise<unknown> {
  switch (program.type) {
    case "run": {
      const { name, mayFail, onInterrupted } = program;
      return step.run(name, () => stage.value(mayFail), onInterrupted === undefined ? {} : { onInterrupted });
    }
    case "sleep":
      return step.sleep("nap", program.ms);
    case "wait":
      return step.waitFor("wait", {
        event: program.event,
        ...(program.timeout === undefined ? {} : { timeout: program.timeout }),
      });
    case "emit":
      return step
        .run("payload", () => stage.payload())
        .then((payload) => step.emit("emit", { name: program.event, payload }));
    case "ask":
      return step.ask("ask");
    case "child":
      return step.flow("child", program.flow, {});
    case "version":
      return step.version(program.name, 3);
    default:
      return Promise.reject(new Error(`${program.type} is not a verb`));
  }
}
