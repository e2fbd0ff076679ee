import type { Clock } from "../core/clock.ts";
import { isOfType } from "./event-log.ts";
import type { TuttiEvent } from "./event.ts";
import type { EventFeed } from "./feed.ts";
import type { LiveEvent, LiveEvents } from "./live.ts";
import type { OrderedLog } from "./ordered-log.ts";

/** What a follower is told: what is stored, or something live of the run that was named, which has no number. */
export type TailEvent = TuttiEvent | { readonly live: TailLive };

export interface TailLive {
  readonly key: string | null;
  /** `live`, `started`, `run` …; `dropped` where the follower was too slow for what came. */
  readonly type: string;
  readonly data: unknown;
}

export interface TailRequest {
  readonly after?: number | undefined;
  readonly subject?: string | undefined;
  readonly types?: readonly string[] | undefined;
  readonly run?: string | undefined;
}

export interface TailPorts {
  readonly feed: EventFeed;
  readonly log: OrderedLog;
  readonly live: LiveEvents;
  readonly clock: Clock;
}

const batch = 200;
const mostLive = 1_000;

/**
 * Follows the log until the caller leaves; gives the last number that was told. Without `after` it begins with a
 * `tutti.tail.began` that bears the number it goes on from, so that who is cut off before the first event misses nothing.
 */
export async function* tail(
  { feed, log, live, clock }: TailPorts,
  { after, subject, types, run }: TailRequest,
  signal: AbortSignal,
): AsyncGenerator<TailEvent, { latest: number }> {
  const bell = createBell();
  using follower = feed.join(bell.ring);
  using lively = collectLive(live, run, bell.ring);
  signal.addEventListener("abort", bell.ring, { once: true });
  try {
    let position = after ?? (await log.end());
    if (after === undefined) yield began(position, clock.now());
    while (!signal.aborted) {
      const events = await follower.read(position, batch);
      position = yield* told(events, { position, signal, subject, types });
      yield* lively.take();
      if (events.length === 0) await bell.rung();
    }
    return { latest: position };
  } finally {
    signal.removeEventListener("abort", bell.ring);
  }
}

interface Telling extends Pick<TailRequest, "subject" | "types"> {
  readonly position: number;
  readonly signal: AbortSignal;
}

/** Tells what fits, and gives the number that it came to. */
function* told(
  events: readonly TuttiEvent[],
  { position, signal, subject, types }: Telling,
): Generator<TuttiEvent, number> {
  let latest = position;
  for (const event of events) {
    if (signal.aborted) return latest;
    latest = event.sequence;
    if (fits(event, { subject, types })) yield event;
  }
  return latest;
}

function fits(event: TuttiEvent, { subject, types }: Pick<TailRequest, "subject" | "types">): boolean {
  return (subject === undefined || event.subject === subject) && (types === undefined || isOfType(event.type, types));
}

function began(sequence: number, at: number): TuttiEvent {
  return {
    specversion: "1.0",
    id: String(sequence),
    source: "/tutti",
    type: "tutti.tail.began",
    subject: "tail",
    time: new Date(at).toISOString(),
    sequence,
    data: null,
  };
}

/** Rung any number of times, it wakes once. */
function createBell(): { readonly ring: () => void; rung(): Promise<void> } {
  let isRung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      isRung = true;
      wake?.();
    },
    async rung() {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      if (!isRung) await promise;
      isRung = false;
      wake = null;
    },
  };
}

function collectLive(
  live: LiveEvents,
  run: string | undefined,
  changed: () => void,
): Disposable & { take(): TailEvent[] } {
  let waiting: TailLive[] = [];
  let dropped = 0;
  const listen = ({ key, type, data }: LiveEvent): void => {
    if (waiting.length < mostLive) waiting.push({ key: key ?? null, type, data: data ?? null });
    else dropped++;
    changed();
  };
  const unsubscribe = run === undefined ? () => undefined : live.subscribe(run, listen);
  return {
    take() {
      const loss: TailLive[] = dropped > 0 ? [{ key: null, type: "dropped", data: { count: dropped } }] : [];
      const taken = [...waiting, ...loss];
      waiting = [];
      dropped = 0;
      return taken.map((one) => ({ live: one }));
    },
    [Symbol.dispose]: unsubscribe,
  };
}
