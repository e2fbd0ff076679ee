import { wholeCharacters } from "./read-file.ts";

/** Collects up to a number of bytes of a stream. */
export interface OutputBuffer {
  /** True once there was more than fits. */
  readonly isFull: boolean;
  add(bytes: Uint8Array): void;
  text(): string;
}

export function createOutputBuffer(maxBytes: number): OutputBuffer {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  let isFull = false;
  return {
    get isFull() {
      return isFull;
    },
    add(bytes) {
      const room = maxBytes - sizeBytes;
      if (bytes.length > room) isFull = true;
      if (room <= 0) return;
      const taken = bytes.subarray(0, room);
      parts.push(taken);
      sizeBytes += taken.length;
    },
    text() {
      const bytes = Buffer.concat(parts);
      return bytes.subarray(0, isFull ? wholeCharacters(bytes) : bytes.length).toString("utf8");
    },
  };
}

/** The beginning and the end of a text that is too long for a model: errors stand at the end, causes at the beginning. */
export function headAndTail(text: string, maxBytes: number): { text: string; isCut: boolean } {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return { text, isCut: false };
  const half = Math.floor(maxBytes / 2);
  const head = bytes.subarray(0, wholeCharacters(bytes.subarray(0, half)));
  let from = bytes.length - half;
  while (from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from++;
  const gap = `\n[… ${from - head.length} bytes left out …]\n`;
  return { text: head.toString("utf8") + gap + bytes.subarray(from).toString("utf8"), isCut: true };
}
