import { useEffect, useRef, useState } from "preact/hooks";
import { ask as askDaemon } from "./ask.ts";
import { bootAnswer } from "./boot.ts";
import { keyOf, type Call, type CallName, type Output } from "./call.ts";
import type { StoredEvent } from "./event.ts";
import { onEvents, resyncType } from "./live.ts";

/** What was asked of the daemon: loading, empty and failed are three things, and old data stays on the screen meanwhile. */
export interface Answer<T> {
  readonly data: T | undefined;
  readonly error: Error | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

export interface QueryOptions {
  /** Whether the answer may be another after this event. */
  readonly changedBy?: (event: StoredEvent) => boolean;
  /** Asked again this often while the page is looked at, for what no event tells of. */
  readonly everyMs?: number;
  /** The first answer, where it is there already. */
  readonly first?: unknown;
}

// Going back shows at once what was there, and asks again behind it.
const kept = new Map<string, unknown>();
const mostKept = 60;
// Events come in bursts; who asks again has asked for all of them.
const pauseMs = 400;

/** The same for a call by its name, which costs no request where its answer came with the page. */
export function useCall<Name extends CallName>(
  call: Call<Name>,
  options: Omit<QueryOptions, "first"> = {},
): Answer<Output<Name>> {
  return useQuery(keyOf(call), (signal) => askDaemon(call, signal), { ...options, first: bootAnswer(call) });
}

/** Asks once for each key, again when an event says so, and drops answers that nobody waits for any more. */
export function useQuery<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  { changedBy, everyMs, first }: QueryOptions = {},
): Answer<T> {
  // What came with the page is as new as an answer would be.
  const isShown = useRef(first !== undefined && kept.get(key ?? "") === undefined);
  const [state, setState] = useState<State<T>>(() => ({
    ...startOf<T>(key, first),
    isLoading: key !== null && !isShown.current,
  }));
  const latest = useRef({ load, changedBy });
  latest.current = { load, changedBy };
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (key === null) return undefined;
    if (isShown.current && turn === 0) {
      isShown.current = false;
      return undefined;
    }
    setState((old) => begun(old, key));
    const controller = new AbortController();
    void answer(key, latest.current.load(controller.signal)).then((next) => {
      if (!controller.signal.aborted) setState((old) => merge(old, next));
    });
    return () => controller.abort();
  }, [key, turn]);
  useEffect(
    () =>
      askAgain(() => setTurn((old) => old + 1), {
        key,
        everyMs,
        changed: (event) => latest.current.changedBy?.(event) ?? false,
      }),
    [key, everyMs],
  );
  return { ...state, reload: () => setTurn((old) => old + 1) };
}

interface State<T> {
  readonly key: string | null;
  readonly data: T | undefined;
  readonly error: Error | undefined;
  readonly isLoading: boolean;
}

function startOf<T>(key: string | null, first: unknown): State<T> {
  const data = (key === null ? undefined : (kept.get(key) ?? first)) as T | undefined;
  return { key, data, error: undefined, isLoading: key !== null };
}

/** The same object where nothing changes, so that nothing is drawn again. */
function begun<T>(old: State<T>, key: string): State<T> {
  if (old.key !== key) return startOf<T>(key, undefined);
  return old.isLoading ? old : { ...old, isLoading: true };
}

async function answer<T>(key: string, asked: Promise<T>): Promise<State<T>> {
  try {
    const data = await asked;
    kept.delete(key);
    kept.set(key, data);
    for (const oldest of kept.keys()) if (kept.size > mostKept) kept.delete(oldest);
    return { key, data, error: undefined, isLoading: false };
  } catch (error) {
    return { key, data: undefined, error: error instanceof Error ? error : new Error(String(error)), isLoading: false };
  }
}

/** A failed question leaves what was known on the screen. */
function merge<T>(old: State<T>, next: State<T>): State<T> {
  return next.error && old.key === next.key ? { ...next, data: old.data } : next;
}

interface Again {
  readonly key: string | null;
  readonly everyMs: number | undefined;
  readonly changed: (event: StoredEvent) => boolean;
}

function askAgain(ask: () => void, { key, everyMs, changed }: Again): () => void {
  if (key === null) return () => undefined;
  let timer = 0;
  const soon = (): void => {
    if (timer !== 0) return;
    timer = window.setTimeout(() => {
      timer = 0;
      ask();
    }, pauseMs);
  };
  const stop = onEvents((events) => {
    if (events.some((event) => event.type === resyncType || changed(event))) soon();
  });
  const interval =
    everyMs === undefined ? 0 : window.setInterval(() => document.visibilityState === "visible" && ask(), everyMs);
  return () => {
    stop();
    window.clearTimeout(timer);
    window.clearInterval(interval);
  };
}
