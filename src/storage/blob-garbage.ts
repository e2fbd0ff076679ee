import type { Clock } from "../core/clock.ts";
import { blobRestMs } from "./blob.ts";
import type { BlobShelf, RemovedBlobs } from "./blob-shelf.ts";

/** Blobs that no row names any more. */
export interface BlobGarbage {
  /** Columns that have named blobs, of rows that are gone: these are looked at by the next `collect`. */
  offer(columns: readonly string[]): void;
  /** Removes what nobody names, of those that were offered, or `whole`: of all. */
  collect(options: CollectOptions): Promise<RemovedBlobs>;
}

export interface CollectOptions {
  readonly whole: boolean;
  readonly signal: AbortSignal;
  readonly pause: () => Promise<void>;
}

export interface BlobGarbagePorts {
  readonly shelf: BlobShelf;
  readonly clock: Clock;
  /** By room: of these hashes, those that its rows name. */
  readonly holders: () => readonly ((hashes: readonly string[]) => Promise<readonly string[]>)[];
}

// Bytes are put before the row that names them is committed: a young blob may be one whose row is on its way.
const youngMs = 2 * blobRestMs;
const together = 100;

/**
 * A value that is moved from row to row is named at every moment by one of them, since that happens in one transaction,
 * and each room answers as of one moment. A value that comes anew is put first, which makes its blob young.
 */
export function createBlobGarbage({ shelf, clock, holders }: BlobGarbagePorts): BlobGarbage {
  const offered = new Set<string>();
  const removeUnnamed = async (hashes: readonly string[]): Promise<RemovedBlobs> => {
    const before = clock.now() - youngMs;
    let left = hashes;
    for (const held of holders()) {
      if (left.length === 0) break;
      const named = new Set(await held(left));
      left = left.filter((hash) => !named.has(hash));
    }
    return shelf.remove(left, before);
  };
  const some = async function* (whole: boolean): AsyncGenerator<readonly string[]> {
    const taken = [...offered];
    // What is offered from now on is for the next time.
    offered.clear();
    yield* whole ? shelf.all() : [taken];
  };
  return {
    offer(columns) {
      for (const column of columns) if (column.startsWith("@")) offered.add(column.slice(1));
    },
    async collect({ whole, signal, pause }) {
      let [count, bytes] = [0, 0];
      for await (const hashes of some(whole)) {
        for (let from = 0; from < hashes.length && !signal.aborted; from += together) {
          const removed = await removeUnnamed(hashes.slice(from, from + together));
          count += removed.count;
          bytes += removed.bytes;
          await pause();
        }
        if (signal.aborted) break;
      }
      return { count, bytes };
    },
  };
}
