import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { TuttiError } from "../core/error.ts";
import type { Tool } from "../core/tool.ts";
import type { ToolLimits } from "./limits.ts";
import { explain, locate, makeFolders, parentOf, withFolder } from "./workspace.ts";
import type { Place } from "./workspace.ts";

const input = z.strictObject({
  path: z.string().min(1).describe("The file, relative to the workspace. Folders above it are made."),
  text: z.string().describe("The whole new content."),
});

export function createWriteFile(limits: ToolLimits): Tool<z.infer<typeof input>> {
  return {
    name: "write_file",
    description:
      "Writes a text file of the workspace, whole: a new one, or over an old one. To change a part, use edit_file.",
    input,
    effect: "write",
    async call({ path, text }, { workspace }) {
      const place = await locate(workspace, path, "write");
      const sizeBytes = await replaceFile(place, text, limits.maxWriteBytes);
      return { path: place.name, bytes: sizeBytes };
    },
  };
}

/** Puts a new file in the place of an old one, in one move, with the old one's mode. A reader sees the old or the new. */
export async function replaceFile(place: Place, text: string, maxBytes: number): Promise<number> {
  const bytes = Buffer.from(text);
  if (bytes.length > maxBytes) {
    throw new TuttiError("tool.failed", `${place.name} would be ${bytes.length} bytes; ${maxBytes} are allowed`, {
      hint: "Write less, or raise tools.maxWriteBytes in tutti.yaml.",
    });
  }
  try {
    const parent = parentOf(place);
    await makeFolders(place);
    await withFolder(place.root, parent, (folder) => replaceIn(folder, place, bytes));
  } catch (error) {
    throw explain(error, place);
  }
  return bytes.length;
}

async function replaceIn(folder: string, place: Place, bytes: Uint8Array): Promise<void> {
  const target = join(folder, basename(place.path));
  const mode = await modeOf(target, place);
  const draft = join(folder, `.${basename(place.path).slice(0, 100)}.${randomUUID()}.tmp`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    await using file = await open(draft, flags, mode ?? 0o666);
    await file.writeFile(bytes);
    // The mode given to open is cut by the umask; an old file's mode is kept as it was.
    if (mode !== undefined) await file.chmod(mode);
    await file.datasync();
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function modeOf(target: string, place: Place): Promise<number | undefined> {
  const old = await lstat(target).catch(() => null); // not there yet
  if (!old) return undefined;
  if (old.isFile()) return old.mode & 0o7777;
  throw new TuttiError("tool.failed", `${place.name} is ${old.isDirectory() ? "a folder" : "not a regular file"}`);
}
