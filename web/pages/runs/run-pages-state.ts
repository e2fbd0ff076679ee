import type { RunRow } from "./run-row.ts";

export interface RunPages {
  readonly rows: readonly RunRow[];
  /** Newer than the first row, and not shown yet. */
  readonly unseen: readonly RunRow[];
  /** There is nothing older. */
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  readonly error: Error | null;
}

export type PagesNews =
  | { readonly type: "anew" }
  | {
      readonly type: "page";
      readonly before: string | undefined;
      readonly rows: readonly RunRow[];
      readonly isLast: boolean;
    }
  | { readonly type: "newest" | "changed"; readonly rows: readonly RunRow[] }
  | { readonly type: "failed"; readonly error: Error };

export const emptyPages: RunPages = { rows: [], unseen: [], isComplete: false, isLoading: true, error: null };

export function reducePages(state: RunPages, news: PagesNews): RunPages {
  if (news.type === "anew") return emptyPages;
  if (news.type === "failed") return { ...state, isLoading: false, error: news.error };
  if (news.type === "page") return addPage(state, news);
  if (news.type === "changed") return { ...state, rows: updated(state.rows, news.rows) };
  return addNewest(state, news.rows);
}

function addPage(
  state: RunPages,
  { before, rows, isLast }: { before: string | undefined; rows: readonly RunRow[]; isLast: boolean },
): RunPages {
  const start = before === undefined ? [] : state.rows;
  const known = new Set(start.map(({ id }) => id));
  return {
    ...state,
    rows: [...start, ...rows.filter(({ id }) => !known.has(id))],
    isComplete: isLast,
    isLoading: false,
    error: null,
  };
}

function addNewest(state: RunPages, rows: readonly RunRow[]): RunPages {
  const [first] = state.rows;
  // Where nothing was shown there is nothing that could move.
  if (!first) return { ...state, rows, unseen: [], isLoading: false, error: null };
  // Ids of runs begin with their time, so a greater one is a newer run.
  const unseen = rows.filter(({ id }) => id > first.id);
  return { ...state, rows: updated(state.rows, rows), unseen, error: null };
}

function updated(rows: readonly RunRow[], news: readonly RunRow[]): readonly RunRow[] {
  const byId = new Map(news.map((row) => [row.id, row]));
  return rows.map((row) => byId.get(row.id) ?? row);
}
