import type { EpochMs } from "../../core/clock.ts";
import { pruneOrder, type PrunePreview, type Pruning, type Retained } from "../../core/retained.ts";
import { endedFamilies, endedStates, type Family } from "./run-family.ts";
import { groupRuns, removeRemains, removeRuns, type RemovalPorts } from "./run-removal.ts";
import { blobColumnsOf, estimateBytes, rowBytes, type SizePorts } from "./run-size.ts";

export interface RetainedRunsPorts extends RemovalPorts, SizePorts {
  readonly database: RemovalPorts["database"];
  readonly keepMs: number;
}

/** Runs that have ended, with their steps. */
export function retainedRuns(ports: RetainedRunsPorts): Retained {
  return {
    name: "runs",
    summary: "Runs that have ended, with their steps and what these gave",
    order: pruneOrder.runs,
    keepMs: ports.keepMs,
    oldest: () => oldestEnd(ports),
    prune: (pruning) => prune(ports, pruning),
    preview: (pruning) => preview(ports, pruning),
    bytes: () => estimateBytes(ports),
  };
}

async function oldestEnd({ database, build }: RetainedRunsPorts): Promise<EpochMs | null> {
  const query = build
    .selectFrom("runs")
    .select("finished_at")
    .where("status", "in", endedStates)
    .orderBy("id")
    .limit(1);
  return (await database.read(query.compile()))[0]?.finished_at ?? null;
}

async function prune(ports: RetainedRunsPorts, { before, signal, pause = noPause }: Pruning): Promise<number> {
  await removeRemains(ports, { signal, pause });
  let gone = 0;
  for await (const families of endedFamilies(ports, { before, signal })) {
    for (const level of levelsFromBelow(families)) gone += await removeLevel(ports, level, { signal, pause });
    await removeRemains(ports, { signal, pause });
  }
  return gone;
}

async function removeLevel(
  ports: RetainedRunsPorts,
  level: readonly string[],
  { signal, pause }: Required<Pick<Pruning, "signal" | "pause">>,
): Promise<number> {
  let gone = 0;
  for (const group of await groupRuns(ports, level)) {
    if (signal.aborted) return gone;
    if (await removeRuns(ports, group)) gone += group.length;
    await pause();
  }
  return gone;
}

async function preview(ports: RetainedRunsPorts, { before, signal, pause = noPause }: Pruning): Promise<PrunePreview> {
  let count = 0;
  let bytes = 0;
  const blobs = new Set<string>();
  for await (const families of endedFamilies(ports, { before, signal })) {
    const runs = families.flat(2);
    count += runs.length;
    for (let from = 0; from < runs.length; from += measuredAtOnce) {
      const some = runs.slice(from, from + measuredAtOnce);
      bytes += await rowBytes(ports, some);
      for (const column of await blobColumnsOf(ports, some)) blobs.add(column);
      await pause();
    }
  }
  const sizes = await ports.payloads.sizes([...blobs]);
  return { count, bytes: [...sizes.values()].reduce((sum, size) => sum + size, bytes) };
}

const measuredAtOnce = 100;
const noPause = async (): Promise<void> => undefined;

/** Children go before those that have started them: what is cut off in between leaves no child without its parent. */
function levelsFromBelow(families: readonly Family[]): string[][] {
  const depth = Math.max(...families.map(({ length }) => length));
  const levels = Array.from({ length: depth }, (_, at) => families.flatMap((family) => [...(family[at] ?? [])]));
  return levels.toReversed();
}
