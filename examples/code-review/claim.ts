import type { Finding, Severity } from "./finding.ts";
import type { Question, QuestionLine } from "./question.ts";

/** What a model says is wrong with a line. */
export interface Claim {
  readonly line: number;
  readonly quote: string;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
}

// A model that finds more in one file repeats itself.
const claimsOfOneFile = 8;
const longestTitle = 100;
const longestDetail = 400;

/**
 * Keeps what can be true: on a changed line whose code the model could quote, with something said, once. A model that
 * talks nonsense, or obeys a text in the file, seldom gets the number and the code of one line right.
 */
export function checkClaims(
  claims: readonly Claim[],
  question: Question,
  model: string,
): { readonly claims: readonly Finding[]; readonly dropped: number } {
  const kept = new Map<string, Finding>();
  for (const claim of claims) {
    const at = placeOf(claim, question.lines);
    const title = shorten(claim.title, longestTitle);
    if (at === null || !saysSomething(title)) continue;
    const detail = saysSomething(claim.detail) ? shorten(claim.detail, longestDetail) : "";
    const key = `${at} ${words(title)}`;
    const isSameElsewhere = [...kept.values()].some((other) => words(other.detail) === words(detail) && detail !== "");
    if (kept.has(key) || isSameElsewhere || kept.size >= claimsOfOneFile) continue;
    const { severity } = claim;
    const file = question.file;
    kept.set(key, { severity, kind: "model", file, line: at, title, detail, source: `model ${model}` });
  }
  return { claims: [...kept.values()], dropped: claims.length - kept.size };
}

// Models miscount by a line or two; the quote says which one was meant.
const linesAside = 3;
const shortestQuote = 4;

function placeOf({ line, quote }: Claim, lines: readonly QuestionLine[]): number | null {
  const wanted = squeeze(quote.replace(/^\s*\d+ ?[+-]?/, ""));
  const near = lines
    .filter((one) => Math.abs(one.line - line) <= linesAside)
    .toSorted((a, b) => Math.abs(a.line - line) - Math.abs(b.line - line));
  const quoted = near.find(({ text }) => isQuoteOf(wanted, squeeze(text)));
  return quoted?.line ?? null;
}

function isQuoteOf(quote: string, text: string): boolean {
  // A line may be as short as `}`; then the whole of it is asked for.
  if (quote.length < shortestQuote) return quote !== "" && quote === text;
  return text.includes(quote) || (text.length >= shortestQuote && quote.includes(text));
}

const squeeze = (text: string): string => text.replace(/\s+/g, "");
const words = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

// The words of the question given back, or none.
const echoes = new Set([
  "the fault in a few words",
  "what happens and when in one or two sentences",
  "title",
  "detail",
  "string",
]);

function saysSomething(text: string): boolean {
  const said = words(text);
  return /\p{L}{3}/u.test(said) && !echoes.has(said) && !/(.)\1{7}/.test(said);
}

function shorten(text: string, longest: number): string {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length > longest ? `${flat.slice(0, longest - 1)}…` : flat;
}
