import { bytes } from "./format.ts";

export interface Sizes {
  readonly databaseBytes: number | null;
  readonly blobsBytes: number | null;
  readonly telemetryBytes: number;
  readonly capBytes: number;
  readonly freeBytes: number | null;
}

// Less is soon used up by one model's files, or by a busy hour.
const lowDiskBytes = 1e9;

/** What is kept on this machine; null where the database is somewhere else. */
export function keptBytes({ databaseBytes, blobsBytes, telemetryBytes }: Sizes): number | null {
  return databaseBytes === null ? null : databaseBytes + (blobsBytes ?? 0) + telemetryBytes;
}

/** Why something must be done about the room that the data takes; null where nothing must. */
export function roomProblem(sizes: Sizes): string | null {
  const { capBytes, freeBytes } = sizes;
  const kept = keptBytes(sizes);
  if (freeBytes !== null && freeBytes < lowDiskBytes) return `The disk is almost full: ${bytes(freeBytes)} are left.`;
  if (kept !== null && kept > capBytes) return `The data takes ${bytes(kept)} and may take ${bytes(capBytes)}.`;
  return null;
}

export interface Pruned {
  readonly kinds: readonly { readonly name: string; readonly count: number | null }[];
  readonly freedBytes: number;
}

/** What a prune would do, for the button that does it; null where it would do nothing. */
export function pruneOffer({ kinds, freedBytes }: Pruned, days: number): string | null {
  if (kinds.every(({ count }) => !count)) return null;
  return `Prune runs older than ${days} d, frees ${bytes(freedBytes)}`;
}
