import type { Database } from "../../src/storage/database.ts";

const ends = new Set(["tutti.run.succeeded", "tutti.run.failed", "tutti.run.cancelled", "tutti.run.paused"]);

/**
 * Tells when a run's end is stored, from the events in the batches that commit: nothing is polled, and nothing is read
 * that the engine would not read by itself. The returned function has to be called before the run can have ended.
 */
export function watchEnds(database: Database): (run: string) => Promise<void> {
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const write = database.write.bind(database);
  const watched: Pick<Database, "write"> = {
    async write(statements) {
      const result = await write(statements);
      if (!result.committed) return result;
      for (const { sql, parameters } of statements) {
        const [type, run] = parameters;
        if (!sql.startsWith('insert into "events"') || !ends.has(String(type))) continue;
        settle(waiting.get(String(run)), { type: String(type), run: String(run) });
        waiting.delete(String(run));
      }
      return result;
    },
  };
  Object.assign(database, watched);
  return (run) => {
    const end = Promise.withResolvers<void>();
    waiting.set(run, end);
    return end.promise;
  };
}

function settle(end: PromiseWithResolvers<void> | undefined, { type, run }: { type: string; run: string }): void {
  if (type === "tutti.run.succeeded") end?.resolve();
  else end?.reject(new Error(`run ${run} ended with ${type}`));
}
