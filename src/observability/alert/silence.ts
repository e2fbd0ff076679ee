import type { EpochMs } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import type { Labels } from "./rule.ts";

/** One thing that must fit; a value that ends in `*` fits whatever begins like it. */
export interface Matcher {
  readonly label: string;
  readonly isEqual: boolean;
  readonly value: string;
}

/** Alerts of which nobody is told until a time; they are shown all the same. */
export interface Silence {
  readonly id: string;
  /** Null: of every rule. */
  readonly rule: string | null;
  /** All of them must fit. */
  readonly matchers: readonly Matcher[];
  readonly until: EpochMs;
  readonly createdAt: EpochMs;
  readonly createdBy: string;
  readonly reason: string;
}

/** The one that holds longest of those that fit now. */
export function silenceFor(
  silences: readonly Silence[],
  rule: string,
  { labels, now }: { readonly labels: Labels; readonly now: EpochMs },
): Silence | null {
  const fitting = silences.filter((silence) => silence.until > now && fits(silence, rule, labels));
  return fitting.toSorted((a, b) => b.until - a.until)[0] ?? null;
}

function fits({ rule, matchers }: Silence, name: string, labels: Labels): boolean {
  return (rule === null || rule === name) && matchers.every((matcher) => matches(matcher, labels));
}

/** A label that is not there has the empty value, as in Prometheus. */
export function matches({ label, isEqual, value }: Matcher, labels: Labels): boolean {
  const there = labels[label] ?? "";
  const isSo = value.endsWith("*") ? there.startsWith(value.slice(0, -1)) : there === value;
  return isSo === isEqual;
}

/** `flow=triage`, `model!=ollama/*`. */
export function toMatcher(text: string): Matcher {
  const [, label, op, value] = /^\s*([a-zA-Z_]\w*)\s*(!?=)(.*)$/s.exec(text) ?? [];
  if (label === undefined || value === undefined)
    throw new TuttiError("usage.invalid", `${JSON.stringify(text)} does not say which label must have which value`, {
      hint: "Write it like flow=triage or model!=ollama/*; `tutti alert get NAME` shows the labels that there are.",
    });
  return { label, isEqual: op === "=", value: value.trim() };
}

export function matcherText({ label, isEqual, value }: Matcher): string {
  return `${label}${isEqual ? "=" : "!="}${value}`;
}
