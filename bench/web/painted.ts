import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";

/** A page, and what is in it once its data is painted. */
export interface Look {
  readonly name: string;
  readonly path: string;
  /** Selectors, joined by " & ", of what has come with the first answers; others where nothing is stored. */
  readonly ready: string;
  readonly readyWhenEmpty: string;
}

export interface Visited {
  readonly usableMs: number;
  /** What the page's main thread has worked until then: moved less by what else the machine does than the time is. */
  readonly cpuMs: number;
  /** What was loaded until then, as gzip sends it. */
  readonly bytes: number;
}

export interface Place {
  readonly browser: Browser;
  readonly url: string;
  readonly token: string;
  readonly assets: string;
}

/**
 * Opens a page in a fresh context, whose cache is empty, and takes the time from the beginning of the navigation to the frame after
 * the one in which all of `ready` is there and nothing waits: what can be seen and used.
 */
export async function look({ browser, url, token, assets }: Place, path: string, ready: string): Promise<Visited> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  });
  try {
    await context.addInitScript(watchFor.replace("READY", JSON.stringify(ready.split(" & "))));
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.goto(`${url}${path}`);
    const seen = await until(() => page.evaluate("window.usable ?? null") as Promise<Seen | null>);
    const { metrics } = await session.send("Performance.getMetrics");
    const cpuMs = (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1_000;
    const html = await (await context.request.get(`${url}${path}`)).text();
    const files = seen.files.map((file) => gzipped(readFileSync(join(assets, file))));
    return {
      usableMs: seen.usableMs,
      cpuMs,
      bytes: files.reduce((sum, bytes) => sum + bytes, gzipped(Buffer.from(html))),
    };
  } finally {
    await context.close();
  }
}

interface Seen {
  readonly usableMs: number;
  readonly files: readonly string[];
}

function gzipped(bytes: Buffer): number {
  return gzipSync(bytes, { level: 9 }).length;
}

/** Runs in the page, before anything of it. */
const watchFor = `(() => {
  const parts = READY;
  const look = () => {
    const isThere = parts.every((part) => document.querySelector(part)) && !document.querySelector(".wait");
    if (!isThere) return void requestAnimationFrame(look);
    requestAnimationFrame(() => {
      const usableMs = performance.now();
      const files = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname).filter((path) => path.startsWith("/assets/"));
      window.usable = { usableMs, files: [...new Set(files)] };
    });
  };
  requestAnimationFrame(look);
})()`;

async function until<Value>(ask: () => Promise<Value | null>): Promise<Value> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const value = await ask();
    if (value !== null) return value;
    if (performance.now() > deadline) throw new Error("the page was not usable within a minute");
  }
}
