import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import type { Log } from "../core/log.ts";
import type { Database } from "../storage/database.ts";
import type { Payloads } from "../storage/payload.ts";

const firstDelayMs = 100;
const longestDelayMs = 5_000;
const passing = new Set<string>(["storage.full", "storage.locked", "storage.unavailable"]);

interface Patience {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A database whose full disk, foreign lock or lost connection is waited out: the run stays in memory and goes on once
 * the cause has passed. A write that had been committed when the connection broke is tried again; its fence or key
 * refuses the second one, and the worker then reads the truth anew.
 */
export function patientDatabase(database: Database, patience: Patience): Database {
  return {
    ...database,
    read: (query) => patiently(patience, "read", () => database.read(query)),
    write: (statements) => patiently(patience, "write", () => database.write(statements)),
  };
}

/** The same for values that lie outside of their row: a result must not be lost because its blob found no place. */
export function patientPayloads(payloads: Payloads, patience: Patience): Payloads {
  return {
    store: (value, what) => waitedFor(payloads.store(value, what), () => payloads.store(value, what)),
    place: (text, what) => waitedFor(payloads.place(text, what), () => payloads.place(text, what)),
    load: (column) => waitedFor(payloads.load(column), () => payloads.load(column)),
    // For people, who are told.
    text: (column) => payloads.text(column),
    sizes: (columns) => payloads.sizes(columns),
  };

  // What is kept in the row is there at once, and stays so.
  function waitedFor<Value>(
    first: Value | Promise<Value>,
    again: () => Value | Promise<Value>,
  ): Value | Promise<Value> {
    if (!(first instanceof Promise)) return first;
    let next: Value | Promise<Value> | undefined = first;
    return patiently(patience, "blob", async () => {
      const value = next ?? again();
      next = undefined;
      return value;
    });
  }
}

async function patiently<Result>({ clock, log }: Patience, what: string, work: () => Promise<Result>): Promise<Result> {
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
