import { decodeJson, encodeJson } from "../core/json.ts";
import { TuttiError } from "../core/error.ts";
import type { BlobStore } from "./blob.ts";

// Above this a value leaves the row for a blob: rows stay small, and the same large value is stored once.
const inlineLimit = 4_096;
// The longest string V8 makes is about 512 M characters; well below it, so that what is stored can be read back.
const largestPayload = 256 * 1_024 * 1_024;

/** How JSON values are kept in a column: the JSON text, or `@hash` of a blob that holds it. JSON never starts with `@`. */
export interface Payloads {
  /** `engine.not_json` or `engine.too_large` for what cannot be kept. `undefined` becomes null. */
  store(value: unknown, what: string): Promise<string | null> | string | null;
  /** The same for a value that is JSON text already. */
  place(text: string | undefined, what: string): Promise<string | null> | string | null;
  load(column: string | null): unknown;
  /** The JSON text itself; null where there is none. */
  text(column: string | null): Promise<string | null> | string | null;
  /** The bytes of blobs, by their columns; what is no blob, or is missing, is left out. */
  sizes(columns: readonly (string | null)[]): Promise<ReadonlyMap<string, number>>;
}

export function createPayloads(blobs: BlobStore): Payloads {
  function place(text: string | undefined, what: string): Promise<string | null> | string | null {
    if (text === undefined) return null;
    if (text.length <= inlineLimit) return text;
    mustFit(text, what);
    return blobs.put(Buffer.from(text)).then((hash) => `@${hash}`);
  }
  return {
    place,
    store: (value, what) => place(encodeJson(value, what), what),
    load(column) {
      if (column === null || !column.startsWith("@")) return decodeJson(column);
      return blobs.get(column.slice(1)).then((bytes) => decodeJson(Buffer.from(bytes).toString()));
    },
    text(column) {
      if (column === null || !column.startsWith("@")) return column;
      return blobs.get(column.slice(1)).then((bytes) => Buffer.from(bytes).toString());
    },
    async sizes(columns) {
      const hashes = new Set(columns.flatMap((column) => (column?.startsWith("@") ? [column.slice(1)] : [])));
      if (hashes.size === 0) return new Map();
      const sizes = await blobs.sizes([...hashes]);
      return new Map([...sizes].map(([hash, size]) => [`@${hash}`, size]));
    },
  };
}

/** `engine.too_large` for JSON text that could not be read back. */
export function mustFit(text: string | undefined, what: string): void {
  if (text !== undefined && text.length > largestPayload) throw tooLarge(what, text.length);
}

function tooLarge(what: string, size: number): TuttiError {
  return new TuttiError(
    "engine.too_large",
    `${what} is ${Math.round(size / 1_048_576)} MB of JSON; the limit is 256 MB`,
    {
      hint: "Write it to a file and return the file's path.",
    },
  );
}
