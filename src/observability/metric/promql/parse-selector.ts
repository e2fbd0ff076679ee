import type { SyntaxNode } from "@lezer/common";
import type { Matcher, Place, Selector } from "./expression.ts";
import { durationMs } from "./literal.ts";
import { mistake, notHere } from "./mistake.ts";
import { childrenOf, placeOf, readString, type Reader } from "./reader.ts";

export function toVector(reader: Reader, node: SyntaxNode): Selector {
  const place = placeOf(node);
  const identifier = node.getChild("Identifier");
  const list = node.getChild("LabelMatchers");
  const all = list ? childrenOf(list).map((child) => toMatcher(reader, child)) : [];
  const named = all.find(({ label }) => label === "__name__");
  if (identifier && named) throw mistake(reader.text, place, "the name of the figure is given twice");
  if (!identifier && named?.op !== "=") {
    throw notHere(reader.text, place, "a selector without the whole name of one figure");
  }
  return {
    kind: "selector",
    name: identifier ? reader.words(identifier) : (named?.value ?? ""),
    matchers: all.filter(({ label }) => label !== "__name__"),
    offsetMs: 0,
    windowMs: null,
    place,
  };
}

export function toMatrix(reader: Reader, node: SyntaxNode): Selector {
  const [inside, window] = childrenOf(node);
  const of = inside && reader.read(inside);
  if (of?.kind !== "selector" || of.windowMs !== null || !window) {
    throw mistake(reader.text, placeOf(node), "a time in brackets stands behind the name of a figure only");
  }
  const windowMs = readDuration(reader, window, window.getChild("NumberDurationLiteralInDurationContext"));
  if (windowMs <= 0) throw mistake(reader.text, placeOf(window), "the time must be longer than nothing");
  return { ...of, windowMs, place: placeOf(node) };
}

export function toOffset(reader: Reader, node: SyntaxNode): Selector {
  const children = childrenOf(node);
  const of = children[0] && reader.read(children[0]);
  const offset = children.at(-1);
  if (of?.kind !== "selector" || !offset) {
    throw mistake(
      reader.text,
      placeOf(node),
      "offset stands behind the name of a figure, or its time in brackets, only",
    );
  }
  const sign = offset.getChild("UnaryOp");
  const inner = sign ? offset.getChild("OffsetDurationExpr") : offset;
  const size = readDuration(reader, offset, inner?.getChild("NumberDurationLiteralInDurationContext") ?? null);
  const offsetMs = sign && reader.words(sign) === "-" ? -size : size;
  return { ...of, offsetMs, place: placeOf(node) };
}

function readDuration({ text, words }: Reader, whole: SyntaxNode, literal: SyntaxNode | null): number {
  if (!literal) throw notHere(text, placeOf(whole), "a duration that is computed");
  const ms = durationMs(words(literal));
  if (ms === null) throw mistake(text, placeOf(literal), "this is no duration", "Write 5m, 1h30m or 2d.");
  return ms;
}

function toMatcher(reader: Reader, node: SyntaxNode): Matcher {
  const name = node.getChild("LabelName") ?? node.getChild("QuotedLabelName");
  const operator = node.getChild("MatchOp");
  const literal = node.getChild("StringLiteral");
  if (!name || !operator || !literal) throw notHere(reader.text, placeOf(node), "a name in quotes");
  const label = name.name === "LabelName" ? reader.words(name) : readString(reader, name);
  const value = readString(reader, literal);
  const op = toOperator(reader.words(operator));
  if (op === "=~" || op === "!~") checkPattern(reader.text, value, placeOf(literal));
  return { label, op, value };
}

function toOperator(text: string): Matcher["op"] {
  return text === "=~" || text === "!~" || text === "!=" ? text : "=";
}

function checkPattern(text: string, pattern: string, place: Place): void {
  try {
    RegExp(wholePattern(pattern));
  } catch (error) {
    throw mistake(text, place, `this is no regular expression: ${error instanceof Error ? error.message : ""}`);
  }
}

/** A pattern is of the whole value. */
function wholePattern(pattern: string): string {
  return `^(?:${pattern})$`;
}

/** What the store does, for labels that it does not have. */
export function matches({ op, value }: Matcher, given: string): boolean {
  switch (op) {
    case "=":
      return given === value;
    case "!=":
      return given !== value;
    case "=~":
      return new RegExp(wholePattern(value)).test(given);
    case "!~":
      return !new RegExp(wholePattern(value)).test(given);
    default:
      return op satisfies never;
  }
}
