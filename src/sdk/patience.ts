import { TuttiError } from "../core/error.ts";
import { wasNeverSent } from "./lost.ts";

export interface Patience {
  /** How often something is tried again. */
  readonly retries: number;
  readonly random: () => number;
}

export const noPatience: Patience = { retries: 0, random: () => 0 };

/** What a try has come to; `againAfterMs` where the host has said when to come back. */
export type Outcome<Value> =
  | { readonly value: Value }
  | { readonly failure: TuttiError; readonly againAfterMs: number | null };

export interface Attempt {
  /** Twice is as good as once. What is not is repeated only if nobody can have heard of it. */
  readonly isSafe: boolean;
  readonly signal?: AbortSignal | undefined;
}

const firstWaitMs = 200;
const longestWaitMs = 10_000;
// Who asks for more than this is told instead of kept waiting.
const longestAskedMs = 30_000;

/** Tries until there is an answer, as often as the patience allows. */
export async function patiently<Value>(
  { retries, random }: Patience,
  { isSafe, signal }: Attempt,
  attempt: () => Promise<Outcome<Value>>,
): Promise<Value> {
  for (let tries = 0; ; tries++) {
    const outcome = await attempt().catch((error: unknown) => ({ thrown: error }));
    if ("value" in outcome) return outcome.value;
    signal?.throwIfAborted();
    const isLast = tries >= retries;
    if ("failure" in outcome) {
      if (isLast || !isSafe || outcome.againAfterMs === null) throw outcome.failure;
      await pause(outcome.againAfterMs, signal);
    } else {
      if (isLast || !mayRepeat(outcome.thrown, isSafe)) throw outcome.thrown;
      await pause(backoffMs(tries, random), signal);
    }
  }
}

function mayRepeat(error: unknown, isSafe: boolean): boolean {
  const isLost = error instanceof TuttiError && error.code === "host.unreachable";
  return isLost && (isSafe || wasNeverSent(error));
}

/** How long to wait after so many failures: doubling, and spread so that not all come back at once. */
export function backoffMs(failures: number, random: () => number): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** failures) * (0.5 + random() / 2);
}

/** What `Retry-After` asks for; null where there is none, or more than anybody waits. */
export function retryAfterMs({ status, headers }: Response, now: () => number): number | null {
  const asked = headers.get("retry-after");
  if ((status !== 503 && status !== 429) || asked === null) return null;
  const ms = /^\s*\d+\s*$/.test(asked) ? Number(asked) * 1_000 : Date.parse(asked) - now();
  return ms <= longestAskedMs ? Math.max(0, ms) : null;
}

/** Rejects with the signal's reason as soon as it is aborted. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", leave);
      resolve();
    }, ms);
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener("abort", leave, { once: true });
  });
}
