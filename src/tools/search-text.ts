import { z } from "zod";
import { toMs } from "../core/duration.ts";
import type { Tool, ToolContext } from "../core/tool.ts";
import { walkFiles } from "./file-walk.ts";
import type { ToolLimits } from "./limits.ts";
import { createLineFinder } from "./line-finder.ts";
import type { LineFinder } from "./line-finder.ts";
import { isBinary } from "./read-file.ts";
import { locate, openFile } from "./workspace.ts";
import type { Place } from "./workspace.ts";

const input = z.strictObject({
  pattern: z.string().min(1).max(1_000).describe("The text to look for, taken literally unless `regex` is true."),
  path: z.string().min(1).optional().describe("The folder or file, relative to the workspace. Default: the workspace."),
  glob: z.string().min(1).optional().describe("Only files that fit, such as `*.ts`."),
  regex: z.boolean().optional().describe("Take the pattern as a JavaScript regular expression, tried on each line."),
  ignoreCase: z.boolean().optional().describe("Take upper and lower case as the same."),
  limit: z.int().min(1).optional().describe("The most lines to return."),
});

interface Match {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

interface Found {
  readonly matches: Match[];
  filesLeftOut: number;
  isCut: boolean;
}

// Enough to see a match in; minified files have lines of a megabyte.
const maxLineLength = 300;

export function createSearchText(limits: ToolLimits): Tool<z.infer<typeof input>> {
  return {
    name: "search_text",
    description:
      "Finds the lines of the workspace's text files that hold a text. .git, node_modules and binary files are left out.",
    input,
    effect: "read",
    async call({ pattern, path = ".", glob, regex = false, ignoreCase = false, limit = limits.maxMatches }, context) {
      const place = await locate(context.workspace, path, "read");
      const timeoutMs = toMs(limits.searchTimeout);
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]);
      const finder = createLineFinder({ pattern, regex, ignoreCase, timeoutMs });
      try {
        const most = Math.min(limit, limits.maxMatches);
        const found = await search(place, { glob, finder, signal, context, most, limits });
        return { matches: found.matches, ...notes(found, signal.aborted) };
      } finally {
        await finder.close();
      }
    },
  };
}

interface Search {
  readonly glob: string | undefined;
  readonly finder: LineFinder;
  readonly signal: AbortSignal;
  readonly context: ToolContext;
  readonly most: number;
  readonly limits: ToolLimits;
}

async function search(place: Place, { glob, finder, signal, context, most, limits }: Search): Promise<Found> {
  const found: Found = { matches: [], filesLeftOut: 0, isCut: false };
  const walk = walkFiles(place, glob, context.signal);
  for await (const entry of walk) {
    context.signal.throwIfAborted();
    found.isCut = signal.aborted;
    if (found.isCut) return found;
    if (entry.kind !== "file") continue;
    const text = await readText({ ...place, path: entry.path, name: entry.name }, limits.maxSearchFileBytes);
    if (text === null) found.filesLeftOut++;
    if (!text) continue;
    // One more than fits, to know whether the result is cut.
    for (const { line, text: lineText } of await finder.find(text, most - found.matches.length + 1)) {
      found.isCut = found.matches.length === most;
      if (found.isCut) return found;
      found.matches.push({ path: entry.name, line, text: lineText.slice(0, maxLineLength) });
    }
  }
  found.isCut = walk.isCut;
  return found;
}

/** The file's text; empty for a binary file, null for one that is too large or cannot be opened. */
async function readText(place: Place, maxBytes: number): Promise<string | null> {
  // A file that vanished or may not be opened counts as left out, and the note says how many were.
  const file = await openFile(place).catch(() => null);
  if (!file) return null;
  try {
    if ((await file.stat()).size > maxBytes) return null;
    const bytes = await file.readFile();
    return isBinary(bytes) ? "" : bytes.toString("utf8");
  } finally {
    await file.close();
  }
}

function notes(found: Found, isTimeUp: boolean): { note?: string } {
  const said: string[] = [];
  if (found.isCut)
    said.push(isTimeUp ? "the time was up" : `cut after ${found.matches.length} lines; search more narrowly`);
  if (found.filesLeftOut) said.push(`${found.filesLeftOut} files were too large or could not be opened`);
  return said.length ? { note: said.join("; ") } : {};
}
