import { formatMs, toMs } from "../../core/duration.ts";
import { StepError, TuttiError } from "../../core/error.ts";
import type { Usage } from "../../core/step.ts";
import type { Agent } from "../work-ports.ts";

/** What an agent may use, with what is meant where it does not say. */
export interface Limits {
  readonly agent: string;
  readonly turns: number;
  readonly tokens: number | undefined;
  readonly toolCalls: number | undefined;
  readonly timeMs: number | undefined;
  /** Agents below each other that it may still start. */
  readonly depth: number;
  readonly repeats: number;
  readonly resultSize: number;
}

const defaultTurns = 20;
const defaultDepth = 3;
const defaultRepeats = 4;
// Above what the built-in tools hand over by their own limits, so that their notes ("read on with offset 900") are never
// cut off; a tool of one's own without a limit would fill every context.
const defaultResultSize = 65_536;

/** An agent that was handed a task has at most what is left to the one that handed it over. */
export function limitsOf(agent: Agent, left?: { readonly depth: number; readonly timeMs: number }): Limits {
  const timeMs = agent.maxTime === undefined ? Number.POSITIVE_INFINITY : toMs(agent.maxTime);
  const mostMs = Math.min(timeMs, left?.timeMs ?? Number.POSITIVE_INFINITY);
  return {
    agent: agent.name,
    turns: agent.maxTurns ?? defaultTurns,
    tokens: agent.maxTotalTokens,
    toolCalls: agent.maxToolCalls,
    timeMs: mostMs === Number.POSITIVE_INFINITY ? undefined : mostMs,
    depth: Math.min(agent.maxDepth ?? defaultDepth, left?.depth ?? Number.POSITIVE_INFINITY),
    repeats: agent.maxRepeats ?? defaultRepeats,
    resultSize: agent.maxResultSize ?? defaultResultSize,
  };
}

/** Milliseconds that are left; infinite where time is not limited. */
export function mustHaveTime(limits: Limits, { startedAt, now }: { startedAt: number; now: number }): number {
  if (limits.timeMs === undefined) return Number.POSITIVE_INFINITY;
  const used = now - startedAt;
  if (used >= limits.timeMs) throw outOfTime(limits);
  return limits.timeMs - used;
}

/** A step that was given the agent's remaining time and took longer has used up the agent's time. */
export function asOutOfTime(error: unknown, limits: Limits): unknown {
  const isLate = error instanceof StepError && error.code === "engine.deadline" && limits.timeMs !== undefined;
  return isLate ? outOfTime(limits) : error;
}

function outOfTime({ agent, timeMs = 0 }: Limits): TuttiError {
  return limitError({ agent, limit: "maxTime", allowed: timeMs, used: timeMs }, `took longer than ${formatMs(timeMs)}`);
}

export function refuseTokens({ agent, tokens }: Limits, { inputTokens = 0, outputTokens = 0 }: Usage): void {
  const used = inputTokens + outputTokens;
  if (tokens === undefined || used < tokens) return;
  throw limitError(
    { agent, limit: "maxTotalTokens", allowed: tokens, used },
    `used ${used} tokens without an answer; it may use ${tokens}`,
  );
}

/** Before the calls of a turn are made: all of them or none. */
export function refuseToolCalls({ agent, toolCalls }: Limits, { made, asked }: { made: number; asked: number }): void {
  if (toolCalls === undefined || made + asked <= toolCalls) return;
  throw limitError(
    { agent, limit: "maxToolCalls", allowed: toolCalls, used: made },
    `asked for ${asked} more tool calls after ${made}; it may make ${toolCalls}`,
  );
}

export function refuseDepth(agent: string): never {
  throw limitError(
    { agent, limit: "maxDepth", allowed: 0, used: 1 },
    "was handed a task by an agent that may not hand tasks over any deeper",
  );
}

export function refuseTurns({ agent, turns }: Limits): never {
  throw new TuttiError("agent.no_answer", `agent "${agent}" used its ${turns} turns without an answer`, {
    hint: "Raise maxTurns, narrow the prompt, or choose a model that follows instructions better.",
    data: { agent, limit: "maxTurns", allowed: turns, used: turns },
  });
}

interface Reached {
  readonly agent: string;
  readonly limit: string;
  readonly allowed: number;
  readonly used: number;
}

function limitError(reached: Reached, what: string): TuttiError {
  return new TuttiError("agent.limit", `agent "${reached.agent}" ${what}`, {
    hint: `Raise ${reached.limit}, or make the task smaller.`,
    data: reached,
  });
}
