import { DatabaseSync } from "node:sqlite";
import { chmodSync, closeSync, openSync, readSync } from "node:fs";
import { TuttiError } from "../core/error.ts";
import { toStorageError } from "./sqlite-error.ts";

/** Held for as long as this process hosts the folder; `kill -9` frees it at once. */
export interface FolderLock extends Disposable {
  readonly path: string;
}

export type LockAttempt =
  | { readonly held: true; readonly lock: FolderLock }
  | { readonly held: false; readonly pid: number | null };

/**
 * Takes the lock of a data folder, or says who has it. The lock is an exclusive transaction that stays open; the
 * holder's pid is the file's `user_version`, which anyone can read from the file's header in spite of the lock.
 */
export function tryFolderLock(path: string): LockAttempt {
  const database = openLockFile(path);
  try {
    database.exec("pragma journal_mode = delete; begin exclusive");
    // Between the two transactions another process may have come and gone, and left its pid.
    while (writtenPid(database) !== process.pid) {
      database.exec(`pragma user_version = ${process.pid}; commit; begin exclusive`);
    }
  } catch (error) {
    database.close();
    if (isBusy(error)) return { held: false, pid: holderPid(path) };
    throw unusable(path, error);
  }
  return { held: true, lock: { path, [Symbol.dispose]: () => database.close() } };
}

function openLockFile(path: string): DatabaseSync {
  try {
    closeSync(openSync(path, "a", 0o600));
    chmodSync(path, 0o600);
    return new DatabaseSync(path, { timeout: 0 });
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): unknown {
  const known = toStorageError(cause, path);
  // Of all files this one holds nothing: where it is damaged it may simply go.
  const isDamaged = known instanceof TuttiError && known.code === "storage.corrupt";
  if (known instanceof TuttiError && !isDamaged) return known;
  const hint = isDamaged
    ? "Remove the file while no Tutti works in this folder; it holds no data."
    : "Check the owner and mode of the folder.";
  return new TuttiError("storage.unavailable", `${path} cannot be used as a lock`, { cause, hint, where: path });
}

function writtenPid(database: DatabaseSync): unknown {
  return database.prepare("pragma user_version").get()?.["user_version"];
}

/** The pid that last took the lock, or null if none ever did. */
export function holderPid(path: string): number | null {
  const header = Buffer.alloc(64);
  const file = openSync(path, "r");
  try {
    // user_version is a big-endian integer at offset 60 of the header (sqlite.org/fileformat2.html).
    return readSync(file, header, 0, 64, 0) === 64 ? header.readUInt32BE(60) || null : null;
  } finally {
    closeSync(file);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === 5;
}
