import type { LogLine } from "./log-line.ts";

/** The lines that are there, oldest first: pages of older ones before them, and what comes behind. */
export interface LogPages {
  readonly lines: readonly LogLine[];
  /** How many have come since the page was opened. */
  readonly arrived: number;
  /** There is nothing older. */
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  readonly error: Error | null;
}

export type LogNews =
  | { readonly type: "anew" }
  /** Newest first, as the list gives them. */
  | { readonly type: "page"; readonly lines: readonly LogLine[]; readonly isLast: boolean }
  | { readonly type: "came"; readonly lines: readonly LogLine[] }
  | { readonly type: "failed"; readonly error: Error };

export const noLines: LogPages = { lines: [], arrived: 0, isComplete: false, isLoading: true, error: null };

// A tab that follows for a day keeps what can be read, not all of it; what is older is asked for again.
export const mostLines = 20_000;

export function reduceLogs(state: LogPages, news: LogNews): LogPages {
  if (news.type === "anew") return noLines;
  if (news.type === "failed") return { ...state, isLoading: false, error: news.error };
  if (news.type === "came") return addNew(state, news.lines);
  const first = state.lines[0]?.seq ?? Infinity;
  const older = news.lines.filter(({ seq }) => seq < first).toReversed();
  return { ...state, lines: [...older, ...state.lines], isComplete: news.isLast, isLoading: false, error: null };
}

function addNew(state: LogPages, come: readonly LogLine[]): LogPages {
  const last = state.lines.at(-1)?.seq ?? 0;
  const lines = come.filter(({ seq }) => seq > last);
  if (lines.length === 0) return state;
  const all = [...state.lines, ...lines];
  const isCut = all.length > mostLines;
  return {
    ...state,
    lines: isCut ? all.slice(-mostLines) : all,
    arrived: state.arrived + lines.length,
    isComplete: state.isComplete && !isCut,
  };
}
