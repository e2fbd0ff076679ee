import type { SqlValue } from "../../core/statement.ts";
import type { SyncSqlite } from "../../storage/sqlite-sync.ts";
import { partsOfTrace } from "./span-writer.ts";

/** Numbers of traces that fulfil one condition, from the newest down. */
export interface Descent {
  /** The highest that is not above `most`; 0 where there is none. Never asked for a higher one again. */
  seek(most: number): number;
}

// Few are enough for a page of a list; who goes on looking gets more at once.
const firstPage = 64;
const largestPage = 4_096;

/** By the search index: its documents stand in the order of their traces. */
export function descentByTerms(sqlite: SyncSqlite, expression: string): Descent {
  // FTS5 takes a border into account only where it is an integer, and node:sqlite binds numbers as floats.
  const sql = `select rowid / ${partsOfTrace} as id from trace_terms
    where trace_terms match ? and rowid < cast(? as integer) order by rowid desc limit ?`;
  return paged((most, limit) => numbersOf(sqlite, sql, [expression, (most + 1) * partsOfTrace, limit]));
}

/** By what stands in the traces' rows. */
export function descentByRows(sqlite: SyncSqlite, where: string, parameters: readonly SqlValue[]): Descent {
  const sql = `select id from traces where id <= ? and ${where} order by id desc limit ?`;
  return paged((most, limit) => numbersOf(sqlite, sql, [most, ...parameters, limit]));
}

/** As one text: an object for each of a hundred thousand rows takes five times as long. */
function numbersOf(sqlite: SyncSqlite, sql: string, parameters: readonly SqlValue[]): readonly number[] {
  const row = sqlite.first<{ ids: string }>(`select json_group_array(id) as ids from (${sql})`, ...parameters);
  return JSON.parse(row?.ids ?? "[]") as number[];
}

function paged(fetch: (most: number, limit: number) => readonly number[]): Descent {
  let page: readonly number[] = [];
  let at = 0;
  let size = firstPage;
  let isLast = false;
  return {
    seek(most) {
      for (;;) {
        while (at < page.length && (page[at] ?? 0) > most) at += 1;
        const found = page[at];
        if (found !== undefined) return found;
        if (isLast) return 0;
        page = fetch(most, size);
        at = 0;
        isLast = page.length < size;
        size = Math.min(size * 2, largestPage);
      }
    },
  };
}

/** Numbers that all of `wanted` have and none of `unwanted`, from `most` down. */
export function* descend(wanted: readonly Descent[], unwanted: readonly Descent[], most: number): Generator<number> {
  for (let candidate = agreed(wanted, most); candidate > 0; candidate = agreed(wanted, candidate - 1)) {
    const number = candidate;
    if (!unwanted.some((one) => one.seek(number) === number)) yield number;
  }
}

/** The highest number up to `most` that all have: whoever has only a lower one sets the mark for the others. */
function agreed(all: readonly Descent[], most: number): number {
  let mark = most;
  for (let before = -1; before !== mark;) {
    before = mark;
    for (const one of all) mark = one.seek(mark);
  }
  return mark;
}
