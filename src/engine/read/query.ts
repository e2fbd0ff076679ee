import { isDuration, toMs } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import { nearest } from "../../core/nearest.ts";
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
  return words(text).map((word) => toTerm(word, { text, now }));
}

interface Word {
  readonly at: number;
  readonly isNot: boolean;
  /** What stands before the colon, if there is one outside of quotes. */
  readonly key: string | null;
  readonly values: readonly string[];
}

interface Place {
  readonly text: string;
  readonly now: number;
}

const pieces = /"((?:[^"\\]|\\.)*)("?)|([^\s",]+)|(,)/gy;

function words(text: string): Word[] {
  const found: Word[] = [];
  let at = 0;
  while (at < text.length) {
    const space = /^\s+/.exec(text.slice(at))?.[0].length ?? 0;
    if (space > 0) {
      at += space;
      continue;
    }
    const { word, end } = readWord(text, at);
    found.push(word);
    at = end;
  }
  return found;
}

function readWord(text: string, at: number): { word: Word; end: number } {
  const isNot = text[at] === "-" && /[^\s]/.test(text[at + 1] ?? "");
  const start = at + (isNot ? 1 : 0);
  const key = /^([A-Za-z]+):/.exec(text.slice(start))?.[1] ?? null;
  const { values, end } = readValues(text, start + (key === null ? 0 : key.length + 1), key !== null);
  return { word: { at, isNot, key, values }, end };
}

/** Values with commas; a part in quotes may hold spaces, commas, and `\"`. */
function readValues(text: string, from: number, isList: boolean): { values: string[]; end: number } {
  const values = [""];
  let end = from;
  pieces.lastIndex = from;
  for (let match = pieces.exec(text); match; match = pieces.exec(text)) {
    const [whole, quoted, close, plain] = match;
    if (quoted !== undefined && close === "") throw invalid(text, end, 'the quote `"` is not closed');
    const isNext = plain === undefined && quoted === undefined && isList;
    if (isNext) values.push("");
    else values.push(`${values.pop() ?? ""}${quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? whole}`);
    end = pieces.lastIndex;
    if (/\s/.test(text[end] ?? " ")) break;
  }
  return { values: values.filter((value) => value !== ""), end: Math.max(end, from) };
}

function toTerm({ at, isNot, key, values }: Word, { text, now }: Place): QueryTerm {
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

/** `24h` ago, or a date as ISO 8601 writes it, in UTC unless it says otherwise. */
export function toTime(value: string, now: number): number | null {
  if (isDuration(value)) return now - toMs(value);
  if (!/^\d{4}-\d{2}-\d{2}/.test(value)) return null;
  const time = Date.parse(/T.*[\d:]$/.test(value) && !/[+-]\d{2}:?\d{2}$/.test(value) ? `${value}Z` : value);
  return Number.isNaN(time) ? null : time;
}

function notATime(text: string, at: number, value: string): never {
  throw invalid(
    text,
    at,
    `"${value}" is no time`,
    "Write how long ago, such as 24h or 7d, or a date: 2026-11-25T08:00",
  );
}

function unknownKey(text: string, at: number, key: string): TuttiError {
  const meant = nearest(key, queryKeys);
  const all = `There are ${queryKeys.join(", ")}. A word that has a colon stands in quotes.`;
  return invalid(text, at, `"${key}" is no key`, meant === undefined ? all : `Did you mean ${meant}:? ${all}`);
}

function invalid(text: string, at: number, what: string, hint?: string): TuttiError {
  return new TuttiError("usage.invalid", `the query cannot be read at character ${at + 1}: ${what}`, {
    hint: hint ?? 'For example: status:failed flow:triage error:"no room" since:24h',
    data: { query: text, at },
  });
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
