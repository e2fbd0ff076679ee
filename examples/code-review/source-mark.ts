import { isBinary, isSubmodule } from "./change.ts";
import type { FileChange } from "./change.ts";
import { isGenerated, languageOf } from "./file-kind.ts";

/** What a changed file says about itself outside the lines that a diff shows. */
export interface SourceMarks {
  /** Whether printing is what the code at this line is for: a script, a command, the part below `__main__`. */
  isPrinting(path: string, line: number): boolean;
  /** Whether a tool wrote the file and says so. */
  isGenerated(path: string): boolean;
}

const scripts = String.raw`^#!`;
const mainPart = String.raw`__name__ *== *["']__main__`;
const programs = [
  String.raw`^ *(import|from) +(argparse|optparse|getopt|click|typer|fire|docopt)`,
  String.raw`sys\.argv|process\.argv|parseArgs *\(|import\.meta\.main|require\.main`,
  String.raw`["'](commander|yargs|cac|citty)["']`,
  String.raw`^package main|static +(async +)?(void|int|Task) +[mM]ain *\(|^fun +main *\(`,
];
const generated = [
  String.raw`@generated|DO NOT EDIT|Code generated (by|from)|[Tt]his file (was|is) (auto(matically)?[- ]?)?generated`,
  String.raw`[Aa]uto-?generated (by|from|using)`,
  // What compilers and bundlers put at the head of their output.
  String.raw`^Object\.defineProperty\(exports, "__esModule"|^var __(create|defProp) = Object\.`,
].join("|");

/** One pattern for `git grep -E`; `parseMarks` tells what was found. */
export const markPattern = [scripts, mainPart, ...programs, generated].join("|");

// Beyond this the command line gets too long for the system; the files behind it are taken as they look.
const mostFiles = 5_000;

/** The files worth asking: source that people may have written. */
export function markedFiles(changes: readonly FileChange[]): string[] {
  return changes
    .filter((change) => change.kind !== "deleted" && !isBinary(change) && !isSubmodule(change))
    .map(({ path }) => path)
    .filter((path) => languageOf(path) !== null && !isGenerated(path))
    .slice(0, mostFiles);
}

// A note that a tool wrote the file stands at its head; further down it is about something else.
const headLines = 20;

/** Reads `git grep -z -n -o`: `commit:path NUL line NUL text`. */
export function parseMarks(output: string): SourceMarks {
  const printsFrom = new Map<string, number>();
  const madeByTool = new Set<string>();
  for (const [, path = "", place = "", text = ""] of output.matchAll(/^[0-9a-f]+:([^\0]*)\0(\d+)\0(.*)$/gm)) {
    const line = Number(place);
    const from = printingFrom(text, line);
    if (from !== null) printsFrom.set(path, Math.min(from, printsFrom.get(path) ?? from));
    else if (line <= headLines && new RegExp(generated).test(text)) madeByTool.add(path);
  }
  return {
    isPrinting: (path, line) => line >= (printsFrom.get(path) ?? Number.POSITIVE_INFINITY),
    isGenerated: (path) => isGenerated(path) || madeByTool.has(path),
  };
}

function printingFrom(text: string, line: number): number | null {
  if (text.startsWith("#!")) return line === 1 ? 1 : null;
  if (text.startsWith("__name__")) return line;
  return new RegExp(generated).test(text) ? null : 1;
}
