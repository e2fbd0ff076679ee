import type { Database } from "./database.ts";
import { databaseSize, freeBytes, sizeOf } from "./folder-size.ts";
import type { Home } from "./home.ts";

export const usageParts = ["database", "telemetry", "blobs", "other"] as const;
export type UsagePart = (typeof usageParts)[number];

/** What all data of a folder takes, bytes. */
export interface Usage {
  readonly parts: Readonly<Record<UsagePart, number>>;
  /** Of the database, what holds nothing: it is filled before the file grows. */
  readonly freeInDatabase: number;
  /** Whether it could be given back by writing the file anew, and is not without that. */
  readonly wantsVacuum: boolean;
  /** All parts, without what is free in the database. */
  readonly used: number;
  /** What may still be written to the disk; null where the file system does not say. */
  readonly freeOnDisk: number | null;
}

// A file that is a quarter empty is soon filled again.
const muchFree = 0.25;

/** Measures what the data takes; walks over all blobs where they are files. */
export async function measureUsage(home: Home, { dialect, space }: Database): Promise<Usage> {
  const tenant = home.tenant("default");
  const [size, telemetry, blobs, files, freeOnDisk] = await Promise.all([
    space?.measure() ?? { bytes: 0, freeBytes: 0, givesBack: true },
    databaseSize(tenant.telemetry),
    sizeOf(tenant.blobs),
    sizeOf(home.path, tenant.blobs),
    freeBytes(home.path),
  ]);
  // The file as its folder has it, with its log; a schema is somewhere else.
  const file = await databaseSize(tenant.database);
  const database = dialect === "sqlite" ? file : size.bytes;
  const parts = { database, telemetry, blobs, other: Math.max(0, files - telemetry - file) };
  const freeInDatabase = Math.min(size.freeBytes ?? 0, database);
  const all = parts.database + parts.telemetry + parts.blobs + parts.other;
  const wantsVacuum = !size.givesBack && space?.rewrite !== undefined && freeInDatabase > database * muchFree;
  return { parts, freeInDatabase, wantsVacuum, used: all - freeInDatabase, freeOnDisk };
}
