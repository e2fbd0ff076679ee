import { lstat, readdir, statfs } from "node:fs/promises";
import { join } from "node:path";

// A page that asks every second must not walk over a hundred thousand blobs each time.
const keptMs = 10_000;

/** Bytes of all files below a folder, counted anew at most every ten seconds; 0 where it is not there. */
export function folderMeter(folder: string): () => Promise<number> {
  let counted: { readonly at: number; readonly bytes: Promise<number> } | null = null;
  return () => {
    if (!counted || performance.now() - counted.at > keptMs) counted = { at: performance.now(), bytes: sizeOf(folder) };
    return counted.bytes;
  };
}

/** The same, counted now, without what lies in another folder below it. */
export async function sizeOf(folder: string, without?: string): Promise<number> {
  if (folder === without) return 0;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  // One after the other: a daemon has better things to do than to open a thousand files at once.
  for (const entry of entries) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? await sizeOf(path, without) : await fileSize(path);
  }
  return bytes;
}

/** A file may go while it is looked at. */
async function fileSize(path: string): Promise<number> {
  return lstat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** A SQLite database with its log. */
export async function databaseSize(path: string): Promise<number> {
  const sizes = await Promise.all([fileSize(path), fileSize(`${path}-wal`)]);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What an ordinary user may still write there; null where the file system does not say. */
export async function freeBytes(folder: string): Promise<number | null> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
}
