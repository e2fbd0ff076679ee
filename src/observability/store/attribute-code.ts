import type { AttributeValue } from "../../core/trace.ts";
import type { RecordAttributes } from "../record.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import { keyPool, namePool, valuePool, type Texts } from "./texts.ts";

/** Where the texts of a record go. */
export interface WriteTables {
  readonly texts: Texts;
  /** Keeps a long text for the record's owner, and gives its number. */
  readonly keep: (text: string) => number;
}

export interface ReadTables {
  readonly texts: Texts;
  readonly textOfLarge: (number: number) => string;
}

// Stored: never give one of these another meaning.
const kinds = { known: 0, text: 1, large: 2, whole: 3, double: 4, yes: 5, no: 6, list: 7, largeList: 8 } as const;
type Kind = (typeof kinds)[keyof typeof kinds];
const kindSpace = 16;

// A longer value is hardly the name of something.
const mostInterned = 200;
const mostInRow = 1_024;

export function writeAttributes(bytes: ByteWriter, attributes: RecordAttributes, tables: WriteTables): void {
  const entries = Object.entries(attributes);
  bytes.whole(entries.length);
  for (const [key, value] of entries) writeAttribute(bytes, key, value, tables);
}

function writeAttribute(bytes: ByteWriter, key: string, value: AttributeValue, { texts, keep }: WriteTables): void {
  const number = texts.numberOf(keyPool, key);
  const head = (kind: Kind): void => {
    bytes.whole(number * kindSpace + kind);
    if (number === 0) bytes.text(key);
  };
  if (typeof value === "boolean") {
    head(value ? kinds.yes : kinds.no);
  } else if (typeof value === "number") {
    writeNumber(bytes, value, head);
  } else {
    const isList = typeof value !== "string";
    const text = isList ? JSON.stringify(value) : value;
    const known = number !== 0 && !isList && text.length <= mostInterned ? texts.numberOf(valuePool(number), text) : 0;
    if (known !== 0) {
      head(kinds.known);
      bytes.whole(known);
    } else if (text.length > mostInRow) {
      head(isList ? kinds.largeList : kinds.large);
      bytes.whole(keep(text));
    } else {
      head(isList ? kinds.list : kinds.text);
      bytes.text(text);
    }
  }
}

function writeNumber(bytes: ByteWriter, value: number, head: (kind: Kind) => void): void {
  // Twice the number must be exact, too: its sign becomes the last bit.
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 52 && !Object.is(value, -0)) {
    head(kinds.whole);
    bytes.signed(value);
  } else {
    head(kinds.double);
    bytes.double(value);
  }
}

export function readAttributes(bytes: ByteReader, tables: ReadTables): RecordAttributes {
  const attributes: Record<string, AttributeValue> = {};
  for (let left = bytes.whole(); left > 0; left--) {
    const head = bytes.whole();
    const number = Math.floor(head / kindSpace);
    const key = number === 0 ? bytes.text() : tables.texts.textOf(number);
    const value = readValue(bytes, head % kindSpace, tables);
    // As a key like any other: assigned, it would be the object's prototype.
    if (key === "__proto__") Object.defineProperty(attributes, key, { ...ownProperty, value });
    else attributes[key] = value;
  }
  return attributes;
}

/** Values in the order in which their keys were asked for; null where there is none. */
export type Picked = readonly (AttributeValue | null)[];

/** Reads attributes of many records and keeps a few: those that nobody asked for are passed over, not made. */
export function createPicker(wanted: readonly string[], tables: ReadTables): (bytes: ByteReader) => Picked {
  const places = new Map(wanted.map((key, place) => [key, place]));
  const placeOfNumber = new Map<number, number | undefined>();

  function placeOf(number: number, bytes: ByteReader): number | undefined {
    if (number === 0) return places.get(bytes.text());
    if (!placeOfNumber.has(number)) placeOfNumber.set(number, places.get(tables.texts.textOf(number)));
    return placeOfNumber.get(number);
  }

  return (bytes) => {
    const values: (AttributeValue | null)[] = wanted.map(() => null);
    for (let left = bytes.whole(); left > 0; left--) {
      const head = bytes.whole();
      const place = placeOf(Math.floor(head / kindSpace), bytes);
      if (place === undefined) skipValue(bytes, head % kindSpace);
      else values[place] = readValue(bytes, head % kindSpace, tables);
    }
    return values;
  };
}

function skipValue(bytes: ByteReader, kind: number): void {
  switch (kind) {
    case kinds.known:
    case kinds.large:
    case kinds.largeList:
    case kinds.whole:
      bytes.whole();
      return;
    case kinds.text:
    case kinds.list:
      bytes.skip(bytes.whole());
      return;
    case kinds.double:
      bytes.skip(8);
  }
}

const ownProperty = { enumerable: true, writable: true, configurable: true };

function readValue(bytes: ByteReader, kind: number, { texts, textOfLarge }: ReadTables): AttributeValue {
  switch (kind) {
    case kinds.known:
      return texts.textOf(bytes.whole());
    case kinds.text:
      return bytes.text();
    case kinds.large:
      return textOfLarge(bytes.whole());
    case kinds.whole:
      return bytes.signed();
    case kinds.double:
      return bytes.double();
    case kinds.list:
      return toList(bytes.text());
    case kinds.largeList:
      return toList(textOfLarge(bytes.whole()));
    default:
      return kind === kinds.yes;
  }
}

function toList(text: string): AttributeValue {
  return JSON.parse(text) as AttributeValue;
}

/** A name that comes again: by its number, or itself. */
export function writeName(bytes: ByteWriter, name: string, texts: Texts, pool = namePool): void {
  const number = texts.numberOf(pool, name);
  bytes.whole(number);
  if (number === 0) bytes.text(name);
}

export function readName(bytes: ByteReader, texts: Texts): string {
  const number = bytes.whole();
  return number === 0 ? bytes.text() : texts.textOf(number);
}
