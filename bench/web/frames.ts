import type { Page } from "playwright-core";

export interface Frames {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly longestMs: number;
}

const scrolledFrames = 180;

/** Scrolls an element by a good part of its height in each frame, as a drag of its bar does, and takes the time between frames. */
export async function scroll(page: Page, selector: string): Promise<Frames> {
  const deltas = (await page.evaluate(`new Promise((resolve) => {
    const element = document.querySelector(${JSON.stringify(selector)});
    const deltas = [];
    let last = performance.now();
    const next = (at) => {
      deltas.push(at - last);
      last = at;
      if (deltas.length > ${scrolledFrames}) return resolve(deltas.slice(1));
      const most = element.scrollHeight - element.clientHeight;
      element.scrollTop = (most * deltas.length) / ${scrolledFrames};
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  })`)) as number[];
  const sorted = deltas.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95), longestMs: at(1) };
}
