import { constants } from "node:fs";
import { lstat, mkdir, open, readlink, realpath } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { TuttiError } from "../core/error.ts";

/** A place that was checked to lie in the workspace. */
export interface Place {
  /** The workspace, with every symlink resolved. */
  readonly root: string;
  /** The place itself, with every symlink resolved. */
  readonly path: string;
  /** For people and models: relative to the workspace, `/` between parts, `.` for the workspace. */
  readonly name: string;
}

export type Access = "read" | "write";

// `.tutti` holds the database and the token of the host that runs this very tool; writing into `.git` (hooks, config) makes
// git run programs.
const closedTo: Readonly<Record<Access, readonly string[]>> = { read: [".tutti"], write: [".tutti", ".git"] };

/** Finds where `path` leads, through symlinks, and refuses (`tool.denied`) whatever lies outside of the workspace. */
export async function locate(workspace: string, path: string, access: Access): Promise<Place> {
  if (path.includes("\0")) throw denied(path, "holds a NUL character");
  const root = await realpath(workspace);
  const wanted = resolve(root, withoutWorkspace(workspace, root, path));
  if (!isInside(root, wanted)) throw denied(path, "lies outside of the workspace");
  const target = await realTarget(wanted, path);
  if (!isInside(root, target)) throw denied(path, "leads outside of the workspace through a symlink");
  const name = relative(root, target).split(sep).join("/") || ".";
  const closed = [name, relative(root, wanted)].flatMap((text) => text.toLowerCase().split(/[\\/]/));
  const hit = closedTo[access].find((entry) => closed.includes(entry));
  if (hit) throw denied(path, `lies in ${hit}, which tools may not ${access}`);
  return { root, path: target, name };
}

/** Opens a regular file for reading; nothing that was swapped for a symlink since `locate` is followed. */
export async function openFile(place: Place): Promise<FileHandle> {
  // O_NONBLOCK: without it, opening a named pipe waits for a writer for ever.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const parent = parentOf(place);
  const file = await withFolder(place.root, parent, (folder) => open(join(folder, basename(place.path)), flags)).catch(
    (error: unknown) => {
      throw explain(error, place);
    },
  );
  const status = await file.stat();
  if (status.isFile()) return file;
  await file.close();
  throw new TuttiError("tool.failed", `${place.name} is ${status.isDirectory() ? "a folder" : "not a regular file"}`);
}

/**
 * Calls `use` with a path to the folder that stays the same folder even when a part of its path is swapped for a symlink
 * meanwhile. Off Linux the kernel offers Node no such path, so the folder is only checked again just before use.
 */
export async function withFolder<T>(root: string, folder: string, use: (path: string) => Promise<T>): Promise<T> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const anchor = `/proc/self/fd/${handle.fd}`;
    const real = process.platform === "linux" ? await readlink(anchor) : await realpath(folder);
    if (!isInside(root, real)) throw denied(folder, "was moved out of the workspace while it was in use");
    return await use(process.platform === "linux" ? anchor : folder);
  } finally {
    await handle.close();
  }
}

/** The folder that a file lies in; the workspace itself is no file. */
export function parentOf(place: Place): string {
  if (place.path === place.root) throw new TuttiError("tool.failed", "the workspace is a folder");
  return dirname(place.path);
}

/** Makes the folders above a place that is to be written, one by one, each inside the one checked before. */
export async function makeFolders(place: Place): Promise<void> {
  const parts = relative(place.root, dirname(place.path)).split(sep).filter(Boolean);
  let folder = place.root;
  for (const part of parts) {
    await withFolder(place.root, folder, (anchor) => mkdir(join(anchor, part))).catch((error: unknown) => {
      if (errorCode(error) !== "EEXIST") throw explain(error, place);
    });
    folder = join(folder, part);
  }
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** A file system error in the words of the tool: what is wrong with which path. */
export function explain(error: unknown, place: Place): unknown {
  const problem = problems[errorCode(error) ?? ""];
  if (!problem) return error;
  return new TuttiError(problem === problems["ELOOP"] ? "tool.denied" : "tool.failed", `${place.name} ${problem}`, {
    cause: error,
    hint: "list_files shows what is there.",
  });
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "has a file where a folder should be",
  EISDIR: "is a folder",
  EACCES: "may not be opened by this user",
  EPERM: "may not be opened by this user",
  ELOOP: "became a symlink while it was in use",
  EEXIST: "has a file where a folder should be",
  ENAMETOOLONG: "has a name that is too long",
  ENXIO: "is not a regular file",
};

/** The real path of the deepest part that exists, with the rest behind it. A dangling symlink is no place to write to. */
async function realTarget(wanted: string, path: string): Promise<string> {
  try {
    return await realpath(wanted);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ELOOP") throw denied(path, "leads through symlinks in a circle");
    if (code !== "ENOENT") {
      throw new TuttiError("tool.failed", `${path} ${problems[code ?? ""] ?? "cannot be reached"}`, { cause: error });
    }
    const entry = await lstat(wanted).catch(() => null); // nothing there at all: the parent decides
    if (entry?.isSymbolicLink()) throw denied(path, "leads through a symlink to nowhere");
    return join(await realTarget(dirname(wanted), path), basename(wanted));
  }
}

/** Models often write the absolute path that they were told; with symlinks above the workspace it has two spellings. */
function withoutWorkspace(workspace: string, root: string, path: string): string {
  const given = resolve(workspace);
  return path.startsWith(given + sep) || path === given ? join(root, path.slice(given.length)) : path;
}

function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function denied(path: string, problem: string): TuttiError {
  return new TuttiError("tool.denied", `${JSON.stringify(path)} ${problem}`, {
    hint: "Give a path relative to the workspace, without leaving it.",
  });
}
