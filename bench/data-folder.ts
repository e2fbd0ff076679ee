import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Where the databases of one benchmark lie; gone when it ends. */
export class DataFolder implements Disposable {
  readonly #path = mkdtempSync(join(tmpdir(), "tutti-bench-"));
  #count = 0;
  readonly #removeAll = (): void => this.remove(this.#path);

  constructor() {
    process.once("exit", this.#removeAll);
  }

  /** A new folder; with the files of another one, which nobody may have open. */
  make(template?: string): string {
    const folder = join(this.#path, String(++this.#count));
    if (template === undefined) mkdirSync(folder);
    else cpSync(template, folder, { recursive: true });
    return folder;
  }

  remove(folder: string): void {
    rmSync(folder, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#removeAll);
    this.#removeAll();
  }
}

/** All that an engine keeps in the folder, once its write-ahead logs are part of their databases; bytes. */
export function storedBytes(folder: string): number {
  for (const file of filesIn(folder).filter((path) => path.endsWith("-wal"))) checkpoint(file.slice(0, -"-wal".length));
  const kept = filesIn(folder).filter((path) => !/-(wal|shm)$/.test(path));
  return kept.reduce((sum, path) => sum + statSync(path).size, 0);
}

function checkpoint(path: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec("pragma wal_checkpoint(truncate)");
  } finally {
    database.close();
  }
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
