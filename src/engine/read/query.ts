import type { TuttiError } from "../../core/error.ts";
import { nearest } from "../../core/nearest.ts";
import { queryMistake, readQuery, timeHint, toTime, type QueryForm, type QueryWord } from "../../core/query.ts";
import { runStatuses } from "../../core/step.ts";

/** What runs can be asked for by, in a text: `status:failed,waiting flow:triage error:"no room" -model:qwen since:24h words`. */
export const queryKeys = ["status", "flow", "error", "model", "trigger", "id", "waiting", "since", "until"] as const;
export type QueryKey = (typeof queryKeys)[number];

export const waitingFor = ["review", "event", "sleep", "child", "budget"] as const;
export type WaitingFor = (typeof waitingFor)[number];

/** One condition: any of the values will do, or none of them may where it `isNot`. A free word's key is `text`. */
export interface QueryTerm {
  readonly key: QueryKey | "text";
  readonly values: readonly string[];
  readonly isNot: boolean;
  /** Where it stands in the text, counted from 0. */
  readonly at: number;
}

/** The conditions of a text, all of which must hold; `usage.invalid` with the place where it cannot be read. */
export function parseQuery(text: string, now: number): QueryTerm[] {
  return readQuery(text, form).map((word) => toTerm(word, { text, now }));
}

interface Place {
  readonly text: string;
  readonly now: number;
}

const example = 'status:failed flow:triage error:"no room" since:24h';
const form: QueryForm = { key: /([A-Za-z]+)(:)/y, example };

function toTerm({ at, isNot, key, values }: QueryWord, { text, now }: Place): QueryTerm {
  if (key === null) return { key: "text", values, isNot, at };
  const known = queryKeys.find((one) => one === key.toLowerCase());
  if (known === undefined) throw unknownKey(text, at, key);
  if (values.length === 0) throw invalid(text, at, `"${key}:" has no value`, `For example: ${examples[known]}`);
  return { key: known, values: values.map((value) => checked(known, value, { text, at, now })), isNot, at };
}

function checked(key: QueryKey, value: string, { text, at, now }: Place & { readonly at: number }): string {
  switch (key) {
    case "status":
      return oneOf(value, runStatuses, { text, at, key });
    case "waiting":
      return oneOf(value, waitingFor, { text, at, key });
    case "since":
    case "until":
      return String(toTime(value, now) ?? notATime(text, at, value));
    default:
      return value;
  }
}

function oneOf(
  value: string,
  choices: readonly string[],
  { text, at, key }: { text: string; at: number; key: string },
): string {
  const found = choices.find((choice) => choice === value.toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(value, choices);
  const all = `${key} is one of ${choices.join(", ")}.`;
  throw invalid(text, at, `"${value}" is no ${key}`, meant === undefined ? all : `Did you mean ${meant}? ${all}`);
}

function notATime(text: string, at: number, value: string): never {
  throw invalid(text, at, `"${value}" is no time`, timeHint);
}

function unknownKey(text: string, at: number, key: string): TuttiError {
  const meant = nearest(key, queryKeys);
  const all = `There are ${queryKeys.join(", ")}. A word that has a colon stands in quotes.`;
  return invalid(text, at, `"${key}" is no key`, meant === undefined ? all : `Did you mean ${meant}:? ${all}`);
}

function invalid(text: string, at: number, what: string, hint = `For example: ${example}`): TuttiError {
  return queryMistake({ text, at }, what, hint);
}

const examples: Readonly<Record<QueryKey, string>> = {
  status: "status:failed,waiting",
  flow: "flow:triage",
  error: 'error:"ECONNREFUSED"',
  model: "model:qwen",
  trigger: "trigger:schedule",
  id: "id:run_4k7",
  waiting: "waiting:review",
  since: "since:24h",
  until: "until:2026-11-25",
};
