import { signal as reactive } from "@preact/signals";
import { tutti } from "./api.ts";

/** As much of a stored event as pages look at. */
export interface StoredEvent {
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
  readonly data: unknown;
}

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

/** Hears of stored events in bunches, and of a `resync` when some were missed; until the returned function is called. */
export function onEvents(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Told to everybody instead of single events: something may have been missed. */
export const resync: StoredEvent = { type: "tutti.resync", subject: "", sequence: 0, data: null };

/** One stream for all tabs of this browser: the tab that holds the lock reads it and tells the others. */
export function startLive(): void {
  const channel = new BroadcastChannel("tutti-live");
  channel.addEventListener("message", ({ data }: MessageEvent<readonly StoredEvent[]>) => {
    hear();
    tell(data);
  });
  const bunch = createBunch((events) => {
    tell(events);
    channel.postMessage(events);
  });
  let controller: AbortController | null = null;
  const begin = (): void => {
    if (controller) return;
    controller = new AbortController();
    void lead(controller.signal, bunch);
  };
  const end = (): void => {
    controller?.abort();
    controller = null;
  };
  whenLookedAt({ begin, end });
  begin();
}

async function lead(signal: AbortSignal, bunch: (event: StoredEvent) => void): Promise<void> {
  // Locks are for secure pages; where one is not (another machine, plain HTTP), each tab has a stream of its own.
  if (!("locks" in navigator)) return follow(signal, bunch);
  try {
    const other = await navigator.locks.query();
    if (other.held?.some(({ name }) => name === "tutti-live")) hear();
    await navigator.locks.request("tutti-live", { signal }, () => follow(signal, bunch));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

let lastSequence: number | undefined;

async function follow(signal: AbortSignal, bunch: (event: StoredEvent) => void): Promise<void> {
  const stream = tutti.events({
    ...(lastSequence === undefined ? {} : { after: lastSequence }),
    signal,
    onState: (state) => {
      liveState.value = state === "open" ? "live" : "lost";
      if (state === "open") hear();
    },
  });
  try {
    for await (const event of stream) {
      hear();
      if ("sequence" in event) lastSequence = event.sequence;
      bunch("sequence" in event ? event : resync);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function hear(): void {
  liveState.value = "live";
  heardAt.value = Date.now();
}

function tell(events: readonly StoredEvent[]): void {
  for (const listener of listeners) listener(events);
}

function createBunch(flush: (events: readonly StoredEvent[]) => void): (event: StoredEvent) => void {
  let waiting: StoredEvent[] = [];
  return (event) => {
    waiting.push(event);
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
