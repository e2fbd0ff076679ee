import { useEffect, useReducer, useRef } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { onEvents, resyncType } from "../../data/live.ts";
import { noPages, reducePages, type TracePages } from "./trace-pages.ts";
import type { TraceRow } from "./trace-row.ts";

const pageSize = 100;
// Traces of other programs come without an event of ours.
const lookAgainMs = 5_000;

export interface Asked {
  readonly query: string;
  /** How long ago they began at the most: `24h`; empty: any time. */
  readonly since: string;
}

export interface LoadedTraces extends TracePages {
  /** Asks for the next page, once. */
  readonly more: () => void;
  /** Begins anew at the top. */
  readonly renew: () => void;
}

export function useTraces({ query, since }: Asked): LoadedTraces {
  const [state, tell] = useReducer(reducePages, noPages);
  const latest = useRef(state);
  latest.current = state;
  const isAsking = useRef(false);
  const controller = useRef(new AbortController());
  const ask = async (before: string | undefined, { signal }: AbortController): Promise<void> => {
    isAsking.current = true;
    try {
      const rows = await list({ query, since }, before, signal);
      if (!signal.aborted) tell({ type: "page", rows, isLast: rows.length < pageSize });
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
    const stop = whileLookedAt(async () => {
      const { signal } = controller.current;
      if (isAsking.current || latest.current.error) return;
      const rows = await list({ query, since }, undefined, signal);
      if (!signal.aborted) tell({ type: "newest", rows });
    });
    return () => {
      stop();
      controller.current.abort();
    };
  }, [query, since]);
  return {
    ...state,
    renew,
    more: () => {
      const last = latest.current.rows.at(-1);
      if (!isAsking.current && last && !latest.current.isComplete && !latest.current.error)
        void ask(last.traceId, controller.current);
    },
  };
}

/** Looks now and then, and when something may have been missed. That the daemon is away is said in the header. */
function whileLookedAt(look: () => Promise<void>): () => void {
  const attempt = (): void => {
    if (document.visibilityState === "visible") look().catch(() => undefined);
  };
  const timer = window.setInterval(attempt, lookAgainMs);
  const stop = onEvents((events) => {
    if (events.some(({ type }) => type === resyncType)) attempt();
  });
  return () => {
    window.clearInterval(timer);
    stop();
  };
}

function list({ query, since }: Asked, before: string | undefined, signal: AbortSignal): Promise<readonly TraceRow[]> {
  return tutti.trace.list(
    {
      ...(query === "" ? {} : { query }),
      ...(since === "" ? {} : { since }),
      ...(before === undefined ? {} : { before }),
      limit: pageSize,
    },
    { signal },
  );
}
