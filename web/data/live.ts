import { signal as reactive } from "@preact/signals";
import { tutti } from "./api.ts";
import { dropBoot, bootPosition } from "./boot.ts";
import type { StoredEvent } from "./event.ts";

export type LiveState = "connecting" | "live" | "lost";

/** Whether what is on the screen is kept up to date, and since when it has been heard of. */
export const liveState = reactive<LiveState>("connecting");
export const heardAt = reactive(Date.now());

type Listener = (events: readonly StoredEvent[]) => void;
const listeners = new Set<Listener>();

// At most four renders a second, however many events come.
const bunchMs = 250;
// A page that nobody looks at lets go of its connection: browsers have six for each host, over all tabs.
const hiddenMs = 30_000;
const name = "tutti-live";

/** Told instead of single events: something may have been missed. */
export const resyncType = "tutti.resync";
const resync: StoredEvent = { type: resyncType, subject: "", sequence: 0, data: null };

/** Hears of stored events in bunches until the returned function is called. */
export function onEvents(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What the tab that reads the stream tells the others. */
type Message = { readonly events: readonly StoredEvent[] } | { readonly state: LiveState };

/** One stream for all tabs of this browser: the tab that holds the lock reads it and tells the others. */
export function startLive(): void {
  const channel = new BroadcastChannel(name);
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => take(data));
  const tellAll = (message: Message): void => {
    take(message);
    channel.postMessage(message);
  };
  let controller: AbortController | null = null;
  const begin = (): void => {
    if (controller) return;
    controller = new AbortController();
    void lead(controller.signal, tellAll);
  };
  const end = (): void => {
    controller?.abort();
    controller = null;
  };
  whenLookedAt({ begin, end });
  begin();
}

async function lead(signal: AbortSignal, tellAll: (message: Message) => void): Promise<void> {
  // Locks are for secure pages; where one is not (another machine, plain HTTP), each tab has a stream of its own.
  if (!("locks" in navigator)) return follow(signal, tellAll);
  try {
    const { held } = await navigator.locks.query();
    if (held?.some((lock) => lock.name === name)) await listenAlong(signal);
    await navigator.locks.request(name, { signal }, () => follow(signal, tellAll));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Another tab reads; what it has told before this one listened is not in what the page was given. Never rejects. */
async function listenAlong(signal: AbortSignal): Promise<void> {
  take({ state: "live" });
  if (await hasMissed(signal)) take({ events: [resync] });
}

async function hasMissed(signal: AbortSignal): Promise<boolean> {
  const after = bootPosition();
  if (after === undefined) return true;
  try {
    return (await tutti.event.list({ after, limit: 1 }, { signal })).length > 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // The page's own questions say what is wrong.
    return true;
  }
}

async function follow(signal: AbortSignal, tellAll: (message: Message) => void): Promise<void> {
  const add = createBunch((events) => tellAll({ events }));
  // What the page was given knows of all events up to here, and the stream tells the ones behind it.
  const after = bootPosition();
  let isSeamless = after !== undefined;
  const stream = tutti.events({
    signal,
    after,
    onConnection(state) {
      tellAll({ state: state === "open" ? "live" : "lost" });
      // Else what happened between the first answers and this moment, or while nobody was connected, was told to nobody.
      if (state === "open" && !isSeamless) add(resync);
      isSeamless = false;
    },
  });
  try {
    for await (const event of stream) {
      if (event.type === "resync") add(resync);
      else if (event.sequence !== undefined) add(event);
    }
  } catch (error) {
    // Nothing that passes by itself: the session has ended, say. Pages show it when they ask for something.
    if (!signal.aborted) tellAll({ state: "lost" });
    if (!(error instanceof Error)) throw error;
  }
}

function take(message: Message): void {
  if ("state" in message) liveState.value = message.state;
  else {
    dropBoot();
    for (const listener of listeners) listener(message.events);
  }
  if (liveState.value === "live") heardAt.value = Date.now();
}

function createBunch(flush: (events: readonly StoredEvent[]) => void): (event: StoredEvent) => void {
  let waiting: StoredEvent[] = [];
  return ({ type, subject, sequence, data }) => {
    waiting.push({ type, subject, sequence, data });
    if (waiting.length > 1) return;
    setTimeout(() => {
      const bunch = waiting;
      waiting = [];
      flush(bunch);
    }, bunchMs);
  };
}

function whenLookedAt({ begin, end }: { begin: () => void; end: () => void }): void {
  let timer = 0;
  document.addEventListener("visibilitychange", () => {
    window.clearTimeout(timer);
    if (document.visibilityState === "visible") begin();
    else timer = window.setTimeout(end, hiddenMs);
  });
}
