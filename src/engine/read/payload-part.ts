import { TuttiError } from "../../core/error.ts";

/** A value as far as it was asked for: whole, or the beginning of its JSON text. */
export interface PayloadPart {
  /** Of its JSON text. */
  readonly bytes: number;
  readonly truncated: boolean;
  /** Where it is whole. */
  readonly value?: unknown;
  /** Where it is not: the first characters of its JSON text. */
  readonly text?: string;
}

/** Null where there is nothing. */
export function partOf(json: string | null, maxBytes: number): PayloadPart | null {
  if (json === null) return null;
  const bytes = Buffer.byteLength(json);
  if (bytes <= maxBytes) return { bytes, truncated: false, value: JSON.parse(json) as unknown };
  // A character has a byte at least, so this is enough text, and little to turn into bytes.
  const head = Buffer.from(json.slice(0, maxBytes)).subarray(0, maxBytes);
  return { bytes, truncated: true, text: new TextDecoder().decode(head).replace(/\uFFFD+$/, "") };
}

interface Spoken {
  readonly content: string;
}

/** Messages with their longest texts cut, so that all of them are there. */
export function messagesPart(messages: readonly Spoken[], maxBytes: number): PayloadPart {
  const bytes = Buffer.byteLength(JSON.stringify(messages));
  if (bytes <= maxBytes) return { bytes, truncated: false, value: messages };
  const each = Math.max(200, Math.floor(maxBytes / Math.max(1, messages.length)));
  const value = messages.map((message) => cutMessage(message, each));
  return { bytes, truncated: true, value };
}

function cutMessage(message: Spoken, mostBytes: number): unknown {
  const bytes = Buffer.byteLength(JSON.stringify(message));
  if (bytes <= mostBytes) return message;
  const { content, ...rest } = message;
  const isLean = Buffer.byteLength(JSON.stringify(rest)) <= mostBytes;
  // What is long may also be the arguments of a call or what the model thought.
  const kept = isLean
    ? rest
    : Object.fromEntries(Object.entries(rest).filter(([, value]) => typeof value !== "object"));
  return {
    ...kept,
    content: content.slice(0, Math.floor(mostBytes / 2)),
    contentBytes: Buffer.byteLength(content),
    isCut: true,
  };
}

/** For the whole of a part that is not there. */
export function noPart(part: string, key: string): TuttiError {
  return new TuttiError("usage.invalid", `step "${key}" has no ${part}`, {
    hint: "`tutti run step` without --part shows what there is.",
  });
}
