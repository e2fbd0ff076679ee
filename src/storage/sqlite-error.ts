import { TuttiError, type ErrorCode } from "../core/error.ts";

// SQLite's primary result codes (sqlite.org/rescode.html).
const codes: Readonly<Record<number, { code: ErrorCode; says: string; hint: string }>> = {
  5: {
    code: "storage.locked",
    says: "is locked by another program",
    hint: "End the program that has the file open, then try again.",
  },
  8: {
    code: "storage.unavailable",
    says: "is read-only",
    hint: "Check the owner and mode of the file and its folder.",
  },
  10: { code: "storage.unavailable", says: "could not be read or written", hint: "Check the disk." },
  11: {
    code: "storage.corrupt",
    says: "is damaged",
    hint: "Restore it from a backup; the damaged file is left as it is.",
  },
  13: {
    code: "storage.full",
    says: "is on a full disk",
    hint: "Free some space. Nothing was lost: the run goes on from its last stored step.",
  },
  14: {
    code: "storage.unavailable",
    says: "cannot be opened",
    hint: "Check the owner and mode of the file and its folder.",
  },
  26: { code: "storage.corrupt", says: "is not a SQLite database", hint: "Move the file away; a new one is made." },
};

/** A `storage.*` error for what `node:sqlite` or the file system threw; anything else is handed back unchanged. */
export function toStorageError(error: unknown, path: string): unknown {
  if (error instanceof TuttiError || !(error instanceof Error)) return error;
  const known = codes[primaryCode(error)] ?? byErrno(error);
  if (!known) return error;
  return new TuttiError(known.code, `${path} ${known.says}`, { cause: error, hint: known.hint, where: path });
}

function primaryCode(error: Error): number {
  return "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : -1;
}

function byErrno(error: Error): (typeof codes)[number] | undefined {
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return codes[13];
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return codes[8];
  if (code === "ENOTDIR" || code === "ENOENT" || code === "EISDIR") return codes[14];
  return undefined;
}
