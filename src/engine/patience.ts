import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import type { Log } from "../core/log.ts";
import type { Database } from "../storage/database.ts";

const firstDelayMs = 100;
const longestDelayMs = 5_000;
const passing = new Set<string>(["storage.full", "storage.locked", "storage.unavailable"]);

/**
 * A database whose full disk, foreign lock or lost connection is waited out: the run stays in memory and goes on once
 * the cause has passed. A write that had been committed when the connection broke is tried again; its fence or key
 * refuses the second one, and the worker then reads the truth anew.
 */
export function patientDatabase(database: Database, { clock, log }: { clock: Clock; log: Log }): Database {
  async function patiently<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof TuttiError && passing.has(error.code))) throw error;
        log.warn("storage.waited_for", { what, code: error.code, message: error.message, delayMs });
        const { promise, resolve } = Promise.withResolvers<void>();
        clock.after(delayMs, resolve);
        await promise;
      }
    }
  }
  return {
    ...database,
    read: (query) => patiently("read", () => database.read(query)),
    write: (statements) => patiently("write", () => database.write(statements)),
  };
}
