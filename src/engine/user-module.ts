import { registerHooks, type ResolveHookContext } from "node:module";
import { statSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

// Node keeps a module for as long as the process lives. Code that has changed is loaded beside the old under another
// address: `file.ts?tutti=2`, and so is every file of the user's that it imports. Hooks and modules are the process's,
// so this can only be the process's, too.
const marker = "tutti";
/** By edition, the user's files that were loaded, or sought in vain. */
const notes = new Map<number, Map<string, FileNote>>();
let latest = 0;
// A second copy of Tutti's own modules would know nothing of the first.
const ownFolder = new URL("..", import.meta.url).href;
let areHooksInstalled = false;

interface FileNote {
  /** What told it apart when it was read. */
  readonly stamp: string;
  readonly imports: Set<string>;
}

/**
 * A set of modules that belong together. The first has plain addresses, so it is what other imports of a file give, and
 * several loaders share it.
 */
export const firstEdition = 0;

export function nextEdition(before: number): number {
  // The first is everybody's.
  if (before !== firstEdition) notes.delete(before);
  return ++latest;
}

/** Loads a file of the user's with all that it imports, once in an edition. */
export async function importUserModule(file: string, edition: number): Promise<unknown> {
  installHooks();
  const url = pathToFileURL(file);
  return import(inEdition(url.href, edition));
}

/** Remembers that a file was read, by whatever means, as a part of an edition. */
export function noteFile(file: string, edition: number, importer?: string): void {
  const files = notes.get(edition) ?? new Map<string, FileNote>();
  notes.set(edition, files);
  if (!files.has(file)) files.set(file, { stamp: stampOf(file), imports: new Set() });
  if (importer !== undefined) files.get(importer)?.imports.add(file);
}

/** Of these files and all that they import, those that are no longer as they were when they were read. */
export function changedFiles(edition: number, entries: Iterable<string>): string[] {
  const files = notes.get(edition) ?? new Map<string, FileNote>();
  const reached = new Set(entries);
  // A set that grows while it is walked is walked to its end.
  for (const file of reached) for (const imported of files.get(file)?.imports ?? []) reached.add(imported);
  return [...reached].filter((file) => {
    const note = files.get(file);
    return note !== undefined && note.stamp !== stampOf(file);
  });
}

function stampOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "none"; // not there, or not to be read: whoever imports it is told
  }
}

function inEdition(url: string, edition: number): string {
  if (edition === firstEdition) return url;
  const address = new URL(url);
  address.searchParams.set(marker, String(edition));
  return address.href;
}

function editionOf(url: string): number {
  return Number(new URL(url).searchParams.get(marker) ?? firstEdition);
}

/** `import { flow, z } from "tutti"` in a user's file means this very package, wherever the file lies. */
function installHooks(): void {
  if (areHooksInstalled) return;
  areHooksInstalled = true;
  const self = import.meta.url;
  const index = new URL(self.endsWith(".ts") ? "../index.ts" : "../index.js", self).href;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === "tutti")
        return { url: index, format: self.endsWith(".ts") ? "module-typescript" : "module", shortCircuit: true };
      const edition = editionOfImport(specifier, context);
      if (edition !== null) noteSought(specifier, context, edition);
      const resolved = next(specifier, context);
      if (!resolved.url.startsWith("file:")) return resolved;
      const path = fileURLToPath(resolved.url);
      if (path.includes("node_modules") || resolved.url.startsWith(ownFolder)) return resolved;
      if (edition !== null) noteFile(path, edition, importerOf(context));
      const url = edition === null ? resolved.url : inEdition(resolved.url, edition);
      // A user's .ts file is a module whatever package.json stands above it, or none.
      return path.endsWith(".ts") ? { ...resolved, url, format: "module-typescript" } : { ...resolved, url };
    },
  });
}

/** The edition of an import that belongs to a flow; null for what anybody else imports. */
function editionOfImport(specifier: string, { parentURL }: ResolveHookContext): number | null {
  if (!parentURL?.startsWith("file:")) return null;
  // A flow's own file is imported from here.
  if (parentURL === import.meta.url) return specifier.startsWith("file:") ? editionOf(specifier) : null;
  const edition = editionOf(parentURL);
  return notes.get(edition)?.has(fileURLToPath(parentURL)) ? edition : null;
}

/** A file that is missed may be made later: then what has missed it is worth another look. */
function noteSought(specifier: string, { parentURL }: ResolveHookContext, edition: number): void {
  if (!/^\.{0,2}\//.test(specifier) || parentURL === undefined) return;
  const file = fileURLToPath(new URL(specifier, parentURL));
  if (!file.includes("node_modules")) noteFile(file, edition, fileURLToPath(parentURL));
}

function importerOf({ parentURL }: ResolveHookContext): string | undefined {
  return parentURL === undefined ? undefined : fileURLToPath(parentURL);
}
