import { isDuration, toMs } from "./duration.ts";
import { TuttiError } from "./error.ts";

// The form of what lists are searched by: `status:failed,waiting error:"no room" -model:qwen since:24h words`. Which keys
// there are, and what they mean, each list says for itself.

/** A condition as it is written. */
export interface QueryWord {
  /** Where it stands in the text, counted from 0. */
  readonly at: number;
  readonly isNot: boolean;
  /** What stands before the sign, and the sign: `duration` and `>`. Null for a free word. */
  readonly key: string | null;
  readonly sign: string;
  /** Several where commas stand between them. */
  readonly values: readonly string[];
}

export interface QueryForm {
  /** A key with its sign, each a group; sticky. */
  readonly key: RegExp;
  /** What is shown to who wrote something that cannot be read. */
  readonly example: string;
}

const pieces = /"((?:[^"\\]|\\.)*)("?)|([^\s",]+)|(,)/gy;

/** The conditions of a text; `usage.invalid` with the place where it cannot be read. */
export function readQuery(text: string, form: QueryForm): QueryWord[] {
  const found: QueryWord[] = [];
  let at = 0;
  while (at < text.length) {
    const space = /^\s+/.exec(text.slice(at))?.[0].length ?? 0;
    if (space > 0) {
      at += space;
      continue;
    }
    const { word, end } = readWord(text, at, form);
    found.push(word);
    at = end;
  }
  return found;
}

function readWord(text: string, at: number, form: QueryForm): { word: QueryWord; end: number } {
  const isNot = text[at] === "-" && /[^\s]/.test(text[at + 1] ?? "");
  const start = at + (isNot ? 1 : 0);
  form.key.lastIndex = start;
  const [head, key = null, sign = ""] = form.key.exec(text) ?? [""];
  const { values, end } = readValues(text, { from: start + head.length, isList: key !== null, form });
  return { word: { at, isNot, key, sign, values }, end };
}

interface ValuePlace {
  readonly from: number;
  readonly isList: boolean;
  readonly form: QueryForm;
}

/** Values with commas; a part in quotes may hold spaces, commas, and `\"`. */
function readValues(text: string, { from, isList, form }: ValuePlace): { values: string[]; end: number } {
  const values = [""];
  let end = from;
  pieces.lastIndex = from;
  for (let match = pieces.exec(text); match; match = pieces.exec(text)) {
    const [whole, quoted, close, plain] = match;
    if (quoted !== undefined && close === "") {
      throw queryMistake({ text, at: end }, 'the quote `"` is not closed', `For example: ${form.example}`);
    }
    const isNext = plain === undefined && quoted === undefined && isList;
    if (isNext) values.push("");
    else values.push(`${values.pop() ?? ""}${quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? whole}`);
    end = pieces.lastIndex;
    if (/\s/.test(text[end] ?? " ")) break;
  }
  return { values: values.filter((value) => value !== ""), end: Math.max(end, from) };
}

export function queryMistake({ text, at }: { text: string; at: number }, what: string, hint: string): TuttiError {
  return new TuttiError("usage.invalid", `the query cannot be read at character ${at + 1}: ${what}`, {
    hint,
    data: { query: text, at },
  });
}

/** `24h` ago, or a date as ISO 8601 writes it, in UTC unless it says otherwise. */
export function toTime(value: string, now: number): number | null {
  if (isDuration(value)) return now - toMs(value);
  if (!/^\d{4}-\d{2}-\d{2}/.test(value)) return null;
  const time = Date.parse(/T.*[\d:]$/.test(value) && !/[+-]\d{2}:?\d{2}$/.test(value) ? `${value}Z` : value);
  return Number.isNaN(time) ? null : time;
}

export const timeHint = "Write how long ago, such as 24h or 7d, or a date: 2026-11-25T08:00";
