import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { tutti } from "../../../data/api.ts";
import { onEvents } from "../../../data/live.ts";
import { createLiveTexts, type LiveTexts } from "./live-text.ts";
import { isOpen, mergeTimeline, type Timeline } from "./timeline.ts";

export interface TimelineAnswer {
  readonly timeline: Timeline | undefined;
  readonly error: Error | undefined;
  readonly reload: () => void;
  readonly live: LiveTexts;
}

interface State {
  readonly id: string;
  readonly timeline: Timeline | undefined;
  readonly error: Error | undefined;
}

// Steps come in bursts, and one question gets all of them.
const pauseMs = 250;

/** A run in time, kept up to date: what is newer is fetched when an event tells of it, the whole is not. */
export function useTimeline(id: string): TimelineAnswer {
  const [state, setState] = useState<State>({ id, timeline: undefined, error: undefined });
  const live = useMemo(() => createLiveTexts(Date.now), [id]);
  const soon = useRef<() => void>(() => undefined);
  useEffect(() => {
    setState((old) => (old.id === id ? old : { id, timeline: undefined, error: undefined }));
    const follower = followTimeline(id, (change) =>
      setState((old) => ({ ...(old.id === id ? old : { timeline: undefined, error: undefined }), id, ...change })),
    );
    soon.current = follower.soon;
    return follower.stop;
  }, [id]);
  const open = state.id === id && state.timeline !== undefined && isOpen(state.timeline.run);
  useEffect(() => (open ? followLive(id, { live, soon: () => soon.current() }) : undefined), [id, open]);
  const timeline = state.id === id ? state.timeline : undefined;
  return { timeline, error: state.error, reload: () => soon.current(), live };
}

interface Follower {
  readonly soon: () => void;
  readonly stop: () => void;
}

function followTimeline(id: string, tell: (change: Partial<State>) => void): Follower {
  const controller = new AbortController();
  let known: Timeline | undefined;
  let timer = 0;
  let isAsking = false;
  let isStale = false;
  const ask = async (): Promise<void> => {
    if (isAsking) {
      isStale = true;
      return;
    }
    isAsking = true;
    try {
      const after = known === undefined ? {} : { after: known.latest };
      const next = await tutti.run.timeline({ id, ...after }, { signal: controller.signal });
      // A step that was cut off leaves no row: when the run has come to rest, the whole is asked for once.
      const isSettled = known !== undefined && isOpen(known.run) && !isOpen(next.run);
      known = isSettled ? undefined : mergeTimeline(known, next);
      if (isSettled) isStale = true;
      else tell({ timeline: known, error: undefined });
    } catch (error) {
      if (!controller.signal.aborted) tell({ error: error instanceof Error ? error : new Error(String(error)) });
    } finally {
      isAsking = false;
    }
    if (isStale) soon();
    isStale = false;
  };
  const soon = (): void => {
    if (timer !== 0 || controller.signal.aborted) return;
    timer = window.setTimeout(() => {
      timer = 0;
      void ask();
    }, pauseMs);
  };
  const stopListening = onEvents((events) => {
    if (
      events.some(({ subject, type }) => subject === id || type === "tutti.resync" || type.startsWith("tutti.review."))
    ) {
      soon();
    }
  });
  void ask();
  const stop = (): void => {
    stopListening();
    window.clearTimeout(timer);
    controller.abort();
  };
  return { soon, stop };
}

/** What an open run says while it works: its words, and that a step has begun. */
function followLive(id: string, { live, soon }: { live: LiveTexts; soon: () => void }): () => void {
  const controller = new AbortController();
  const read = async (): Promise<void> => {
    try {
      for await (const event of tutti.events({ run: id, types: ["tutti.none"], signal: controller.signal })) {
        if (event.live === undefined) continue;
        const { key, type, data } = event.live;
        if (type === "live" && key !== null) live.add(key, data);
        else soon();
        if (type === "row" && key !== null) live.drop(key);
      }
    } catch (error) {
      // The page's own stream says that the host is away; this one only adds words.
      if (!controller.signal.aborted) soon();
      if (!(error instanceof Error)) throw error;
    }
  };
  void read();
  return () => controller.abort();
}
