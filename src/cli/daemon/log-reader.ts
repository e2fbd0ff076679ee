import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { oldLogPath } from "./log-file.ts";

/** The last lines of a log and of the one before it. */
export function lastLines(path: string, count: number): string[] {
  const now = linesOf(path);
  const lines = now.length < count ? [...linesOf(oldLogPath(path)), ...now] : now;
  return count === 0 ? [] : lines.slice(-count);
}

function linesOf(path: string): string[] {
  return (readOrNothing(path)?.toString("utf8") ?? "").split("\n").filter((line) => line !== "");
}

function readOrNothing(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Gives the lines that came since the last call, the end of a log that was begun anew in between with them. */
export class LogFollower {
  readonly #path: string;
  #decoder = new StringDecoder("utf8");
  #position: number;
  #rest = "";

  constructor(path: string) {
    this.#path = path;
    this.#position = sizeOf(path);
  }

  next(): string[] {
    const size = sizeOf(this.#path);
    const text =
      size < this.#position ? this.#read(oldLogPath(this.#path)) + this.#fromStart() : this.#read(this.#path);
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.filter((line) => line !== "");
  }

  #fromStart(): string {
    this.#position = 0;
    return this.#read(this.#path);
  }

  #read(path: string): string {
    const bytes = Math.max(0, sizeOf(path) - this.#position);
    if (bytes === 0) return "";
    const chunk = Buffer.alloc(bytes);
    const file = openSync(path, "r");
    try {
      const got = readSync(file, chunk, 0, bytes, this.#position);
      this.#position += got;
      return this.#decoder.write(chunk.subarray(0, got));
    } finally {
      closeSync(file);
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
