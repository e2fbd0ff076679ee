import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { TuttiError } from "../core/error.ts";
import { toStorageError } from "./sqlite-error.ts";

/** Where the data of one project lies. */
export interface Home {
  readonly path: string;
  readonly lock: string;
  readonly tenant: (name: string) => {
    readonly path: string;
    readonly database: string;
    readonly telemetry: string;
    readonly blobs: string;
  };
}

/** The data folder: the one named, else `.tutti` sought upward from `from`; null where there is none. */
export function findHome(from: string, named: string | undefined): Home | null {
  if (named) return existsSync(named) ? homeAt(resolve(from, named)) : null;
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, ".tutti");
    if (isFolder(candidate)) return homeAt(candidate);
    if (folder === dirname(folder)) return null;
  }
}

/** The data folder, made where none is found: `./.tutti`, or the one named. */
export function openHome(from: string, named: string | undefined): Home {
  const home = findHome(from, named) ?? homeAt(named ? resolve(from, named) : join(resolve(from), ".tutti"));
  try {
    makeFolder(home.tenant("default").blobs);
    const ignore = join(home.path, ".gitignore");
    if (!existsSync(ignore)) writeFileSync(ignore, "*\n", { mode: 0o600 });
  } catch (error) {
    const known = toStorageError(error, home.path);
    if (known instanceof TuttiError && known.code === "storage.full") throw known;
    throw new TuttiError("storage.unavailable", `the data folder ${home.path} cannot be made`, {
      cause: error,
      hint: "Check the owner and mode of the folder above it, or name another one with TUTTI_HOME.",
      where: home.path,
    });
  }
  return home;
}

/** Step by step: where nothing can be made (`/proc`), Node's own recursion tries for ever. */
export function makeFolder(path: string, mode = 0o700): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process may have made it just now.
    if (!isFolder(path)) throw error;
  }
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function homeAt(path: string): Home {
  return {
    path,
    lock: join(path, "tutti.lock"),
    tenant: (name) => {
      const folder = join(path, "tenants", name);
      return {
        path: folder,
        database: join(folder, "orchestrator.db"),
        telemetry: join(folder, "telemetry.db"),
        blobs: join(folder, "blobs"),
      };
    },
  };
}
