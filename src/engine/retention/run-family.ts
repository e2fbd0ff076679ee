import type { EpochMs } from "../../core/clock.ts";
import { runTimeStart } from "../../core/id.ts";
import type { Database } from "../../storage/database.ts";
import { parseForkPlace } from "../fork.ts";
import type { Runs } from "../woken.ts";

export const endedStates = ["succeeded", "failed", "cancelled"] as const;
export const openStates = ["queued", "running", "waiting", "paused"] as const;

/** A run with all that it has started, and they in turn; level by level from the top. */
export type Family = readonly (readonly string[])[];

export interface FamilyPorts {
  readonly database: Pick<Database, "read">;
  readonly build: Runs;
}

// Each page is one short read for every level of its families.
const pageSize = 100;
const askedAtOnce = 500;

/**
 * Families of which every member had ended before that time, the oldest first. One with a member that still works, or
 * that a fork in work takes results from, is left out as a whole: a run never loses its parent or its children.
 */
export async function* endedFamilies(
  { database, build }: FamilyPorts,
  { before, signal }: { readonly before: EpochMs; readonly signal: AbortSignal },
): AsyncGenerator<readonly Family[]> {
  // Ids begin with their time: what was made later cannot have ended earlier.
  const bound = runTimeStart(before);
  for (let after = ""; !signal.aborted;) {
    const roots = await database.read(
      build
        .selectFrom("runs")
        .select("id")
        .where("id", ">", after)
        .where("id", "<", bound)
        .where("status", "in", endedStates)
        .where("finished_at", "<", before)
        .where((where) =>
          where.or([
            where("parent_run", "is", null),
            where.not(
              where.exists(
                where.selectFrom("runs as above").select("above.id").whereRef("above.id", "=", "runs.parent_run"),
              ),
            ),
          ]),
        )
        .orderBy("id")
        .limit(pageSize)
        .compile(),
    );
    const needed = await neededOrigins({ database, build });
    const families = await Promise.all(roots.map(({ id }) => familyOf({ database, build }, id, before)));
    const free = families.flatMap((family) =>
      family === null || family.flat().some((id) => needed.has(id)) ? [] : [family],
    );
    if (free.length > 0) yield free;
    const last = roots.at(-1);
    if (roots.length < pageSize || !last) return;
    after = last.id;
  }
}

/** Null where a member has not ended, or has ended later. */
async function familyOf({ database, build }: FamilyPorts, root: string, before: EpochMs): Promise<Family | null> {
  const levels: string[][] = [[root]];
  for (let above: string[] = [root]; ;) {
    const next: string[] = [];
    for (let from = 0; from < above.length; from += askedAtOnce) {
      const children = await database.read(
        build
          .selectFrom("runs")
          .select(["id", "finished_at"])
          .where("parent_run", "in", above.slice(from, from + askedAtOnce))
          .compile(),
      );
      if (children.some(({ finished_at: at }) => at === null || at >= before)) return null;
      next.push(...children.map(({ id }) => id));
    }
    if (next.length === 0) return levels;
    levels.push(next);
    above = next;
  }
}

/** Runs whose stored steps a fork or a retry that has not ended may still take over. */
async function neededOrigins({ database, build }: FamilyPorts): Promise<ReadonlySet<string>> {
  const query = build
    .selectFrom("runs")
    .select("forked_from")
    .where("status", "in", openStates)
    .where("forked_from", "is not", null);
  const rows = await database.read(query.compile());
  return new Set(rows.map(({ forked_from: place }) => parseForkPlace(place ?? "").origin));
}
