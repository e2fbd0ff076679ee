import type { AttributeValue } from "../../../core/trace.ts";

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
