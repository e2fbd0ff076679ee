import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createGlob } from "./glob.ts";
import type { Place } from "./workspace.ts";
import { explain } from "./workspace.ts";

export interface WalkedEntry {
  /** Relative to the workspace, `/` between parts. */
  readonly name: string;
  readonly path: string;
  readonly kind: "file" | "folder" | "symlink" | "other";
}

// What nobody means when they say "the files of this project". `.tutti` is closed to tools anyway.
const leftOut = new Set([".git", ".tutti", "node_modules"]);
// A tree of a million files ends here, said in the note, instead of holding the host up.
const maxVisited = 200_000;

export interface Walk extends AsyncIterable<WalkedEntry> {
  /** True when the walk gave up before the end of the tree. */
  readonly isCut: boolean;
}

/** Every entry below a place in order of name, folders before what is in them; symlinks are named and not followed. */
export function walkFiles(place: Place, glob: string | undefined, signal: AbortSignal): Walk {
  const matches = glob === undefined ? () => true : createGlob(glob);
  const state = { visited: 0, isCut: false };
  return {
    get isCut() {
      return state.isCut;
    },
    async *[Symbol.asyncIterator]() {
      for await (const entry of walk(place, state, signal)) {
        if (matches(entry.name)) yield entry;
      }
    },
  };
}

async function* walk(
  place: Place,
  state: { visited: number; isCut: boolean },
  signal: AbortSignal,
): AsyncGenerator<WalkedEntry> {
  const start = await stat(place.path).catch((error: unknown) => {
    throw explain(error, place);
  });
  if (!start.isDirectory()) {
    yield { name: place.name, path: place.path, kind: start.isFile() ? "file" : "other" };
    return;
  }
  const folders = [{ path: place.path, prefix: place.name === "." ? "" : `${place.name}/` }];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    signal.throwIfAborted();
    // A folder that vanished or may not be opened is no reason to lose the rest of the listing.
    const entries = await readdir(folder.path, { withFileTypes: true }).catch(() => []);
    const inner: typeof folders = [];
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (leftOut.has(entry.name)) continue;
      if (++state.visited > maxVisited) {
        state.isCut = true;
        return;
      }
      const name = folder.prefix + entry.name;
      const path = join(folder.path, entry.name);
      if (entry.isDirectory()) inner.push({ path, prefix: `${name}/` });
      const kind = entry.isDirectory()
        ? "folder"
        : entry.isFile()
          ? "file"
          : entry.isSymbolicLink()
            ? "symlink"
            : "other";
      yield { name, path, kind };
    }
    folders.push(...inner.toReversed());
  }
}
