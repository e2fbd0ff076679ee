import { renameSync, statSync, unlinkSync } from "node:fs";
import { readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { sql, type Kysely } from "kysely";
import type { Clock, EpochMs } from "../core/clock.ts";
import { blobPlace, type BlobTables } from "./blob.ts";
import { toStatement, type Database } from "./database.ts";

export interface RemovedBlobs {
  readonly count: number;
  readonly bytes: number;
}

/** All blobs of a place, for who looks for those that nobody names. */
export interface BlobShelf {
  /** Hashes that are there, some at a time. */
  all(): AsyncGenerator<readonly string[]>;
  /** Removes those of them that nobody has put since that time. One that is put at this moment stays, or is written anew. */
  remove(hashes: readonly string[], before: EpochMs): Promise<RemovedBlobs>;
}

const hashName = /^[0-9a-f]{64}$/;
const pageSize = 500;

export function fileBlobShelf(folder: string, clock: Clock): BlobShelf {
  return {
    async *all() {
      const before = clock.now() - leftOverMs;
      for (const part of await readdir(folder).catch(() => [])) {
        const names = await readdir(join(folder, part)).catch(() => []);
        await Promise.all(
          names.filter((name) => !hashName.test(name)).map((name) => removeLeftOver(join(folder, part, name), before)),
        );
        yield names.filter((name) => hashName.test(name));
      }
    },
    async remove(hashes, before) {
      const sizes = hashes.map((hash) => removeFile(blobPlace(folder, hash), before));
      return {
        count: sizes.filter((size) => size !== null).length,
        bytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
      };
    },
  };
}

/**
 * In one go, and laid aside first: whoever puts the same bytes at this moment either finds no file and writes one, or has
 * made this one young before it was laid aside, and gets it back.
 */
function removeFile(path: string, before: EpochMs): number | null {
  const aside = `${path}.gone`;
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || found.mtimeMs >= before) return null;
  renameSync(path, aside);
  if (statSync(aside).mtimeMs >= before) {
    renameSync(aside, path);
    return null;
  }
  unlinkSync(aside);
  return found.size;
}

const leftOverMs = 3_600_000;

/** What a process that died had not written, or not removed, to the end. */
async function removeLeftOver(path: string, before: EpochMs): Promise<void> {
  const found = await stat(path).catch(() => null); // it may be gone by now
  if (found && found.mtimeMs < before) await unlink(path).catch(() => undefined);
}

export function tableBlobShelf(database: Database): BlobShelf {
  const build = database.build as Kysely<BlobTables>;
  return {
    async *all() {
      for (let after = ""; ;) {
        const page = build.selectFrom("blobs").select("hash").where("hash", ">", after).orderBy("hash").limit(pageSize);
        const hashes = (await database.read(page.compile())).map(({ hash }) => hash);
        yield hashes;
        const last = hashes.at(-1);
        if (hashes.length < pageSize || last === undefined) return;
        after = last;
      }
    },
    async remove(hashes, before) {
      if (hashes.length === 0) return { count: 0, bytes: 0 };
      const gone = build.deleteFrom("blobs").where("hash", "in", hashes).where("stored_at", "<", before);
      const size = sql<number>`octet_length(bytes)`.as("size");
      const result = await database.write([toStatement(gone.returning(size))]);
      const sizes = result.committed ? (result.rows[0] ?? []).map((row) => Number(row["size"])) : [];
      return { count: sizes.length, bytes: sizes.reduce((sum, one) => sum + one, 0) };
    },
  };
}
