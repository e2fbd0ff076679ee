import { isDuration, toMs } from "../../core/duration.ts";
import type { LogLevel } from "../../core/log.ts";
import { nearest } from "../../core/nearest.ts";
import { queryMistake, readQuery, timeHint, toTime, type QueryForm, type QueryWord } from "../../core/query.ts";
import type { EpochUs } from "../record.ts";
import { logLevels } from "./log-row.ts";
import { equalityTerm, wordsOf } from "./terms.ts";

const form: QueryForm = {
  key: /([A-Za-z][\w.\-/]*)(:|>=|<=|>|<|=)/y,
  example: 'status:error gen_ai.request.model:llama* duration>2s "no room" since:1h',
};

/** What must hold, for the tables: expressions of the search index, and what stands in the rows. */
export interface Search {
  /** Each of them must be found, */
  readonly all: readonly string[];
  /** and none of these. */
  readonly none: readonly string[];
  readonly bounds: readonly Bound[];
  /** Ids of traces, one of which it must be; null where any will do. */
  readonly ids: readonly string[] | null;
  readonly since: EpochUs | null;
  readonly until: EpochUs | null;
}

/** What a trace's row is asked for by a number. */
export interface Bound {
  readonly figure: Figure;
  readonly sign: ">" | "<" | ">=" | "<=" | "=";
  readonly value: number;
  readonly isNot: boolean;
}

export const figures = ["duration", "spans", "errors", "tokens"] as const;
export type Figure = (typeof figures)[number];

/** What is meant by short keys: attributes as OpenTelemetry and Tutti name them. */
const shortKeys: Readonly<Record<string, readonly string[]>> = {
  model: ["gen_ai.request.model", "gen_ai.response.model", "model"],
  provider: ["gen_ai.provider.name"],
  operation: ["gen_ai.operation.name"],
  run: ["tutti.run.id", "run"],
  flow: ["tutti.flow"],
  step: ["tutti.step.key"],
  agent: ["gen_ai.agent.name", "tutti.agent", "agent.name"],
  tool: ["gen_ai.tool.name", "tool_name"],
  session: ["session.id"],
  error: ["error.type"],
};

interface Place {
  readonly text: string;
  readonly now: number;
}

interface Draft {
  readonly all: string[];
  readonly none: string[];
  readonly bounds: Bound[];
  ids: readonly string[] | null;
  since: EpochUs | null;
  until: EpochUs | null;
}

const emptyDraft = (): Draft => ({ all: [], none: [], bounds: [], ids: null, since: null, until: null });

/** For traces: a condition holds where any span of the trace fulfils it. `usage.invalid` with the place. */
export function traceSearch(text: string, now: number): Search {
  const draft = emptyDraft();
  for (const word of readQuery(text, form)) addToTraces(draft, word, { text, now });
  return draft;
}

function addToTraces(draft: Draft, word: QueryWord, place: Place): void {
  const figure = figures.find((one) => one === word.key);
  if (figure !== undefined && word.sign !== ":") {
    draft.bounds.push(toBound(figure, word, place));
  } else if (word.key === "status") {
    addStatus(draft, word, place);
  } else if (word.key === "trace" && !word.isNot) {
    draft.ids = word.values.map((value) => value.toLowerCase());
  } else {
    addCommon(draft, word, { ...place, join: "AND" });
  }
}

function addStatus(draft: Draft, word: QueryWord, { text }: Place): void {
  const [value = ""] = word.values;
  const isError = value.toLowerCase() === "error";
  if (word.values.length !== 1 || (!isError && value.toLowerCase() !== "ok")) {
    throw queryMistake({ text, at: word.at }, `"${word.values.join(",")}" is no status`, "A trace is error or ok.");
  }
  (isError === word.isNot ? draft.none : draft.all).push(quoted(equalityTerm("status", "error")));
}

function toBound(figure: Figure, word: QueryWord, { text }: Place): Bound {
  const [value = ""] = word.values;
  const isTime = figure === "duration";
  const number = isTime ? (isDuration(value) ? toMs(value) : Number.NaN) : Number(value);
  if (word.values.length !== 1 || !Number.isFinite(number)) {
    const hint = isTime ? "For example: duration>2s" : `For example: ${figure}>10`;
    throw queryMistake({ text, at: word.at }, `"${word.values.join(",")}" cannot be compared with ${figure}`, hint);
  }
  return { figure, sign: word.sign as Bound["sign"], value: number, isNot: word.isNot };
}

/** For logs: all conditions hold for the one record. */
export function logSearch(text: string, now: number): Search {
  const draft = emptyDraft();
  for (const word of readQuery(text, form)) {
    if (word.key === "level") checkLevels(word, text);
    addCommon(draft, word, { text, now, join: "+" });
  }
  return draft;
}

function checkLevels({ values, at }: QueryWord, text: string): void {
  const wrong = values.find((value) => !logLevels.some((level) => level === value));
  if (wrong === undefined) return;
  const meant = nearest(wrong, logLevels);
  const all = `Levels are ${logLevels.join(", ")}.`;
  throw queryMistake(
    { text, at },
    `"${wrong}" is no level`,
    meant === undefined ? all : `Did you mean ${meant}? ${all}`,
  );
}

/** The expression for a level and all that are graver. */
export function levelsFrom(level: LogLevel): string {
  const graver = logLevels.slice(logLevels.indexOf(level));
  return graver.map((one) => quoted(equalityTerm("level", one))).join(" OR ");
}

/** How the words of one text stand to each other: beside each other where the index knows their places. */
interface Joining extends Place {
  readonly join: "AND" | "+";
}

function addCommon(draft: Draft, word: QueryWord, place: Joining): void {
  const { key, sign, values, isNot, at } = word;
  const { text, now } = place;
  if (key !== null && values.length === 0) {
    throw queryMistake({ text, at }, `"${key}${sign}" has no value`, `For example: ${form.example}`);
  }
  if (key === "since" || key === "until") {
    const time = toTime(values[0] ?? "", now);
    if (time === null) throw queryMistake({ text, at }, `"${values[0]}" is no time`, timeHint);
    draft[key] = time * 1_000;
    return;
  }
  if (key !== null && sign !== ":" && sign !== "=") {
    const hint = `Figures of traces are ${figures.join(", ")}; attributes are compared whole: ${key}:VALUE`;
    throw queryMistake({ text, at }, `${key} cannot be compared by ${sign}`, hint);
  }
  const found = key === null ? wordExpression(word, place) : keyExpression(key, values);
  (isNot ? draft.none : draft.all).push(found);
}

function wordExpression({ values, at }: QueryWord, { text, join }: Joining): string {
  const [value = ""] = values;
  const words = wordsOf(value);
  if (words.length === 0) {
    throw queryMistake({ text, at }, `"${value}" has no letter and no digit`, "Search by words, or by key:value.");
  }
  const joined = words.map(quoted).join(` ${join} `);
  return value.endsWith("*") ? `${joined} *` : joined;
}

function keyExpression(key: string, values: readonly string[]): string {
  const keys = shortKeys[key] ?? [key];
  return keys.flatMap((one) => values.map((value) => valueExpression(one, value))).join(" OR ");
}

/** A star at the end stands for any rest; alone, for any value. */
function valueExpression(key: string, value: string): string {
  return value.endsWith("*") ? `${quoted(equalityTerm(key, value.slice(0, -1)))} *` : quoted(equalityTerm(key, value));
}

function quoted(term: string): string {
  return `"${term}"`;
}
