import { createHash } from "node:crypto";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { SyncSqlite } from "../../storage/sqlite-sync.ts";

/** Texts too long for a row, such as what a model was asked: each stored once, compressed, while something uses it. */
export interface LargeTexts {
  /** Stores the text, where it is not there yet, and gives its number. */
  store(text: string): number;
  /** From now on `owner` uses these. */
  use(owner: number, numbers: readonly number[]): void;
  textOf(number: number): string;
  /** Nothing of `owner` is there any more; what nobody else uses goes. */
  release(owner: number): void;
}

export function createLargeTexts(sqlite: SyncSqlite): LargeTexts {
  function store(text: string): number {
    const hash = createHash("sha256").update(text).digest().subarray(0, 16);
    const known = sqlite.first<{ id: number }>("select id from large where hash = ?", hash);
    if (known !== undefined) return known.id;
    const bytes = zstdCompressSync(text);
    const [row] = sqlite.all<{ id: number }>("insert into large (hash, bytes) values (?, ?) returning id", hash, bytes);
    return row?.id ?? 0;
  }

  return {
    store,
    use(owner, numbers) {
      for (const number of numbers) {
        sqlite.run("insert into large_uses (owner, large) values (?, ?) on conflict do nothing", owner, number);
      }
    },
    textOf(number) {
      const row = sqlite.first<{ bytes: Uint8Array }>("select bytes from large where id = ?", number);
      return row === undefined ? "" : zstdDecompressSync(row.bytes).toString();
    },
    release(owner) {
      const used = sqlite.all<{ large: number }>("delete from large_uses where owner = ? returning large", owner);
      for (const { large } of used) {
        sqlite.run(
          "delete from large where id = ? and not exists (select 1 from large_uses where large = ?)",
          large,
          large,
        );
      }
    },
  };
}

/** Traces and logs both own large texts; their numbers must not meet. */
export const ownerOfTrace = (trace: number): number => trace;
export const ownerOfLog = (seq: number): number => -seq;

/** Stores what a record is written with, and notes the numbers for its owner. */
export function keeping(large: LargeTexts, used: number[]): (text: string) => number {
  return (text) => {
    const number = large.store(text);
    used.push(number);
    return number;
  };
}
