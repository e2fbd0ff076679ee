import type { SyntaxNode } from "@lezer/common";
import { functions, isOneOf, type Call, type FunctionName, type Signature } from "./expression.ts";
import { mistake, notHere } from "./mistake.ts";
import { childrenOf, placeOf, want, type Reader } from "./reader.ts";

const functionNames = Object.keys(functions) as FunctionName[];

export function toCall(reader: Reader, node: SyntaxNode): Call {
  const [identifier, body] = childrenOf(node);
  if (!identifier || !body) throw mistake(reader.text, placeOf(node), "the call is not whole");
  const name = reader.words(identifier);
  if (!isOneOf(functionNames, name)) throw notHere(reader.text, placeOf(identifier), `${name}()`);
  const given = childrenOf(body).map((child) => reader.read(child));
  const { takes, optional = 0 }: Signature = functions[name];
  if (given.length > takes.length || given.length < takes.length - optional) {
    const least = takes.length - optional;
    const count = optional > 0 ? `${least} or ${takes.length} arguments` : argumentsOf(takes.length);
    throw mistake(reader.text, placeOf(node), `${name}() takes ${count}, and has ${given.length}`);
  }
  given.forEach((argument, at) => want(reader, argument, { type: takes[at] ?? "vector", where: `${name}()` }));
  return { kind: "call", name, arguments: given, place: placeOf(node) };
}

function argumentsOf(count: number): string {
  return count === 1 ? "one argument" : `${count === 0 ? "no" : count} arguments`;
}
