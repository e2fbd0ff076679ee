import { mkdir, open, readFile, rename, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, type Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import { sha256Hex } from "../core/hash.ts";
import { sql, type Kysely } from "kysely";
import type { Migration } from "../core/capability.ts";
import { toStatement, type Database } from "./database.ts";
import { toStorageError } from "./sqlite-error.ts";

/** Bytes by content hash (SHA-256, hex). The same bytes are stored once; a blob is whole or not there. */
export interface BlobStore {
  put(bytes: Uint8Array): Promise<string>;
  /** `storage.corrupt` if there is none or its bytes do not fit its name. */
  get(hash: string): Promise<Uint8Array>;
  /** How many bytes each has; one that is not there is left out. */
  sizes(hashes: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

// Whoever puts bytes has this long, and as long again, to store who names them: see blob-garbage.ts.
export const blobRestMs = 1_800_000;

/** Files beside a SQLite database: `ab/abcdef…`, mode 0600. */
export function fileBlobs(folder: string, clock: Clock = systemClock): BlobStore {
  const place = (hash: string): string => blobPlace(folder, hash);
  return {
    async put(bytes) {
      const hash = sha256Hex(bytes);
      const isThere = await touch(place(hash), bytes.byteLength, clock);
      if (!isThere) await writeWhole(join(folder, hash.slice(0, 2)), place(hash), bytes);
      return hash;
    },
    async get(hash) {
      const bytes = await readFile(place(hash)).catch((error: unknown) => {
        throw missing(hash, error);
      });
      if (sha256Hex(bytes) !== hash) throw missing(hash, undefined);
      return bytes;
    },
    async sizes(hashes) {
      const found = new Map<string, number>();
      for (let from = 0; from < hashes.length; from += askedAtOnce) {
        const some = hashes.slice(from, from + askedAtOnce);
        const sizes = await Promise.all(some.map((hash) => stat(place(hash)).then(({ size }) => size, ignoreMissing)));
        for (const [index, size] of sizes.entries()) if (size !== null) found.set(some[index] ?? "", size);
      }
      return found;
    },
  };
}

export function blobPlace(folder: string, hash: string): string {
  return join(folder, hash.slice(0, 2), hash);
}

/** Whether the blob is there, whole; it is then as if it had been written now, give or take half an hour. */
async function touch(path: string, size: number, clock: Clock): Promise<boolean> {
  try {
    const found = await stat(path);
    if (found.size !== size) return false;
    const now = clock.now();
    if (found.mtimeMs < now - blobRestMs) await utimes(path, now / 1_000, now / 1_000);
    return true;
  } catch {
    return false; // not there, or just removed: it is written
  }
}

async function writeWhole(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  // The pid and a fresh name keep two writers of the same bytes apart; the rename makes the blob whole at once.
  const temporary = `${path}.${process.pid}.${sha256Hex(Buffer.from(String(process.hrtime.bigint()))).slice(0, 8)}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined); // it may never have been made
    throw toStorageError(error, path);
  }
}

export interface BlobTables {
  /** `stored_at` is when its bytes were handed in for the last time, give or take half an hour. */
  blobs: { hash: string; bytes: Uint8Array; stored_at: number };
}

export const blobMigrations: readonly Migration[] = [
  {
    name: "001-blobs",
    sqlite: ["create table blobs (hash text primary key, bytes blob not null) without rowid"],
    postgres: ["create table blobs (hash text primary key, bytes bytea not null)"],
  },
  {
    name: "002-age",
    sqlite: ["alter table blobs add column stored_at integer not null default 0"],
    postgres: ["alter table blobs add column stored_at bigint not null default 0"],
  },
];

/** A table, for databases that several machines share, and for tests in memory. */
export function tableBlobs(database: Database, clock: Clock = systemClock): BlobStore {
  const build = database.build as Kysely<BlobTables>;
  return {
    async put(bytes) {
      const hash = sha256Hex(bytes);
      const now = clock.now();
      const insert = build.insertInto("blobs").values({ hash, bytes, stored_at: now });
      const again = insert.onConflict((conflict) =>
        conflict
          .column("hash")
          .doUpdateSet({ stored_at: now })
          .where("blobs.stored_at", "<", now - blobRestMs),
      );
      await database.write([toStatement(again)]);
      return hash;
    },
    async get(hash) {
      const rows = await database.read(build.selectFrom("blobs").select("bytes").where("hash", "=", hash).compile());
      const bytes = rows[0]?.bytes;
      if (!bytes) throw missing(hash, undefined);
      return bytes;
    },
    async sizes(hashes) {
      const found = new Map<string, number>();
      for (let from = 0; from < hashes.length; from += askedAtOnce) {
        const some = hashes.slice(from, from + askedAtOnce);
        const size = sql<number>`octet_length(bytes)`.as("size");
        const rows = await database.read(
          build.selectFrom("blobs").select(["hash", size]).where("hash", "in", some).compile(),
        );
        for (const row of rows) found.set(row.hash, row.size);
      }
      return found;
    },
  };
}

// A run may have ten thousand of them.
const askedAtOnce = 500;

/** What is missing is told by who wants to read it. */
function ignoreMissing(): null {
  return null;
}

function missing(hash: string, cause: unknown): TuttiError {
  return new TuttiError("storage.corrupt", `the blob ${hash} is missing or damaged`, {
    cause,
    hint: "Restore the data folder from a backup; runs that do not need this blob are not affected.",
  });
}
