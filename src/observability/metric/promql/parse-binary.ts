import type { SyntaxNode } from "@lezer/common";
import {
  arithmeticOperators,
  comparisonOperators,
  isOneOf,
  setOperators,
  typeOf,
  type Binary,
  type BinaryOperator,
  type Expression,
  type Many,
  type Place,
} from "./expression.ts";
import { mistake, notHere } from "./mistake.ts";
import { childrenOf, placeOf, readLabels, typeWords, type Reader } from "./reader.ts";

export function toBinary(reader: Reader, node: SyntaxNode): Expression {
  const [first, operatorNode, ...rest] = childrenOf(node);
  const last = rest.at(-1);
  if (!first || !operatorNode || !last) throw mistake(reader.text, placeOf(node), "one side is missing");
  const operator = readOperator(reader, operatorNode);
  const modifiers = rest.slice(0, -1);
  const matchingNode = modifiers.find(({ name }) => name === "MatchingModifierClause");
  const unknown = modifiers.find(({ name }) => name.startsWith("Fill"));
  if (unknown) throw notHere(reader.text, placeOf(unknown), reader.words(unknown));
  const binary: Binary = {
    kind: "binary",
    operator,
    left: reader.read(first),
    right: reader.read(last),
    isBool: modifiers.some(({ name }) => name === "BoolModifier"),
    matching: readMatching(reader, matchingNode),
    place: placeOf(node),
  };
  checkBinary(reader, binary, placeOf(operatorNode));
  // The grammar takes a sign for a part of its number, but `-2 ^ 2` is -4.
  const { left, place } = binary;
  if (operator !== "^" || left.kind !== "number" || !reader.words(first).startsWith("-")) return binary;
  return { kind: "negative", of: { ...binary, left: { ...left, value: -left.value } }, place };
}

function readOperator({ text, words }: Reader, node: SyntaxNode): BinaryOperator {
  const operator = words(node).toLowerCase();
  const known = [...arithmeticOperators, ...comparisonOperators, ...setOperators];
  if (!isOneOf(known, operator)) throw notHere(text, placeOf(node), operator);
  return operator;
}

function checkBinary({ text }: Reader, { operator, left, right, isBool, matching }: Binary, place: Place): void {
  const types = [left, right].map(typeOf);
  const wrong = [left, right].find((side) => typeOf(side) === "matrix" || typeOf(side) === "string");
  if (wrong) throw mistake(text, wrong.place, `${operator} does not take a ${typeWords[typeOf(wrong)]}`);
  const isComparison = isOneOf(comparisonOperators, operator);
  if (isBool && !isComparison) throw mistake(text, place, `bool stands behind comparisons only, and not ${operator}`);
  if (isOneOf(setOperators, operator) && matching.many) {
    throw mistake(text, place, `${operator} pairs many with many, without group_left and group_right`);
  }
  if (isOneOf(setOperators, operator) && types.includes("scalar")) {
    throw mistake(text, place, `${operator} takes vectors on both sides`, "vector(1) makes one of a number.");
  }
  if (isComparison && !isBool && !types.includes("vector")) {
    throw mistake(text, place, "two numbers are compared with bool", `Write ${operator} bool.`);
  }
}

function readMatching(reader: Reader, node: SyntaxNode | undefined): Binary["matching"] {
  if (!node) return { on: false, labels: [], many: null };
  const taking = readLabels(reader, node, 1);
  const side = node.getChild("GroupLeft") ? "left" : node.getChild("GroupRight") ? "right" : null;
  const many: Many | null = side === null ? null : { side, taking };
  return { on: node.getChild("On") !== null, labels: readLabels(reader, node), many };
}
