import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { TuttiError } from "../core/error.ts";
import type { Log } from "../core/log.ts";

// 32 bytes in base64url.
const tokenForm = /^[\w-]{43}$/;

/** The token of a data folder: made once, kept in a file that only its owner reads. */
export function readToken(path: string, log: Log): string {
  const token = formed(path, tryRead(path) ?? makeToken(path));
  if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) {
    chmodSync(path, 0o600);
    log.warn("server.token_was_readable", { path });
  }
  return token;
}

/** Throws where a file that is there holds no token. */
export function checkToken(path: string): void {
  formed(path, tryRead(path) ?? "");
}

function formed(path: string, token: string): string {
  if (tokenForm.test(token)) return token;
  throw new TuttiError("config.invalid", `${path} does not hold a token`, {
    hint: "Remove the file: a new token is made at the next start, and everybody has to log in again.",
    where: path,
  });
}

function tryRead(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw unusable(path, error);
  }
}

/** Written aside and linked: who finds the file finds all of it, and of two that make one, one wins. */
function makeToken(path: string): string {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  } catch (error) {
    throw unusable(path, error);
  } finally {
    rmSync(draft, { force: true });
  }
  return tryRead(path) ?? "";
}

function unusable(path: string, cause: unknown): TuttiError {
  return new TuttiError("server.unavailable", `the token cannot be read from or written to ${path}`, {
    cause,
    hint: "The file must be readable, and its folder writable, for the user that starts Tutti.",
    where: path,
  });
}
