import { z } from "zod";
import { toMs, type Duration } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import { nearest } from "../../core/nearest.ts";
import type { Agent } from "../work-ports.ts";

/** Limits as an agent's header writes them: those of an agent in code, under the same names. */
export interface FileLimits {
  readonly maxTurns?: number;
  readonly maxTotalTokens?: number;
  readonly maxToolCalls?: number;
  readonly maxTime?: Duration;
  readonly maxDepth?: number;
  readonly maxRepeats?: number;
  readonly maxResultSize?: number;
}

const wholeNumber = (least: number) =>
  z.int({ error: "must be a whole number" }).min(least, `must be at least ${least}`).optional();

export const limitKeys = {
  maxTurns: wholeNumber(1),
  maxTotalTokens: wholeNumber(1),
  maxToolCalls: wholeNumber(0),
  maxTime: z
    .union([z.string(), z.number()], { error: 'must be a duration such as "90s" or "10m"' })
    .refine(isDuration, 'must be a duration such as "90s" or "10m"')
    .optional(),
  maxDepth: wholeNumber(0),
  maxRepeats: wholeNumber(1),
  // Less would not hold the note that says how to read on.
  maxResultSize: wholeNumber(500),
} as const;

function isLimit(key: string): boolean {
  return Object.hasOwn(limitKeys, key);
}

function isDuration(value: Duration): boolean {
  try {
    return toMs(value) > 0;
  } catch {
    return false; // toMs throws for nothing else; the refinement says what is wrong
  }
}

/** The limits, and what is left of the header. */
export function splitLimits(fields: Readonly<Record<string, unknown>>): {
  readonly limits: FileLimits;
  readonly extra: Readonly<Record<string, unknown>>;
} {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    limits: Object.fromEntries(entries.filter(([key]) => isLimit(key))),
    extra: Object.fromEntries(entries.filter(([key]) => !isLimit(key))),
  };
}

/** Keys of others are let be; one that looks like a limit and is none would be a limit that does not hold. */
export function misspelledKey(
  fields: Readonly<Record<string, unknown>>,
): { readonly key: string; readonly meant: string } | undefined {
  const known = [...Object.keys(limitKeys), "onOverflow"];
  for (const key of Object.keys(fields)) {
    const meant = known.includes(key) || !/^(?:max|on)[A-Z_-]/.test(key) ? undefined : nearest(key, known);
    if (meant !== undefined) return { key, meant };
  }
  return undefined;
}

/** The same for an agent in code, whose types are not checked when a flow runs. */
export function refuseUnfit(agent: Agent, prompt: unknown): void {
  const limits = Object.entries(agent).filter(([key, value]) => isLimit(key) && value !== undefined);
  const { error } = z.object(limitKeys).safeParse(Object.fromEntries(limits));
  const problems = (error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`);
  if (typeof agent.instructions !== "string") problems.push("instructions must be text");
  if (typeof prompt !== "string") problems.push("its prompt must be text");
  if (problems.length === 0) return;
  throw new TuttiError("agent.invalid", `agent "${agent.name}": ${problems.join("; ")}`);
}
