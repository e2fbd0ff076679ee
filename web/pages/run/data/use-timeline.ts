import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { tutti } from "../../../data/api.ts";
import { liveState, onEvents } from "../../../data/live.ts";
import { createLiveTexts, type LiveTexts } from "./live-text.ts";
import { isOpen, mergeTimeline, type Timeline } from "../../../score/timeline.ts";

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

// Steps come in bursts, and one question gets all of them. A long answer is not asked for again before it could be read.
const pauseMs = 250;
const pauseShare = 2;

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
  let hasFailed = false;
  let pause = pauseMs;
  const ask = async (): Promise<void> => {
    if (isAsking) {
      isStale = true;
      return;
    }
    isAsking = true;
    const askedAt = performance.now();
    try {
      const after = known === undefined ? {} : { after: known.latest };
      const next = await tutti.run.timeline({ id, ...after }, { signal: controller.signal });
      hasFailed = false;
      // A step that was cut off leaves no row: when the run has come to rest, the whole is asked for once.
      const isSettled = known !== undefined && isOpen(known.run) && !isOpen(next.run);
      known = isSettled ? undefined : mergeTimeline(known, next);
      if (isSettled) isStale = true;
      else tell({ timeline: known, error: undefined });
    } catch (error) {
      hasFailed = true;
      if (!controller.signal.aborted) tell({ error: error instanceof Error ? error : new Error(String(error)) });
    } finally {
      isAsking = false;
      pause = Math.max(pauseMs, (performance.now() - askedAt) * pauseShare);
    }
    if (isStale) soon();
    isStale = false;
  };
  const soon = (): void => {
    if (timer !== 0 || controller.signal.aborted) return;
    timer = window.setTimeout(() => {
      timer = 0;
      void ask();
    }, pause);
  };
  const stopListening = onEvents((events) => {
    if (
      events.some(({ subject, type }) => subject === id || type === "tutti.resync" || type.startsWith("tutti.review."))
    ) {
      soon();
    }
  });
  // A host that is back may have gone on without telling this page.
  const stopWatching = liveState.subscribe((state) => {
    if (state === "live" && hasFailed) soon();
  });
  void ask();
  const stop = (): void => {
    stopListening();
    stopWatching();
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
