import { z } from "zod";
import type { Tool } from "../core/tool.ts";
import { TuttiError } from "../core/error.ts";
import type { FileHandle } from "node:fs/promises";
import type { ToolLimits } from "./limits.ts";
import { locate, openFile } from "./workspace.ts";

const input = z.strictObject({
  path: z.string().min(1).describe("The file, relative to the workspace."),
  offset: z.int().min(1).optional().describe("The first line to read, from 1. Default: 1."),
  limit: z.int().min(1).optional().describe("How many lines to read. Default: as many as fit."),
});

export function createReadFile(limits: ToolLimits): Tool<z.infer<typeof input>> {
  return {
    name: "read_file",
    description:
      "Reads a text file of the workspace, or some of its lines. A long file is cut and the note says where to read on.",
    input,
    effect: "read",
    async call({ path, offset = 1, limit = Number.MAX_SAFE_INTEGER }, { workspace, signal }) {
      const place = await locate(workspace, path, "read");
      const file = await openFile(place);
      try {
        const slice = await readLines(file, { offset, limit, maxBytes: limits.maxReadBytes, signal });
        if (slice.isBinary) throw binaryFile(place.name);
        return { path: place.name, ...present(slice, offset) };
      } finally {
        await file.close();
      }
    },
  };
}

export function binaryFile(name: string): TuttiError {
  return new TuttiError("tool.failed", `${name} is a binary file, not text`, { hint: "Only text files can be read." });
}

/** A NUL byte near the start: what git and grep go by. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8_000).includes(0);
}

/** The length of `bytes` without a UTF-8 character that is cut off at the end. */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < needed ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

interface Slice {
  readonly bytes: Uint8Array;
  readonly isBinary: boolean;
  /** Why reading ended before the end of the file. */
  readonly cut: "no" | "lines" | "bytes";
  /** Line ends seen before and within the slice. */
  readonly lineEnds: number;
}

interface Range {
  readonly offset: number;
  readonly limit: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Goes through the file by pieces, so that line 2,000,000 of a huge log costs time but no memory. */
async function readLines(file: FileHandle, { offset, limit, maxBytes, signal }: Range): Promise<Slice> {
  const buffer = Buffer.alloc(65_536);
  const parts: Uint8Array[] = [];
  let taken = 0;
  let lineEnds = 0;
  for (let isFirst = true; ; isFirst = false) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    const piece = buffer.subarray(0, bytesRead);
    if (isFirst && isBinary(piece)) return { bytes: piece, isBinary: true, cut: "no", lineEnds };
    const result = (cut: Slice["cut"]): Slice => ({ bytes: Buffer.concat(parts), isBinary: false, cut, lineEnds });
    if (bytesRead === 0) return result("no");
    for (let at = 0; at < piece.length;) {
      if (lineEnds >= offset - 1 + limit) return result("lines");
      if (taken >= maxBytes) return result("bytes");
      const found = piece.indexOf(10, at);
      const end = found < 0 ? piece.length : found + 1;
      const isWanted = lineEnds >= offset - 1;
      const line = piece.subarray(at, isWanted ? Math.min(end, at + maxBytes - taken) : at);
      // A copy: the buffer is filled anew by the next read.
      if (isWanted) parts.push(Uint8Array.from(line));
      taken += line.length;
      if (isWanted && line.length < end - at) return result("bytes");
      if (found >= 0) lineEnds++;
      at = end;
    }
  }
}

function present(slice: Slice, offset: number): Record<string, string | number> {
  const whole = slice.cut === "bytes" ? slice.bytes.subarray(0, wholeCharacters(slice.bytes)) : slice.bytes;
  const text = new TextDecoder().decode(whole);
  const notes: string[] = [];
  if (text === "" && offset > 1) notes.push(`the file has fewer than ${offset} lines`);
  if (slice.cut !== "no") notes.push(`cut here; read on with offset ${slice.lineEnds + 1}`);
  if (slice.cut === "bytes" && !text.endsWith("\n")) notes.push("the last line is not whole");
  if (text.includes("\uFFFD")) notes.push("some bytes are not UTF-8 and are shown as \uFFFD");
  return { text, firstLine: offset, ...(notes.length ? { note: notes.join("; ") } : {}) };
}
