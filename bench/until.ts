import { setTimeout as sleep } from "node:timers/promises";

/** Asks until the answer is yes; fails with what it waited for once the time is up. */
export async function untilTrue(
  what: string,
  ask: () => boolean | Promise<boolean>,
  { timeoutMs = 60_000, everyMs = 5 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1_000} s in vain until ${what}`);
    await sleep(everyMs);
  }
}
