import { existsSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { TextStream } from "./output.ts";

/** Where the program was started, as far as it decides what `tutti` is called there. */
export interface CommandPlace {
  readonly path: string;
  readonly cwd: string;
  /** Called once, at the end of the process. */
  onExit(listener: () => void): void;
}

/**
 * Hints name commands as `tutti …`. In a clone there is no such command, so a terminal that has seen one is told at the
 * end what to type instead.
 */
export function explainCommandName(stream: TextStream & { readonly isTTY?: boolean }, place: CommandPlace): TextStream {
  const script = fileURLToPath(new URL("../../bin/tutti.js", import.meta.url));
  const isClone = existsSync(fileURLToPath(new URL("../../src", import.meta.url)));
  if (!stream.isTTY || !isClone || isOnPath("tutti", place.path)) return stream;
  let isExplained = false;
  return {
    isTTY: true,
    get columns() {
      return stream.columns ?? 80;
    },
    write(text) {
      if (!isExplained && /(^|[\s`(])tutti [a-z<]/m.test(text)) {
        isExplained = true;
        place.onExit(() => stream.write(`\nIn this clone, type for tutti:  node ${shorter(script, place.cwd)}\n`));
      }
      return stream.write(text);
    },
  };
}

function isOnPath(name: string, path: string): boolean {
  return path.split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, name)));
}

function shorter(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith("..") ? path : near;
}
