import { z } from "zod";
import { formatBytes, toBytes } from "../core/byte-size.ts";
import type { Clock } from "../core/clock.ts";
import { formatMs, isDuration, notADurationText, toMs } from "../core/duration.ts";
import { TuttiError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";
import { operation, type AnyOperation, type OperationContext } from "../core/operation.ts";
import type { Retained } from "../core/retained.ts";
import type { Database } from "./database.ts";
import type { Keeper } from "./keeper.ts";
import { createPace } from "./pace.ts";
import type { StorageSettings } from "./settings.ts";
import { usageParts, type Usage } from "./usage.ts";

export interface StorageOperationPorts {
  readonly database: Pick<Database, "space">;
  readonly settings: Pick<StorageSettings, "cap">;
  readonly kinds: () => readonly Retained[];
  readonly keeper: Keeper;
  readonly usage: () => Promise<Usage>;
  readonly clock: Clock;
}

const faces = ["cli", "http", "sdk", "mcp"] as const;
const bytes = z.number();
const duration = z.union([z.string(), z.number()]).refine(isDuration, notADurationText);

const shown = z.object({
  capBytes: bytes.describe("The most that all of it may take."),
  usedBytes: bytes.describe("What it takes, without what is free in the database."),
  freeOnDiskBytes: bytes.nullable(),
  parts: z.array(z.object({ name: z.enum(usageParts), bytes })).readonly(),
  freeInDatabaseBytes: bytes.describe("In the database and holding nothing: filled before it grows."),
  wantsVacuum: z.boolean().describe("Whether `tutti storage vacuum` would give that back."),
  kinds: z
    .array(
      z.object({
        name: z.string(),
        summary: z.string(),
        keepMs: z.number(),
        oldestAt: z.number().nullable(),
        bytes: bytes.nullable().describe("About; null where that cannot be told without reading it all."),
      }),
    )
    .readonly()
    .describe("What is kept for a while, in the order in which it goes where there is too much."),
});
type StorageShown = z.infer<typeof shown>;

const pruned = z.object({
  isDryRun: z.boolean(),
  kinds: z
    .array(z.object({ name: z.string(), before: z.number(), count: z.int().nullable(), bytes: bytes.nullable() }))
    .readonly()
    .describe("What went, or would go; bytes are told of a dry run alone, where they can be told."),
  freedBytes: bytes.describe("What the data takes less than before; of a dry run, what it would be at the most."),
});
type StoragePruned = z.infer<typeof pruned>;

const stage = z.object({ type: z.literal("stage"), text: z.string() });
type Stage = z.infer<typeof stage>;

export function createStorageOperations(ports: StorageOperationPorts): AnyOperation[] {
  return [showOperation(ports), pruneOperation(ports), vacuumOperation(ports)];
}

function showOperation(ports: StorageOperationPorts): AnyOperation {
  return operation({
    name: "storage.show",
    summary: "Shows what the data takes, what it may take, and how long what is kept",
    method: "GET",
    path: "/storage",
    role: "viewer",
    effect: "read",
    idempotent: true,
    input: z.strictObject({}),
    output: shown,
    faces,
    cli: { examples: ["tutti storage show", "tutti storage show --json"] },
    handle: () => show(ports),
  });
}

async function show({ settings, kinds, usage }: StorageOperationPorts): Promise<StorageShown> {
  const { parts, used, freeOnDisk, freeInDatabase, wantsVacuum } = await usage();
  const kept = [];
  // One after the other: on SQLite each keeps the database for a moment.
  for (const kind of kinds()) {
    const { name, summary, keepMs } = kind;
    kept.push({ name, summary, keepMs, oldestAt: await kind.oldest(), bytes: (await kind.bytes?.()) ?? null });
  }
  return {
    capBytes: toBytes(settings.cap),
    usedBytes: used,
    freeOnDiskBytes: freeOnDisk,
    parts: usageParts.map((name) => ({ name, bytes: parts[name] })),
    freeInDatabaseBytes: freeInDatabase,
    wantsVacuum,
    kinds: kept,
  };
}

const pruneInput = z.strictObject({
  olderThan: duration.optional().describe("What is older goes, such as 30d; default: as long as the settings keep it"),
  only: z.string().min(1).optional().describe('Only these, with commas, such as "runs,events"; default: all'),
  dryRun: z.boolean().default(false).describe("Tell what would go, and remove nothing"),
});

function pruneOperation(ports: StorageOperationPorts): AnyOperation {
  return operation<z.infer<typeof pruneInput>, StoragePruned, Stage>({
    name: "storage.prune",
    summary: "Removes what is old: runs that have ended, events, spans, log records. Nothing that is still at work",
    method: "POST",
    path: "/storage/prune",
    role: "admin",
    effect: "destroy",
    idempotent: true,
    input: pruneInput,
    output: pruned,
    progress: stage,
    faces,
    cli: {
      confirms: "Remove for good what is older than that? With --dry-run it tells what would go.",
      confirmsUnless: "dryRun",
      examples: [
        "tutti storage prune --older-than 30d --dry-run",
        "tutti storage prune --older-than 30d --only runs --yes",
      ],
    },
    handle: (input, context) => prune(ports, input, context),
  });
}

async function* prune(
  ports: StorageOperationPorts,
  { olderThan, only, dryRun }: z.infer<typeof pruneInput>,
  { signal }: OperationContext,
): AsyncGenerator<Stage, StoragePruned> {
  const { clock, keeper, usage } = ports;
  const kinds = chosen(ports.kinds(), only);
  const now = clock.now();
  const before = ({ keepMs }: Pick<Retained, "keepMs">): number =>
    now - (olderThan === undefined ? keepMs : toMs(olderThan));
  if (dryRun) return preview({ kinds, before, clock, signal });
  const first = await usage();
  const gone: StoragePruned["kinds"][number][] = [];
  for await (const { name, count } of keeper.prune({ kinds, before }, signal)) {
    const kind = kinds.find((one) => one.name === name);
    gone.push({ name, before: kind ? before(kind) : now, count, bytes: null });
    yield { type: "stage", text: `${name}: ${count} removed` };
  }
  return { isDryRun: false, kinds: gone, freedBytes: Math.max(0, first.used - (await usage()).used) };
}

interface Preview {
  readonly kinds: readonly Retained[];
  readonly before: (kind: Retained) => number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function preview({ kinds, before, clock, signal }: Preview): Promise<StoragePruned> {
  const pause = createPace(clock);
  const found = [];
  for (const kind of kinds) {
    const told = await kind.preview?.({ before: before(kind), signal, pause });
    found.push({ name: kind.name, before: before(kind), count: told?.count ?? null, bytes: told?.bytes ?? null });
  }
  return { isDryRun: true, kinds: found, freedBytes: found.reduce((sum, one) => sum + (one.bytes ?? 0), 0) };
}

function chosen(kinds: readonly Retained[], only: string | undefined): readonly Retained[] {
  if (only === undefined) return kinds;
  const names = kinds.map(({ name }) => name);
  const wanted = only.split(",").map((name) => name.trim());
  for (const name of wanted) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    throw new TuttiError("usage.invalid", `nothing that is kept is called "${name}"`, {
      hint: meant === undefined ? `It is one of: ${names.join(", ")}.` : `Did you mean "${meant}"?`,
    });
  }
  return kinds.filter(({ name }) => wanted.includes(name));
}

const vacuumed = z.object({ beforeBytes: bytes, afterBytes: bytes, tookMs: z.number() });
type StorageVacuumed = z.infer<typeof vacuumed>;

// Read, written to a copy and written back, on a disk of a few years ago.
const bytesPerSecond = 40_000_000;
// The copy, and the log that it is brought back by.
const roomFactor = 2;

function vacuumOperation(ports: StorageOperationPorts): AnyOperation {
  return operation<Record<string, never>, StorageVacuumed, Stage>({
    name: "storage.vacuum",
    summary: "Writes the database file anew without what is free in it; everything else waits meanwhile",
    method: "POST",
    path: "/storage/vacuum",
    role: "admin",
    effect: "write",
    idempotent: true,
    input: z.strictObject({}),
    output: vacuumed,
    progress: stage,
    faces,
    cli: {
      confirms: "Write the whole database file anew? Steps wait until it is done: about a second for 40 MB.",
      examples: ["tutti storage vacuum", "tutti storage vacuum --yes"],
    },
    handle: () => vacuum(ports),
  });
}

async function* vacuum({ database: { space }, usage }: StorageOperationPorts): AsyncGenerator<Stage, StorageVacuumed> {
  if (!space?.rewrite) {
    throw new TuttiError("usage.invalid", "the database is not a file of this machine", {
      hint: "Postgres looks after its tables itself; `vacuum (full)` in psql gives what is free back, and stops all work meanwhile.",
    });
  }
  const before = await space.measure();
  const { freeOnDisk } = await usage();
  const needed = (before.bytes - before.freeBytes) * roomFactor;
  const about = formatMs(Math.max(1_000, (needed / bytesPerSecond) * 1_000));
  yield { type: "stage", text: `about ${about}, with ${formatBytes(needed)} of the disk for a while` };
  if (freeOnDisk !== null && freeOnDisk < needed) {
    throw new TuttiError(
      "storage.full",
      `it needs ${formatBytes(needed)} of the disk, and ${formatBytes(freeOnDisk)} are free`,
      {
        hint: "Free some space, or prune first: what is free in the file is filled again.",
      },
    );
  }
  const began = performance.now();
  await space.rewrite();
  const after = await space.measure();
  return { beforeBytes: before.bytes, afterBytes: after.bytes, tookMs: Math.round(performance.now() - began) };
}
