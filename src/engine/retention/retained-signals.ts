import { pruneOrder, type PrunePreview, type Pruning, type Retained } from "../../core/retained.ts";
import { toStatement } from "../../storage/database.ts";
import type { RemovalPorts } from "./run-removal.ts";

// Each may hold a value of some kilobytes.
const together = 200;

/** Events that no run has taken. One that waits for them later would have waited for as long as they were kept. */
export function retainedSignals({
  database,
  build,
  released,
  keepMs,
}: RemovalPorts & { readonly keepMs: number }): Retained {
  const old = (before: number) => build.selectFrom("signals").where("created_at", "<", before);
  const prune = async ({ before, signal, pause }: Pruning): Promise<number> => {
    let gone = 0;
    while (!signal.aborted) {
      const some = old(before).select("id").orderBy("id").limit(together);
      const result = await database.write([
        toStatement(build.deleteFrom("signals").where("id", "in", some).returning("payload")),
      ]);
      const rows = result.committed ? (result.rows[0] ?? []) : [];
      released(
        rows.flatMap(({ payload }) => (typeof payload === "string" && payload.startsWith("@") ? [payload] : [])),
      );
      gone += rows.length;
      if (rows.length < together) break;
      await pause?.();
    }
    return gone;
  };
  const preview = async ({ before }: Pruning): Promise<PrunePreview> => {
    const [row] = await database.read(
      old(before)
        .select((value) => value.fn.countAll().as("count"))
        .compile(),
    );
    return { count: Number(row?.count ?? 0), bytes: null };
  };
  return {
    name: "signals",
    summary: "Events for runs that none has taken",
    order: pruneOrder.signals,
    keepMs,
    async oldest() {
      const query = build.selectFrom("signals").select("created_at").orderBy("id").limit(1);
      return (await database.read(query.compile()))[0]?.created_at ?? null;
    },
    prune,
    preview,
  };
}
