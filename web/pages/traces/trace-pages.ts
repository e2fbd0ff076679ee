import type { TraceRow } from "./trace-row.ts";

/** A list that is read page by page, newest first, while new rows come above it. */
export interface TracePages {
  readonly rows: readonly TraceRow[];
  /** Newer than the first row, and not shown yet: nothing moves under the pointer. */
  readonly unseen: number;
  /** There is nothing older. */
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  readonly error: Error | null;
}

export type PagesNews =
  | { readonly type: "anew" }
  | { readonly type: "page"; readonly rows: readonly TraceRow[]; readonly isLast: boolean }
  | { readonly type: "newest"; readonly rows: readonly TraceRow[] }
  | { readonly type: "failed"; readonly error: Error };

export const noPages: TracePages = { rows: [], unseen: 0, isComplete: false, isLoading: true, error: null };

export function reducePages(state: TracePages, news: PagesNews): TracePages {
  if (news.type === "anew") return noPages;
  if (news.type === "failed") return { ...state, isLoading: false, error: news.error };
  if (news.type === "newest") return addNewest(state, news.rows);
  return { ...state, rows: added(state.rows, news.rows), isComplete: news.isLast, isLoading: false, error: null };
}

function added(rows: readonly TraceRow[], page: readonly TraceRow[]): readonly TraceRow[] {
  const known = new Set(rows.map(({ traceId }) => traceId));
  return [...rows, ...page.filter(({ traceId }) => !known.has(traceId))];
}

function addNewest(state: TracePages, newest: readonly TraceRow[]): TracePages {
  const [first] = state.rows;
  // Where nothing was shown there is nothing that could move.
  if (!first) return { ...state, rows: newest, unseen: 0, isLoading: false, error: null };
  const byId = new Map(newest.map((row) => [row.traceId, row]));
  const known = new Set(state.rows.map(({ traceId }) => traceId));
  const unseen = newest.filter(({ traceId, startedAt }) => !known.has(traceId) && startedAt >= first.startedAt).length;
  return { ...state, rows: state.rows.map((row) => byId.get(row.traceId) ?? row), unseen, error: null };
}
