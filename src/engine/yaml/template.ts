import { TuttiError } from "../../core/error.ts";
import { compileExpression, type Expression, type Values } from "./expression.ts";
import { ExpressionError } from "./expression-error.ts";
import type { KnownNames } from "./expression-name.ts";
import type { FlowText, Path, Place } from "./flow-text.ts";

/** Values with expressions in them, ready to be filled. Throws `flow.expression` with the place. */
export type Template = (values: Values) => unknown;

/** Notes a mistake of the file; the others are looked for as well. */
export interface Report {
  (place: Place, message: string, hint?: string): void;
}

export interface TemplateContext {
  readonly text: FlowText;
  readonly report: Report;
}

const opening = "${{";

export function hasExpression(text: string): boolean {
  return text.replaceAll("$${{", "").includes(opening);
}

/** Compiles every text inside of a value; keys are taken as they are. */
export function compileTemplate(context: TemplateContext, value: unknown, path: Path, known: KnownNames): Template {
  if (typeof value === "string") return compileText(context, value, path, known);
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compileTemplate(context, item, [...path, index], known));
    return (values) => items.map((item) => item(values));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => {
      if (hasExpression(key)) context.report(context.text.placeOf([...path, key]), "an expression cannot be a key");
      return [key, compileTemplate(context, inner, [...path, key], known)] as const;
    });
    return (values) => Object.fromEntries(entries.map(([key, inner]) => [key, inner(values)]));
  }
  return () => value;
}

interface Part {
  readonly source: string;
  /** Which `${{` of the text it is. */
  readonly occurrence: number;
}

function compileText(context: TemplateContext, text: string, path: Path, known: KnownNames): Template {
  if (!text.includes(opening)) return () => text;
  const parts = split(text);
  if (parts === null) {
    context.report(context.text.placeOf(path), "an expression has no end", "Close it with }}.");
    return () => text;
  }
  const compiled = parts.map((part) => (typeof part === "string" ? part : compilePart(context, part, path, known)));
  const [only] = compiled;
  // A value that is one expression keeps its type.
  if (compiled.length === 1 && typeof only === "function") return only;
  return (values) => compiled.map((part) => (typeof part === "string" ? part : inText(part(values)))).join("");
}

function inText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Texts and expressions in turn; `$${{` stands for the three signs themselves. Null where one is not closed. */
function split(text: string): (string | Part)[] | null {
  const parts: (string | Part)[] = [];
  let literal = "";
  let occurrence = 0;
  for (let at = 0; at < text.length;) {
    if (text.startsWith("$${{", at)) {
      literal += opening;
      at += "$${{".length;
    } else if (text.startsWith(opening, at)) {
      const end = endOf(text, at + opening.length);
      if (end === null) return null;
      if (literal !== "") parts.push(literal);
      literal = "";
      parts.push({ source: text.slice(at + opening.length, end), occurrence: occurrence++ });
      at = end + "}}".length;
    } else literal += text[at++];
  }
  return literal === "" ? parts : [...parts, literal];
}

/** Where the `}}` begins that closes an expression: not one in a text or of an object inside of it. */
function endOf(text: string, start: number): number | null {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"' || letter === "'") {
      const close = closingQuote(text, at);
      if (close === null) return null;
      at = close;
    } else if (letter === "{") depth++;
    else if (letter === "}" && depth > 0) depth--;
    else if (letter === "}" && text[at + 1] === "}") return at;
  }
  return null;
}

function closingQuote(text: string, start: number): number | null {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === text[start]) return at;
  }
  return null;
}

function compilePart(context: TemplateContext, { source, occurrence }: Part, path: Path, known: KnownNames): Template {
  const { text, report } = context;
  const placeOf = ({ offset }: ExpressionError): Place => text.placeInText(path, { occurrence, offset });
  try {
    if (source.trim() === "") throw new ExpressionError("is empty", 0);
    return evaluating(compileExpression(source, known), (error) => failure(text.file, placeOf(error), error));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report(placeOf(error), inSentence(error.message));
    return () => null;
  }
}

function evaluating(expression: Expression, toError: (error: ExpressionError) => TuttiError): Template {
  return (values) => {
    try {
      return expression.evaluate(values);
    } catch (error) {
      throw error instanceof ExpressionError ? toError(error) : error;
    }
  };
}

function failure(file: string, { line, column }: Place, error: ExpressionError): TuttiError {
  const where = `${file}:${line}:${column}`;
  return new TuttiError("flow.expression", `${where}: ${inSentence(error.message)}`, { cause: error, where });
}

/** Messages that lack their subject are about the expression. */
function inSentence(message: string): string {
  return /^(?:is|takes|gives|cannot) /.test(message) ? `the expression ${message}` : message;
}
