import type { JournalRow, OpeningRow } from "./run-table.ts";

type Stored = JournalRow | OpeningRow;

/** The rows of a run's journal, handed out one at a time in their order: those of earlier lives first, then the new ones. */
export class Replay {
  readonly #rows: (JournalRow | undefined)[];
  readonly #stored: Map<string, JournalRow>;
  readonly #loaded: number;
  readonly #endedScopes = new Set<string>();
  #next = 0;

  constructor(rows: readonly JournalRow[]) {
    this.#rows = [...rows];
    this.#loaded = rows.length;
    this.#stored = new Map(rows.map((row) => [row.key, row]));
  }

  /** True until the last row of an earlier life has been handed out. */
  get isRunning(): boolean {
    return this.#next < this.#loaded;
  }

  get(key: string): JournalRow | undefined {
    return this.#stored.get(key);
  }

  push(rows: readonly JournalRow[]): void {
    this.#rows.push(...rows);
  }

  /** The next row to hand out; undefined if there is none. */
  get next(): JournalRow | undefined {
    return this.#rows[this.#next];
  }

  /** The next row is being handed out. */
  advance(): void {
    const row = this.next;
    if (!row) return;
    this.#rows[this.#next++] = undefined;
    this.#stored.delete(row.key);
  }

  /** What was stored inside of an ended scope is no longer asked for. */
  endScope(path: string): void {
    this.#endedScopes.add(path);
  }

  isInEndedScope({ key }: Stored): boolean {
    for (const path of this.#endedScopes) if (key.startsWith(`${path}/`)) return true;
    return false;
  }

  /** The first row or opening of an earlier life that the body has not asked for. */
  notAskedFor(asked: ReadonlyMap<string, unknown>, openings: Iterable<OpeningRow>): Stored | undefined {
    const rows = this.#rows.slice(this.#next, this.#loaded).filter((row) => row !== undefined);
    const due: Stored[] = [...rows.filter((row) => row.kind !== "cancel"), ...openings];
    return due.find((stored) => !asked.has(stored.key) && !this.isInEndedScope(stored));
  }
}
