import type { Capability, Check } from "../core/capability.ts";
import { formatBytes, toBytes } from "../core/byte-size.ts";
import type { Clock } from "../core/clock.ts";
import type { Job } from "../core/job.ts";
import type { Log } from "../core/log.ts";
import type { Meters } from "../core/metric.ts";
import { blobMigrations } from "./blob.ts";
import type { BlobGarbage } from "./blob-garbage.ts";
import type { Database } from "./database.ts";
import { createKeeper } from "./keeper.ts";
import { storageSection, type StorageSettings } from "./settings.ts";
import { createStorageOperations } from "./operations.ts";
import { prunedFamily, storageMetrics } from "./storage-metric.ts";
import type { Usage } from "./usage.ts";

export interface StorageDependencies {
  readonly database: Database;
  readonly settings: StorageSettings;
  readonly usage: () => Promise<Usage>;
  readonly garbage: BlobGarbage;
  readonly clock: Clock;
  readonly log: Log;
  readonly meters: Meters;
  /** Of all rooms, once they are there. */
  readonly rooms: () => readonly Capability[];
}

// What a burst brings in between is the most that the folder is above its cap.
const keepEvery = "5m";

/** The door of the storage room: its own tables, and how old and how large all that is stored may be. */
export function createStorage(dependencies: StorageDependencies): Capability {
  const { database, settings, usage, garbage, clock, log, meters, rooms } = dependencies;
  const kinds = () =>
    rooms()
      .flatMap(({ retained = [] }) => retained)
      .toSorted((one, other) => one.order - other.order);
  const counted = ({ name, count }: { readonly name: string; readonly count: number }): void => {
    if (count > 0) meters.add(prunedFamily, { what: name }, count);
  };
  const keeper = createKeeper({ database, settings, kinds, garbage, usage, clock, log, counted });
  const { maintain } = database;
  const upkeep: Job[] = maintain ? [{ name: "storage.maintain", every: "6h", run: () => maintain() }] : [];
  return {
    name: "storage",
    config: storageSection,
    migrations: blobMigrations,
    operations: createStorageOperations({ database, settings, kinds, keeper, usage, clock }),
    jobs: [
      ...upkeep,
      { name: "storage.keep", every: keepEvery, run: (signal) => keeper.keep(signal) },
      // What a process that died has left, and what was too young to go with its run.
      { name: "storage.blobs", every: "1d", run: (signal) => keeper.sweepBlobs(signal) },
    ],
    checks: [capCheck(usage, settings)],
    metrics: storageMetrics({ usage, clock, cap: settings.cap }),
  };
}

function capCheck(usage: () => Promise<Usage>, { cap }: StorageSettings): Check {
  return {
    group: "Storage",
    name: "size",
    async run() {
      const { used, freeOnDisk, wantsVacuum, freeInDatabase } = await usage();
      const capBytes = toBytes(cap);
      const message = `${formatBytes(used)} of ${formatBytes(capBytes)}`;
      if (freeOnDisk !== null && freeOnDisk < lowDiskBytes) {
        const fix = "Free some space on the disk, or prune: tutti storage prune --older-than 30d --dry-run";
        return { status: "warn", message: `${message}; the disk has ${formatBytes(freeOnDisk)} left`, fix };
      }
      if (used > capBytes) {
        return { status: "warn", message, fix: "See what takes it: tutti storage show. Or raise storage.cap." };
      }
      if (wantsVacuum) {
        const free = `${formatBytes(freeInDatabase)} of the database file are free`;
        return { status: "warn", message: `${message}; ${free}`, fix: "Give it back: tutti storage vacuum" };
      }
      return { status: "ok", message };
    },
  };
}

const lowDiskBytes = 1_000_000_000;

export { storageSection } from "./settings.ts";
