import type { Row } from "../storage/database.ts";

export interface QueuedRun {
  readonly id: string;
  readonly flow: string;
  /** Where the flow lay when the run began. */
  readonly file: string | null;
  /** Where the run was started. */
  readonly folder: string | null;
  readonly priority: number;
  readonly createdAt: number;
  /** When the worker heard of it, epoch milliseconds. */
  readonly offeredAt: number;
  /** How often its worker has died with it in a row. */
  readonly deaths: number;
}

/** Runs that wait for a free place, highest priority first, then oldest. A line for each flow, as flows have limits. */
export class ReadyRuns {
  readonly #ids = new Set<string>();
  readonly #lines = new Map<string, Line>();

  get size(): number {
    return this.#ids.size;
  }

  /** How many runs of the flows that are allowed wait. */
  count(isAllowed: (flow: string) => boolean): number {
    let count = 0;
    for (const [flow, line] of this.#lines) if (isAllowed(flow)) count += line.length;
    return count;
  }

  add(run: QueuedRun): void {
    if (this.#ids.has(run.id)) return;
    this.#ids.add(run.id);
    const line = this.#lines.get(run.flow) ?? new Line();
    this.#lines.set(run.flow, line);
    line.add(run);
  }

  /** Takes the first run of the flows that are allowed; undefined if there is none. */
  take(isAllowed: (flow: string) => boolean): QueuedRun | undefined {
    let best: Line | undefined;
    for (const [flow, line] of this.#lines) {
      if (line.first && isAllowed(flow) && (!best?.first || isBefore(line.first, best.first))) best = line;
    }
    const run = best?.take();
    if (!run) return undefined;
    this.#ids.delete(run.id);
    if (!best?.first) this.#lines.delete(run.flow);
    return run;
  }
}

/** In order. Most arrive in their order, so adding looks from the end, and taking moves a mark instead of all the others. */
class Line {
  #runs: QueuedRun[] = [];
  #head = 0;

  get length(): number {
    return this.#runs.length - this.#head;
  }

  get first(): QueuedRun | undefined {
    return this.#runs[this.#head];
  }

  add(run: QueuedRun): void {
    let at = this.#runs.length;
    for (
      let before = this.#runs[at - 1];
      at > this.#head && before && isBefore(run, before);
      before = this.#runs[at - 1]
    )
      at--;
    this.#runs.splice(at, 0, run);
  }

  take(): QueuedRun | undefined {
    const run = this.#runs[this.#head++];
    if (this.#head > 1_000 && this.#head * 2 > this.#runs.length) {
      this.#runs = this.#runs.slice(this.#head);
      this.#head = 0;
    }
    return run;
  }
}

function isBefore(left: QueuedRun, right: QueuedRun): boolean {
  return left.priority > right.priority || (left.priority === right.priority && left.createdAt < right.createdAt);
}

/** The runs that a commit has woken, from the rows of statements that return `woken`. */
export function wokenRuns(rows: readonly Row[]): { id: string; status: string }[] {
  return rows.flatMap((row) =>
    typeof row["woken"] === "string" ? [{ id: row["woken"], status: String(row["woken_status"]) }] : [],
  );
}
