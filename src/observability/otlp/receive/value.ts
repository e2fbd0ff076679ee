import type { AttributeValue } from "../../../core/trace.ts";
import type { RecordAttributes } from "../../record.ts";
import {
  asMessage,
  fieldOf,
  integerValue,
  listOf,
  malformed,
  messageOf,
  messagesOf,
  numberOf,
  textOf,
  type Message,
} from "../wire/field.ts";

/** A record with more, or longer, would be a way to fill the store: the rest is cut off and counted. */
export const valueLimits = { attributes: 256, textCharacters: 65_536, depth: 32 } as const;

export interface Attributes {
  readonly values: RecordAttributes;
  readonly dropped: number;
}

export function readAttributes(message: Message, key = "attributes"): Attributes {
  const all = messagesOf(message, key);
  const kept = all.slice(0, valueLimits.attributes).flatMap((pair): [string, AttributeValue][] => {
    const value = messageOf(pair, "value");
    const attribute = value === undefined ? undefined : toAttribute(value);
    return attribute === undefined ? [] : [[cut(textOf(pair, "key")), attribute]];
  });
  return { values: Object.fromEntries(kept), dropped: Math.max(0, all.length - valueLimits.attributes) };
}

/** Lists of one kind stay lists; what has more inside becomes JSON. Undefined for a value that says nothing. */
export function toAttribute(value: Message): AttributeValue | undefined {
  const plain = toPlain(value, 0);
  if (plain === null) return undefined;
  if (Array.isArray(plain)) return toList(plain) ?? cut(JSON.stringify(plain));
  return typeof plain === "object" ? cut(JSON.stringify(plain)) : plain;
}

export function toText(value: Message): string {
  const attribute = toAttribute(value);
  if (attribute === undefined) return "";
  return typeof attribute === "string" ? attribute : cut(JSON.stringify(attribute));
}

type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

function toPlain(value: Message, depth: number): Plain {
  if (depth > valueLimits.depth) throw malformed(`a value is nested deeper than ${valueLimits.depth}`);
  const kind = kinds.find((candidate) => fieldOf(value, candidate) !== undefined);
  switch (kind) {
    case "stringValue":
      return cut(textOf(value, kind));
    case "boolValue":
      return fieldOf(value, kind) === true;
    case "intValue":
      return integerValue(fieldOf(value, kind));
    case "doubleValue":
      return toDouble(numberOf(value, kind));
    case "bytesValue":
      return cut(toBase64(fieldOf(value, kind)));
    case "arrayValue":
      return listIn(value, kind).map((element) => toPlain(element, depth + 1));
    case "kvlistValue":
      return Object.fromEntries(
        listIn(value, kind).map((pair) => [
          cut(textOf(pair, "key")),
          toPlain(messageOf(pair, "value") ?? {}, depth + 1),
        ]),
      );
    default:
      return null;
  }
}

const kinds = [
  "stringValue",
  "intValue",
  "doubleValue",
  "boolValue",
  "arrayValue",
  "kvlistValue",
  "bytesValue",
] as const;

function listIn(value: Message, kind: string): Message[] {
  const list = listOf(messageOf(value, kind) ?? {}, "values").slice(0, valueLimits.attributes);
  return list.map((element) => asMessage(element, "a value"));
}

/** JSON, in which they may end up, has no word for what is not finite. */
function toDouble(number: number | undefined): number | string {
  return Number.isFinite(number) ? Number(number) : String(number);
}

function toBase64(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : String(value);
}

function toList(values: readonly Plain[]): readonly string[] | readonly number[] | readonly boolean[] | null {
  if (values.every((value) => typeof value === "string")) return values;
  if (values.every((value) => typeof value === "number")) return values;
  return values.every((value) => typeof value === "boolean") ? values : null;
}

export function cut(text: string): string {
  const { textCharacters } = valueLimits;
  return text.length <= textCharacters ? text : `${text.slice(0, textCharacters)}…`;
}
