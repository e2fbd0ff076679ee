import { cpus } from "node:os";
import { setTimeout as pause } from "node:timers/promises";

const sampleMs = 250;
// A browser at rest and a desk that is looked at take less than this of all processors.
const mostAtWork = 0.2;
const longestMs = 15_000;

/** Waits until the machine does little else, so that a visit is not a measure of its neighbours; false where it never did. */
export async function quiet(): Promise<boolean> {
  for (const began = performance.now(); performance.now() - began < longestMs;) {
    const before = ticks();
    await pause(sampleMs);
    const after = ticks();
    const [idle, all] = [after.idle - before.idle, after.all - before.all];
    if (all > 0 && 1 - idle / all <= mostAtWork) return true;
  }
  return false;
}

function ticks(): { readonly idle: number; readonly all: number } {
  const times = cpus().map(({ times: one }) => one);
  const idle = times.reduce((sum, one) => sum + one.idle, 0);
  return { idle, all: times.reduce((sum, one) => sum + one.idle + one.user + one.nice + one.sys + one.irq, 0) };
}
