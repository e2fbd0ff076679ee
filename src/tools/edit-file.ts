import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { TuttiError } from "../core/error.ts";
import type { Tool } from "../core/tool.ts";
import { similarity } from "../core/nearest.ts";
import type { ToolLimits } from "./limits.ts";
import { binaryFile, isBinary } from "./read-file.ts";
import { locate, openFile } from "./workspace.ts";
import type { Place } from "./workspace.ts";
import { replaceFile } from "./write-file.ts";

const input = z.strictObject({
  path: z.string().min(1).describe("The file, relative to the workspace."),
  old: z
    .string()
    .min(1)
    .describe("The exact text to replace, with its white space. It must occur exactly once unless `all` is true."),
  new: z.string().describe("The text to put in its place."),
  all: z.boolean().optional().describe("Replace every occurrence."),
});

export function createEditFile(limits: ToolLimits): Tool<z.infer<typeof input>> {
  return {
    name: "edit_file",
    description: "Replaces an exact text in a file of the workspace by another one.",
    input,
    effect: "write",
    async call({ path, old, new: replacement, all = false }, { workspace }) {
      const place = await locate(workspace, path, "write");
      const text = await readWhole(place, limits.maxWriteBytes);
      const edit = fitLineEnds(text, { old, replacement });
      const places = occurrences(text, edit.old);
      if (places.length === 0) return missing(place, text, edit);
      if (places.length > 1 && !all) throw ambiguous(place, text, places);
      await replaceFile(
        place,
        text.replaceAll(edit.old, () => edit.replacement),
        limits.maxWriteBytes,
      );
      return { path: place.name, replaced: places.length, line: lineAt(text, places[0] ?? 0) };
    },
  };
}

interface Edit {
  readonly old: string;
  readonly replacement: string;
}

async function readWhole(place: Place, maxBytes: number): Promise<string> {
  const file = await openFile(place);
  try {
    const { size } = await file.stat();
    if (size > maxBytes)
      throw new TuttiError("tool.failed", `${place.name} has ${size} bytes; ${maxBytes} can be edited`);
    const bytes = await file.readFile();
    if (isBinary(bytes)) throw binaryFile(place.name);
    // Decoding would turn other bytes into U+FFFD and writing would store that all over the file.
    if (!isUtf8(bytes)) throw new TuttiError("tool.failed", `${place.name} is not UTF-8 and cannot be edited as text`);
    return bytes.toString("utf8");
  } finally {
    await file.close();
  }
}

/** Models write "\n" whatever the file uses; in a file of CRLF lines they mean CRLF. */
function fitLineEnds(text: string, edit: Edit): Edit {
  const usesCrlf = text.includes("\r\n") && !/(?<!\r)\n/.test(text);
  if (!usesCrlf) return edit;
  return { old: toCrlf(edit.old), replacement: toCrlf(edit.replacement) };
}

function toCrlf(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}

function occurrences(text: string, old: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + old.length)) places.push(at);
  return places;
}

/** A call that was cut off after its rename runs again: then the new text is there already, and that is what was wanted. */
function missing(place: Place, text: string, { old, replacement }: Edit): Record<string, unknown> {
  if (replacement.trim() !== "" && text.includes(replacement)) {
    const line = lineAt(text, text.indexOf(replacement));
    return { path: place.name, replaced: 0, line, note: "the file holds the new text already and not the old one" };
  }
  throw new TuttiError("tool.failed", `the text to replace does not occur in ${place.name}${nearMiss(text, old)}`, {
    hint: "Read the file and copy the text exactly, white space included, without line numbers.",
  });
}

function ambiguous(place: Place, text: string, places: readonly number[]): TuttiError {
  const lines = places.slice(0, 10).map((at) => lineAt(text, at));
  const shown = lines.join(", ") + (places.length > 10 ? " …" : "");
  return new TuttiError(
    "tool.failed",
    `the text to replace occurs ${places.length} times in ${place.name}: lines ${shown}`,
    {
      hint: "Add lines before or after it until it is unique, or set all to true.",
    },
  );
}

// Comparing is length × length: only lines that could be meant, and only so much of them.
const maxCompared = 200;

/** The place that was probably meant: equal but for white space, else the line most like the first one wanted. */
function nearMiss(text: string, old: string): string {
  const lines = text.split(/\r?\n/);
  const wanted = old.split(/\r?\n/).map((line) => line.trim());
  const same = lines.findIndex((_line, start) => wanted.every((line, index) => lines[start + index]?.trim() === line));
  if (same >= 0) {
    const found = lines.slice(same, same + wanted.length).join("\n");
    return `; line ${same + 1} differs in white space only: ${JSON.stringify(found.slice(0, 500))}`;
  }
  const first = wanted.find((line) => line !== "")?.slice(0, maxCompared);
  if (first === undefined) return "";
  let best = { line: 0, score: 0.6 };
  for (const [index, line] of lines.slice(0, 20_000).entries()) {
    const candidate = line.trim().slice(0, maxCompared);
    if (Math.abs(candidate.length - first.length) > first.length / 2) continue;
    const score = similarity(candidate, first);
    if (score > best.score) best = { line: index + 1, score };
  }
  const line = lines[best.line - 1];
  return line === undefined ? "" : `; the nearest is line ${best.line}: ${JSON.stringify(line.slice(0, maxCompared))}`;
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}
