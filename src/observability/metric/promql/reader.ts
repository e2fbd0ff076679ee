import type { SyntaxNode } from "@lezer/common";
import { typeOf, type Expression, type Place, type ValueType } from "./expression.ts";
import { stringOf } from "./literal.ts";
import { mistake } from "./mistake.ts";

/** Reads the expressions of one text. */
export interface Reader {
  readonly text: string;
  readonly read: (node: SyntaxNode) => Expression;
  readonly words: (node: SyntaxNode) => string;
}

export const typeWords: Readonly<Record<ValueType, string>> = {
  scalar: "number",
  vector: "vector",
  matrix: "vector over a time, such as x[5m],",
  string: "text",
};

export function placeOf({ from, to }: Place): Place {
  return { from, to };
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

export function readString({ text, words }: Reader, node: SyntaxNode): string {
  const value = stringOf(words(node));
  if (value === null) throw mistake(text, placeOf(node), "the text has no end");
  return value;
}

/** The first list of labels, or the one behind it. */
export function readLabels(reader: Reader, node: SyntaxNode, which: 0 | 1 = 0): string[] {
  const list = node.getChildren("GroupingLabels")[which];
  return list ? list.getChildren("LabelName").map((label) => reader.words(label)) : [];
}

/** `usage.invalid` where an expression is of another type than is wanted there. */
export function want({ text }: Reader, expression: Expression, { type, where }: Wanted): void {
  const given = typeOf(expression);
  if (given === type) return;
  throw mistake(text, expression.place, `${where} takes a ${typeWords[type]} here, and this is a ${typeWords[given]}`);
}

export interface Wanted {
  readonly type: ValueType;
  /** Who wants it: `rate()`. */
  readonly where: string;
}
