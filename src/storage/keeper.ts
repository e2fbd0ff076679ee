import { toBytes, formatBytes } from "../core/byte-size.ts";
import type { Clock, EpochMs } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Retained } from "../core/retained.ts";
import type { BlobGarbage, CollectOptions } from "./blob-garbage.ts";
import type { Database } from "./database.ts";
import { createPace } from "./pace.ts";
import type { StorageSettings } from "./settings.ts";
import type { Usage } from "./usage.ts";

/** What has gone: by the name of what it was, and blobs that nobody names. */
export interface Pruned {
  readonly name: string;
  readonly count: number;
}

/** Keeps the data folder as old and as large as it may be. One thing at a time, whoever asks. */
export interface Keeper {
  /** What is older than it is kept goes; then, where the folder is above its cap, the oldest of what is left. */
  keep(signal: AbortSignal): Promise<void>;
  /** Removes what is older, of the things named. */
  prune(request: PruneRequest, signal: AbortSignal): AsyncGenerator<Pruned, void>;
  /** Looks at every blob. */
  sweepBlobs(signal: AbortSignal): Promise<void>;
}

export interface PruneRequest {
  readonly kinds: readonly Retained[];
  /** By kind: what is older goes. */
  readonly before: (kind: Retained) => EpochMs;
}

export interface KeeperPorts {
  readonly database: Pick<Database, "space">;
  readonly settings: Pick<StorageSettings, "cap">;
  /** In the order in which they go. */
  readonly kinds: () => readonly Retained[];
  readonly garbage: BlobGarbage;
  readonly usage: () => Promise<Usage>;
  readonly clock: Clock;
  readonly log: Log;
  readonly counted: (pruned: Pruned) => void;
}

// Pruning at the cap begins anew with every run; some room makes it seldom.
const targetShare = 0.9;
// The oldest goes first, and not more of it than has to.
const slices = 10;
const leastMs = 600_000;

export function createKeeper(ports: KeeperPorts): Keeper {
  const { clock, database, counted } = ports;
  const oneAtATime = createQueue();
  const isTold = { value: false };
  const pace = (): (() => Promise<void>) => createPace(clock, () => database.space?.giveBack() ?? Promise.resolve());
  return {
    keep: (signal) =>
      oneAtATime(async () => {
        const options = { signal, pause: pace() };
        for (const kind of ports.kinds())
          await pruneKind(ports, kind, { before: clock.now() - kind.keepMs, ...options });
        await keepBelowCap(ports, options, isTold);
      }),
    async *prune({ kinds, before }, signal) {
      const options = { signal, pause: pace() };
      for (const kind of kinds) {
        const count = await oneAtATime(() => pruneKind(ports, kind, { before: before(kind), ...options }));
        yield { name: kind.name, count };
      }
    },
    sweepBlobs: (signal) =>
      oneAtATime(async () => {
        const { count } = await ports.garbage.collect({ whole: true, signal, pause: pace() });
        counted({ name: "blobs", count });
      }),
  };
}

interface KindPruning extends Pick<CollectOptions, "signal" | "pause"> {
  readonly before: EpochMs;
  /** The room must be there, and be seen to be there, when it is done. */
  readonly isForRoom?: boolean;
}

// Every few minutes some runs become too old: a look at whole tables for them would cost more than they do.
const manyGone = 1_000;

/** Removes what is old of one kind, the blobs that only it has named, and the room that both took. */
async function pruneKind(
  ports: KeeperPorts,
  kind: Retained,
  { before, signal, pause, isForRoom = false }: KindPruning,
): Promise<number> {
  const count = await kind.prune({ before, signal, pause });
  const blobs = await ports.garbage.collect({ whole: false, signal, pause });
  ports.counted({ name: kind.name, count });
  ports.counted({ name: "blobs", count: blobs.count });
  if (count === 0 || signal.aborted) return count;
  await kind.shrink?.(signal);
  while (!signal.aborted && (await ports.database.space?.giveBack())) await pause();
  if (isForRoom || count >= manyGone) await ports.database.space?.tidy();
  return count;
}

async function keepBelowCap(
  ports: KeeperPorts,
  options: Pick<CollectOptions, "signal" | "pause">,
  isTold: { value: boolean },
): Promise<void> {
  const capBytes = toBytes(ports.settings.cap);
  const first = await ports.usage();
  if (first.used <= capBytes) {
    isTold.value = false;
    return;
  }
  const last = await pruneDownTo(ports, capBytes * targetShare, options);
  if (options.signal.aborted || last.used <= capBytes || isTold.value) return;
  isTold.value = true;
  tellOverCap(ports, last, capBytes);
}

/** Kind by kind in their order, the oldest tenth of what may go first, until there is room. */
async function pruneDownTo(
  ports: KeeperPorts,
  targetBytes: number,
  options: Pick<CollectOptions, "signal" | "pause">,
): Promise<Usage> {
  let usage = await ports.usage();
  for (const kind of ports.kinds()) {
    const oldest = await kind.oldest();
    const limit = ports.clock.now() - (kind.leastMs ?? leastMs);
    if (oldest === null || oldest >= limit) continue;
    for (let slice = 1; slice <= slices; slice++) {
      if (options.signal.aborted || usage.used <= targetBytes) return usage;
      const before = Math.ceil(oldest + ((limit - oldest) * slice) / slices);
      if ((await pruneKind(ports, kind, { before, isForRoom: true, ...options })) > 0) usage = await ports.usage();
    }
  }
  return usage;
}

function tellOverCap({ log }: KeeperPorts, { parts, used }: Usage, capBytes: number): void {
  const takes = Object.entries(parts)
    .toSorted(([, one], [, other]) => other - one)
    .map(([part, bytes]) => `${part} ${formatBytes(bytes)}`)
    .join(", ");
  const message = `The data takes ${formatBytes(used)} and may take ${formatBytes(capBytes)}: what is left is at work, or too young to go (${takes}). Raise storage.cap, or end what is open: tutti run list --query 'status:waiting'`;
  log.warn("storage.over_cap", { message, used, capBytes, ...parts });
}

/** One piece of work after the other; one that fails does not stop those behind it. */
function createQueue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined); // whoever asked for it is told
    return next;
  };
}
