import type { SyntaxNode } from "@lezer/common";
import {
  aggregateOperators,
  isOneOf,
  typeOf,
  type Expression,
  type Grouping,
  type Place,
  type ValueType,
} from "./expression.ts";
import { toBinary } from "./parse-binary.ts";
import { toCall } from "./parse-call.ts";
import { toMatrix, toOffset, toVector } from "./parse-selector.ts";
import { numberOf } from "./literal.ts";
import { mistake, notHere } from "./mistake.ts";
import { childrenOf, placeOf, readLabels, readString, typeWords, want, type Reader } from "./reader.ts";

/** An expression of PromQL; `usage.invalid`, with the place, for what is none or is not of the part that there is. */
export async function parsePromql(text: string): Promise<Expression> {
  const { parser } = await import("@prometheus-io/lezer-promql");
  const { topNode } = parser.parse(text);
  refuseErrors(text, topNode);
  const first = topNode.firstChild;
  if (!first) throw mistake(text, { from: 0, to: 0 }, "there is no expression");
  const expression = readerOf(text).read(first);
  const type = typeOf(expression);
  if (type === "vector" || type === "scalar") return expression;
  const hint = type === "matrix" ? "Put it into a function, such as rate(…) or max_over_time(…)." : undefined;
  throw mistake(text, expression.place, `a ${typeWords[type]} is no result`, hint);
}

function readerOf(text: string): Reader {
  const reader: Reader = {
    text,
    words: (node) => text.slice(node.from, node.to),
    read: (node) => readNode(reader, node),
  };
  return reader;
}

function readNode(reader: Reader, node: SyntaxNode): Expression {
  const place = placeOf(node);
  switch (node.name) {
    case "NumberDurationLiteral":
      return { kind: "number", value: numberOf(reader.words(node)), place };
    case "StringLiteral":
      return { kind: "string", value: readString(reader, node), place };
    case "ParenExpr":
      return readInside(reader, node);
    case "UnaryExpr":
      return readUnary(reader, node);
    case "VectorSelector":
      return toVector(reader, node);
    case "MatrixSelector":
      return toMatrix(reader, node);
    case "OffsetExpr":
      return toOffset(reader, node);
    case "FunctionCall":
      return toCall(reader, node);
    case "AggregateExpr":
      return readAggregate(reader, node);
    case "BinaryExpr":
      return toBinary(reader, node);
    default:
      throw notHere(reader.text, place, nameOf(reader, node));
  }
}

function nameOf(reader: Reader, node: SyntaxNode): string {
  if (node.name === "SubqueryExpr") return "a query inside of a query, [5m:1m],";
  return node.name === "StepInvariantExpr" ? "the modifier @" : `"${reader.words(node)}"`;
}

function readInside(reader: Reader, node: SyntaxNode): Expression {
  const [inside] = childrenOf(node);
  if (!inside) throw mistake(reader.text, placeOf(node), "there is nothing inside of the brackets");
  return reader.read(inside);
}

function readUnary(reader: Reader, node: SyntaxNode): Expression {
  const [sign, operand] = childrenOf(node);
  if (!sign || !operand) throw mistake(reader.text, placeOf(node), "something is missing behind the sign");
  const of = reader.read(operand);
  const type = typeOf(of);
  if (type !== "vector" && type !== "scalar") throw mistake(reader.text, of.place, `a ${typeWords[type]} has no sign`);
  return reader.words(sign) === "-" ? { kind: "negative", of, place: placeOf(node) } : of;
}

function readAggregate(reader: Reader, node: SyntaxNode): Expression {
  const children = childrenOf(node);
  const operatorNode = children.find(({ name }) => name === "AggregateOp");
  const body = children.find(({ name }) => name === "FunctionCallBody");
  if (!operatorNode || !body) throw mistake(reader.text, placeOf(node), "the aggregation is not whole");
  const operator = reader.words(operatorNode).toLowerCase();
  if (!isOneOf(aggregateOperators, operator)) throw notHere(reader.text, placeOf(operatorNode), operator);
  const given = childrenOf(body).map((child) => reader.read(child));
  const takes: ValueType[] = operator === "topk" || operator === "bottomk" ? ["scalar", "vector"] : ["vector"];
  if (given.length !== takes.length) {
    const wanted = takes.length === 2 ? "how many and a vector" : "one vector";
    throw mistake(reader.text, placeOf(node), `${operator} takes ${wanted}`);
  }
  given.forEach((argument, at) => want(reader, argument, { type: takes[at] ?? "vector", where: operator }));
  const [of, parameter] = given.toReversed();
  if (!of) throw mistake(reader.text, placeOf(node), `${operator} takes a vector`);
  const modifier = children.find(({ name }) => name === "AggregateModifier");
  const grouping = readGrouping(reader, modifier);
  return { kind: "aggregate", operator, grouping, parameter: parameter ?? null, of, place: placeOf(node) };
}

function readGrouping(reader: Reader, node: SyntaxNode | undefined): Grouping {
  if (!node) return { without: false, labels: [] };
  return { without: node.getChild("Without") !== null, labels: readLabels(reader, node) };
}

/** The first place that the grammar makes nothing of. */
function refuseErrors(text: string, top: SyntaxNode): void {
  const errors: Place[] = [];
  top.cursor().iterate(({ type, from, to }) => {
    if (type.isError) errors.push({ from, to });
  });
  const [first] = errors.toSorted((left, right) => left.from - right.from);
  if (!first) return;
  const called = /([A-Za-z_]\w*)\s*$/.exec(text.slice(0, first.from))?.[1];
  if (text.charAt(first.from) === "(" && called !== undefined) {
    const from = text.lastIndexOf(called, first.from);
    throw mistake(text, { from, to: from + called.length }, `there is no function ${called}`);
  }
  const rest = text.slice(first.from).trim();
  if (rest === "")
    throw mistake(text, { from: text.trimEnd().length, to: text.length }, "the expression ends too early");
  const from = first.from + text.slice(first.from).search(/\S/);
  throw mistake(text, { from, to: Math.max(from + 1, first.to) }, "this is not expected here");
}
