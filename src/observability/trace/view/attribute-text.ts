import type { AttributeValue } from "../../../core/trace.ts";
import type { SpanRecord } from "../../record.ts";

/** The text of an attribute; null where it is another value, or none. */
export function textOf({ attributes }: Pick<SpanRecord, "attributes">, name: string): string | null {
  const value = attributes[name];
  return typeof value === "string" ? value : null;
}

export function numberOf({ attributes }: Pick<SpanRecord, "attributes">, name: string): number | null {
  const value = attributes[name];
  return typeof value === "number" ? value : null;
}

export interface CutAttribute {
  readonly value: AttributeValue;
  /** Of its whole text, where that was cut. */
  readonly bytes?: number;
}

/** A text no longer than this; what is longer is its beginning, with the size of the whole. */
export function cutAttribute(value: AttributeValue, mostBytes: number): CutAttribute {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= mostBytes) return { value };
  const head = Buffer.from(text.slice(0, mostBytes)).subarray(0, mostBytes);
  return { value: new TextDecoder().decode(head).replace(/\uFFFD+$/, ""), bytes };
}
