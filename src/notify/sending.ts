import type { Clock } from "../core/clock.ts";
import { newId } from "../core/id.ts";
import type { Log } from "../core/log.ts";
import type { Random } from "../core/random.ts";
import type { Channel, Delivery, Notice } from "./notice.ts";

export interface SendingPorts {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Told of every channel that was tried. */
  readonly counted: (channel: string, outcome: "told" | "failed") => void;
}

// Whoever waits for the answer waits a minute at most, the tries themselves with it.
const pausesMs = [1_000, 5_000];
const longestMs = 50_000;

/** Tells by every channel at once; one that fails does not keep the others, and is tried again where that may help. */
export async function send(
  ports: SendingPorts,
  notice: Notice,
  names: readonly string[],
): Promise<readonly Delivery[]> {
  const id = newId("msg", ports.random);
  return Promise.all([...new Set(names)].map((name) => sendBy(ports, { name, notice, id })));
}

interface Sending {
  readonly name: string;
  readonly notice: Notice;
  readonly id: string;
}

async function sendBy(ports: SendingPorts, { name, notice, id }: Sending): Promise<Delivery> {
  const channel = ports.channels.get(name);
  if (!channel) return { channel: name, error: `there is no channel "${name}"; they are ${known(ports.channels)}` };
  const signal = AbortSignal.timeout(longestMs);
  for (const pauseMs of [...pausesMs, null]) {
    try {
      await channel.tell(notice, { id, signal });
      ports.counted(name, "told");
      return { channel: name, error: null };
    } catch (error) {
      if (pauseMs !== null && !isFinal(error) && !signal.aborted) {
        await pause(ports.clock, pauseMs);
        continue;
      }
      ports.counted(name, "failed");
      ports.log.warn("notify.failed", { channel: name, kind: channel.kind, error });
      return { channel: name, error: wordsOf(error) };
    }
  }
  // The last pause is null, so the loop has returned.
  return { channel: name, error: "was not tried" };
}

function isFinal(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("data" in error)) return false;
  const { data } = error;
  return typeof data === "object" && data !== null && "isFinal" in data && data.isFinal === true;
}

function pause(clock: Clock, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.after(ms, resolve);
  return promise;
}

function known(channels: ReadonlyMap<string, Channel>): string {
  return [...channels.keys()].join(", ");
}

/** A failed `fetch` says why in its cause only. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && error.message === "fetch failed"
    ? `${error.message}: ${cause.message}`
    : error.message;
}
