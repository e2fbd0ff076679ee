import { useEffect, useReducer, useRef } from "preact/hooks";
import { ask as askDaemon } from "../../data/ask.ts";
import { bootAnswer } from "../../data/boot.ts";
import type { StoredEvent } from "../../data/event.ts";
import { onEvents, resyncType } from "../../data/live.ts";
import { pageSize, runsBefore } from "../../first.ts";
import { changesRuns, type RunRow } from "./run-row.ts";
import { emptyPages, reducePages, type RunPages } from "./run-pages-state.ts";

// Changes come in bursts; the rows that they are about are asked for once.
const pauseMs = 400;

export interface LoadedRuns extends RunPages {
  /** Asks for the next page, once. */
  readonly more: () => void;
  /** Begins anew at the top. */
  readonly renew: () => void;
}

/** The runs of a query by the page. Rows change in place; new ones are only counted, so that nothing moves under the pointer. */
export function useRunPages(query: string): LoadedRuns {
  const [state, tell] = useReducer(reducePages, query, startOf);
  // What came with the page is not asked for again.
  const isShown = useRef(!state.isLoading);
  const latest = useRef(state);
  latest.current = state;
  const isAsking = useRef(false);
  const ask = async (before: string | undefined, signal: AbortSignal): Promise<void> => {
    isAsking.current = true;
    try {
      const rows = await list(query, before, signal);
      if (!signal.aborted) tell({ type: "page", before, rows, isLast: rows.length < pageSize });
    } catch (error) {
      if (!signal.aborted) tell({ type: "failed", error: error instanceof Error ? error : new Error(String(error)) });
    } finally {
      if (!signal.aborted) isAsking.current = false;
    }
  };
  const controller = useRef(new AbortController());
  const renew = (): void => {
    controller.current.abort();
    controller.current = new AbortController();
    tell({ type: "anew" });
    void ask(undefined, controller.current.signal);
  };
  useEffect(() => {
    if (!isShown.current) renew();
    isShown.current = false;
    return () => controller.current.abort();
  }, [query]);
  useEffect(
    () =>
      keepUp(
        (events) => void catchUp(query, { events, state: latest.current, tell, signal: controller.current.signal }),
      ),
    [query],
  );
  return {
    ...state,
    renew,
    more: () => {
      const last = latest.current.rows.at(-1);
      if (!isAsking.current && last && !latest.current.isComplete && !latest.current.error)
        void ask(last.id, controller.current.signal);
    },
  };
}

function startOf(query: string): RunPages {
  const rows = bootAnswer(runsBefore(query));
  if (!rows) return emptyPages;
  return reducePages(emptyPages, { type: "page", before: undefined, rows, isLast: rows.length < pageSize });
}

function keepUp(catchUpWith: (events: readonly StoredEvent[]) => void): () => void {
  let waiting: StoredEvent[] = [];
  let timer = 0;
  const stop = onEvents((events) => {
    waiting.push(...events.filter((event) => changesRuns(event) || event.type === resyncType));
    if (waiting.length === 0 || timer !== 0) return;
    timer = window.setTimeout(() => {
      timer = 0;
      const bunch = waiting;
      waiting = [];
      catchUpWith(bunch);
    }, pauseMs);
  });
  return () => {
    stop();
    window.clearTimeout(timer);
  };
}

interface News {
  readonly events: readonly StoredEvent[];
  readonly state: RunPages;
  readonly signal: AbortSignal;
  readonly tell: (news: Parameters<typeof reducePages>[1]) => void;
}

/** Asks again for the pages that hold changed rows, and how many there are above the first. */
async function catchUp(query: string, { events, state, signal, tell }: News): Promise<void> {
  const changed = new Set(events.map(({ subject }) => subject));
  const isResync = events.some(({ type }) => type === resyncType);
  try {
    const newest = await list(query, undefined, signal);
    if (signal.aborted) return;
    tell({ type: "newest", rows: newest });
    const known = new Set(newest.map(({ id }) => id));
    for (let from = 0; from < state.rows.length; from += pageSize) {
      const page = state.rows.slice(from, from + pageSize);
      const isChanged = page.some(({ id }) => (isResync || changed.has(id)) && !known.has(id));
      if (!isChanged) continue;
      const rows = await list(query, state.rows[from - 1]?.id, signal);
      if (signal.aborted) return;
      tell({ type: "changed", rows });
    }
  } catch (error) {
    // The stream's own state says that the daemon is away; the rows stay, and a resync comes when it is back.
    if (!signal.aborted && !(error instanceof Error)) throw error;
  }
}

function list(query: string, before: string | undefined, signal: AbortSignal): Promise<readonly RunRow[]> {
  return askDaemon(runsBefore(query, before), signal);
}
