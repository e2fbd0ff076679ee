import type { Row } from "../storage/database.ts";

export interface QueuedRun {
  readonly id: string;
  readonly flow: string;
  readonly priority: number;
  readonly createdAt: number;
}

/** Runs that wait for a free place, highest priority first, then oldest. */
export class ReadyRuns {
  readonly #byId = new Map<string, QueuedRun>();

  get size(): number {
    return this.#byId.size;
  }

  add(run: QueuedRun): void {
    this.#byId.set(run.id, run);
  }

  /** Takes the first run that `isAllowed`; undefined if there is none. */
  take(isAllowed: (run: QueuedRun) => boolean): QueuedRun | undefined {
    let best: QueuedRun | undefined;
    for (const run of this.#byId.values()) {
      if ((best === undefined || isBefore(run, best)) && isAllowed(run)) best = run;
      // Equal priorities stand in the order of their arrival, so the first that is allowed is the one in most cases.
      if (best !== undefined && best.priority >= topPriority) break;
    }
    if (best) this.#byId.delete(best.id);
    return best;
  }
}

const topPriority = 100;

function isBefore(left: QueuedRun, right: QueuedRun): boolean {
  return left.priority > right.priority || (left.priority === right.priority && left.createdAt < right.createdAt);
}

/** The runs that a commit has woken, from the rows of statements that return `woken`. */
export function wokenRuns(rows: readonly Row[]): { id: string; status: string }[] {
  return rows.flatMap((row) =>
    typeof row["woken"] === "string" ? [{ id: row["woken"], status: String(row["woken_status"]) }] : [],
  );
}
