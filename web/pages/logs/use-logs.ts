import { useEffect, useReducer, useRef } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import type { LogLine } from "./log-line.ts";
import { noLines, reduceLogs, type LogNews, type LogPages } from "./log-pages.ts";

const pageSize = 200;
// A burst of lines is drawn at once.
const bunchMs = 150;
const againMs = 2_000;

export interface AskedLogs {
  readonly query: string;
  readonly level: string;
  readonly since: string;
  readonly isPaused: boolean;
}

export interface LoadedLogs extends LogPages {
  /** Asks for what is older, once. */
  readonly older: () => void;
  readonly renew: () => void;
}

type Filter = Omit<AskedLogs, "isPaused">;

/** The lines that fit, the newest page first, then what comes and what is asked for. */
export function useLogs({ isPaused, ...filter }: AskedLogs): LoadedLogs {
  const [state, tell] = useReducer(reduceLogs, noLines);
  const latest = useRef(state);
  latest.current = state;
  const isAsking = useRef(false);
  const controller = useRef(new AbortController());
  const key = JSON.stringify(filter);
  const ask = async (before: number | undefined, { signal }: AbortController): Promise<void> => {
    isAsking.current = true;
    try {
      const lines = await list(filter, before, signal);
      if (!signal.aborted) tell({ type: "page", lines, isLast: lines.length < pageSize });
    } catch (error) {
      if (!signal.aborted) tell({ type: "failed", error: error instanceof Error ? error : new Error(String(error)) });
    } finally {
      if (!signal.aborted) isAsking.current = false;
    }
  };
  const renew = (): void => {
    controller.current.abort();
    controller.current = new AbortController();
    tell({ type: "anew" });
    void ask(undefined, controller.current);
  };
  useEffect(() => {
    renew();
    return () => controller.current.abort();
  }, [key]);
  const isThere = !state.isLoading && state.error === null;
  useEffect(() => {
    if (isPaused || !isThere) return undefined;
    return follow(filter, () => latest.current.lines.at(-1)?.seq ?? 0, tell);
  }, [key, isPaused, isThere]);
  return {
    ...state,
    renew,
    older: () => {
      const [first] = latest.current.lines;
      if (!isAsking.current && first && !latest.current.isComplete && !latest.current.error)
        void ask(first.seq, controller.current);
    },
  };
}

/** Follows while the page is looked at, from the last line that is there; what fails is tried again. */
function follow(filter: Filter, last: () => number, tell: (news: LogNews) => void): () => void {
  let controller: AbortController | null = null;
  let timer = 0;
  const begin = (): void => {
    if (controller || document.visibilityState !== "visible") return;
    const here = new AbortController();
    controller = here;
    void read(filter, { after: last(), signal: here.signal, tell }).finally(() => {
      if (here.signal.aborted) return;
      controller = null;
      timer = window.setTimeout(begin, againMs);
    });
  };
  const end = (): void => {
    window.clearTimeout(timer);
    controller?.abort();
    controller = null;
  };
  const look = (): void => (document.visibilityState === "visible" ? begin() : end());
  document.addEventListener("visibilitychange", look);
  begin();
  return () => {
    document.removeEventListener("visibilitychange", look);
    end();
  };
}

interface Reading {
  readonly after: number;
  readonly signal: AbortSignal;
  readonly tell: (news: LogNews) => void;
}

async function read(filter: Filter, { after, signal, tell }: Reading): Promise<void> {
  const add = createBunch((lines) => !signal.aborted && tell({ type: "came", lines }));
  try {
    for await (const line of tutti.log.tail({ ...conditions(filter), after }, { signal })) add(line);
  } catch (error) {
    // The header says that the daemon is away; the lines stay, and the next try goes on behind them.
    if (!(error instanceof Error)) throw error;
  }
}

function createBunch(flush: (lines: readonly LogLine[]) => void): (line: LogLine) => void {
  let waiting: LogLine[] = [];
  return (line) => {
    waiting.push(line);
    if (waiting.length > 1) return;
    setTimeout(() => {
      const bunch = waiting;
      waiting = [];
      flush(bunch);
    }, bunchMs);
  };
}

function list(filter: Filter, before: number | undefined, signal: AbortSignal): Promise<readonly LogLine[]> {
  const { since } = filter;
  return tutti.log.list(
    {
      ...conditions(filter),
      ...(since === "" ? {} : { since }),
      ...(before === undefined ? {} : { before }),
      limit: pageSize,
    },
    { signal },
  );
}

const levels = ["debug", "info", "warn", "error"] as const;

function conditions({ query, level }: Filter): { query?: string; level?: (typeof levels)[number] } {
  const least = levels.find((one) => one === level);
  return { ...(query === "" ? {} : { query }), ...(least === undefined ? {} : { level: least }) };
}
