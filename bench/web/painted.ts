import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";

/** A page, and what is in it once its data is painted. */
export interface Look {
  readonly name: string;
  readonly path: string;
  /** Selectors, joined by " & ", of what has come with the first answers. */
  readonly ready: string;
  /** A key that is pressed then, and a selector of what it brings. */
  readonly key: { readonly name: string; readonly brings: string } | null;
  readonly isAdmitted: boolean;
}

export interface Visited {
  readonly usableMs: number;
  /** When what the key brings could be seen. */
  readonly answeredMs: number;
  /** When the page has changed for the last time before half a second in which it does not. */
  readonly settledMs: number;
  /** What the page's main thread has worked until it was usable and answered: moved less by what else the machine does than the time is. */
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

/** `new`: the tab is made for the visit, so its process starts meanwhile. `open`: it was there, as where one types an address. */
export type Tab = "new" | "open";

// The process of a tab, and the one that the browser holds ready for the next, have started by then.
const tabMs = 500;

/** Opens a page in a fresh context, whose cache is empty, and takes the times from the beginning of the navigation. */
export async function look(
  { browser, url, token, assets }: Place,
  { path, ...wanted }: Look,
  tab: Tab,
): Promise<Visited> {
  const extraHTTPHeaders: Record<string, string> = wanted.isAdmitted ? { authorization: `Bearer ${token}` } : {};
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, extraHTTPHeaders });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const answered = Promise.withResolvers<number>();
    const settled = Promise.withResolvers<Seen>();
    // It tells by itself: a page that is asked all the time has that to work on, too.
    await page.exposeFunction("tellAnswered", async () => answered.resolve(await cpuOf(session)));
    await page.exposeFunction("tellSettled", settled.resolve);
    await page.addInitScript(
      watchFor.replace("WANTED", JSON.stringify({ ...wanted, ready: wanted.ready.split(" & ") })),
    );
    if (tab === "open") await new Promise((resolve) => setTimeout(resolve, tabMs));
    await page.goto(`${url}${path}`);
    const { files, ...times } = await inTime(settled.promise);
    const html = await (await context.request.get(`${url}${path}`)).text();
    const weights = files.map((file) => gzipped(readFileSync(join(assets, file))));
    return {
      ...times,
      cpuMs: await inTime(answered.promise),
      bytes: weights.reduce((sum, bytes) => sum + bytes, gzipped(Buffer.from(html))),
    };
  } finally {
    await context.close();
  }
}

interface Seen {
  readonly usableMs: number;
  readonly answeredMs: number;
  readonly settledMs: number;
  readonly files: readonly string[];
}

type Session = Awaited<ReturnType<Awaited<ReturnType<Browser["newContext"]>>["newCDPSession"]>>;

async function cpuOf(session: Session): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1_000;
}

function gzipped(bytes: Buffer): number {
  return gzipSync(bytes, { level: 9 }).length;
}

/** Runs in the page, before anything of it. */
const watchFor = `(() => {
  const { ready, key } = WANTED;
  const has = (selector) => document.querySelector(selector) !== null;
  const seen = {};
  // In the frame after the one in which it is true.
  const when = (isSo, then) => {
    const look = () => requestAnimationFrame(isSo() ? () => then(performance.now()) : look);
    requestAnimationFrame(look);
  };
  let changedAt = 0;
  const changed = () => (changedAt = performance.now());
  new MutationObserver(changed).observe(document, { childList: true, subtree: true, attributes: true });
  const filesOf = () => performance.getEntriesByType("resource")
    .map(({ name }) => new URL(name).pathname).filter((path) => path.startsWith("/assets/"));
  const settle = () => {
    const quietMs = performance.now() - Math.max(changedAt, seen.usableMs);
    if (quietMs < 500) return setTimeout(settle, 500 - quietMs);
    tellSettled({ ...seen, settledMs: Math.max(changedAt, seen.usableMs) });
  };
  const answer = (answeredMs) => {
    seen.answeredMs = answeredMs;
    tellAnswered();
    settle();
  };
  when(() => ready.every(has) && !has(".wait"), (usableMs) => {
    seen.usableMs = usableMs;
    seen.files = [...new Set(filesOf())];
    if (key === null) return answer(usableMs);
    document.dispatchEvent(new KeyboardEvent("keydown", { key: key.name, bubbles: true, cancelable: true }));
    when(() => has(key.brings), answer);
  });
})()`;

async function inTime<Value>(promise: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("the page was not usable within a minute")), 60_000);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
