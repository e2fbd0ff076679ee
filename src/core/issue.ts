import type { z } from "zod";
import { nearest } from "./nearest.ts";

type RawIssue = z.core.$ZodRawIssue;
type Issue = z.core.$ZodIssue;

/**
 * What a schema has against a value, in the words of somebody who does not know zod: "must be text, not 5". For the
 * `error` option of a parse; what a schema says in its own words goes before it.
 */
export function issueInWords(issue: RawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return wrongType(typeInWords(issue.expected), issue.input);
    case "invalid_value":
      return wrongChoice(issue.values, issue.input);
    case "too_small":
      return bound(issue.origin, issue.minimum, { isLeast: true, isInclusive: issue.inclusive !== false });
    case "too_big":
      return bound(issue.origin, issue.maximum, { isLeast: false, isInclusive: issue.inclusive !== false });
    case "unrecognized_keys":
      return `takes no ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    case "invalid_union":
      return wrongForm(issue.errors, issue.input);
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return wrongFormat(issue);
    default:
      return "is not valid";
  }
}

/** All that is wrong, on one line: each with its place in the value; `nameOf` says what a place is called there. */
export function issuesInWords(
  issues: readonly Issue[],
  nameOf: (path: readonly PropertyKey[]) => string = pathInWords,
): string {
  return issues.map(({ path, message }) => `${nameOf(path)} ${message}`).join("; ");
}

/** `tags[2].name`. */
export function pathInWords(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text.replace(/^\./, "") || "the value";
}

const types: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

function typeInWords(type: string): string {
  return types[type] ?? `a ${type}`;
}

function wrongType(wanted: string, input: unknown): string {
  if (input === undefined) return `is missing: it must be ${wanted}`;
  // What was typed is gone when text could not be made a number.
  return Number.isNaN(input) ? `must be ${wanted}` : `must be ${wanted}, not ${shown(input)}`;
}

function wrongChoice(choices: readonly unknown[], input: unknown): string {
  const names = choices.map((choice) => JSON.stringify(choice) ?? String(choice));
  const meant = typeof input === "string" ? nearest(input, choices.map(String)) : undefined;
  const guess = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  return `${wrongType(names.join(" or "), input)}${guess}`;
}

/** A union of plain types names them all; for others the forms would fill a page. */
function wrongForm(forms: readonly (readonly Issue[])[], input: unknown): string {
  const wanted = forms.map(([first]) => (first?.code === "invalid_type" ? typeInWords(first.expected) : null));
  if (wanted.length > 0 && !wanted.includes(null)) return wrongType([...new Set(wanted)].join(" or "), input);
  return input === undefined ? "is missing" : `has none of the forms that it may have; it is ${shown(input)}`;
}

interface Bound {
  readonly isLeast: boolean;
  readonly isInclusive: boolean;
}

function bound(origin: string, limit: number | bigint, { isLeast, isInclusive }: Bound): string {
  const side = isLeast ? (isInclusive ? "at least" : "more than") : isInclusive ? "at most" : "less than";
  if (origin === "string" && isLeast && limit === 1) return "must not be empty";
  if (origin === "string") return `must have ${side} ${limit} ${limit === 1 ? "letter" : "letters"}`;
  if (origin === "array" || origin === "set") return `must have ${side} ${limit} ${limit === 1 ? "entry" : "entries"}`;
  return `must be ${side} ${limit}`;
}

function wrongFormat(issue: Extract<RawIssue, { code: "invalid_format" }>): string {
  const { format, input } = issue;
  if (format === "starts_with") return `must begin with ${JSON.stringify(issue["prefix"])}, unlike ${shown(input)}`;
  if (format === "ends_with") return `must end with ${JSON.stringify(issue["suffix"])}, unlike ${shown(input)}`;
  if (format === "includes") return `must contain ${JSON.stringify(issue["includes"])}, unlike ${shown(input)}`;
  if (format === "regex") return `must match ${String(issue["pattern"])}, unlike ${shown(input)}`;
  return `is not a valid ${format}: ${shown(input)}`;
}

const longestShown = 40;

function shown(input: unknown): string {
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object" && input !== null) return "an object";
  const text = JSON.stringify(input) ?? String(input);
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
}
