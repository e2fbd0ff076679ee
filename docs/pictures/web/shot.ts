import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { settled } from "../../../test/support/browser.ts";
import { timeForPages } from "./time.ts";
import { compressPng } from "./png.ts";
import type { WebProduct } from "../../../test/support/web-product.ts";

export interface Pictures {
  readonly browser: Browser;
  readonly product: WebProduct;
  /** Where nothing has run. */
  readonly empty: WebProduct;
  readonly folder: string;
  /** Parts of names; none for all. */
  readonly wanted: readonly string[];
}

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly isEmpty?: boolean;
  readonly isDark?: boolean;
  readonly isPhone?: boolean;
  readonly prepare?: (page: Page) => Promise<unknown>;
}

type Named = Readonly<Record<"review" | "asking" | "failed", string>>;

function shotsOf({ review, asking, failed }: Named): readonly Shot[] {
  return [
    { name: "overview", path: "/" },
    { name: "overview-dark", path: "/", isDark: true },
    { name: "overview-phone", path: "/", isPhone: true },
    { name: "runs", path: `/runs?peek=${failed}` },
    { name: "runs-dark", path: `/runs?q=flow%3Atriage-inbox+since%3A24h`, isDark: true },
    { name: "runs-phone", path: "/runs", isPhone: true },
    { name: "errors", path: "/runs?view=errors" },
    { name: "run", path: `/runs/${asking}` },
    { name: "run-dark", path: `/runs/${asking}?view=transcript`, isDark: true },
    { name: "run-failed", path: `/runs/${failed}` },
    { name: "review", path: `/reviews/${review}` },
    { name: "review-dark", path: `/reviews/${review}`, isDark: true },
    { name: "review-phone", path: `/reviews/${review}`, isPhone: true },
    { name: "flows", path: "/flows" },
    { name: "flow", path: "/flows/code-review" },
    { name: "models", path: "/models" },
    { name: "costs", path: "/costs" },
    { name: "costs-dark", path: "/costs", isDark: true },
    { name: "traces", path: "/traces" },
    { name: "trace", path: `/traces/${asking}` },
    { name: "logs", path: "/logs" },
    { name: "alerts", path: "/alerts" },
    { name: "settings", path: "/settings" },
    { name: "doctor", path: "/doctor" },
    { name: "palette", path: "/", prepare: (page) => page.keyboard.press("ControlOrMeta+k") },
    { name: "empty", path: "/", isEmpty: true },
    { name: "empty-dark", path: "/", isEmpty: true, isDark: true },
  ];
}

export async function takePictures(pictures: Pictures): Promise<void> {
  const named = await findNamed(pictures.product);
  for (const shot of shotsOf(named)) {
    if (pictures.wanted.length > 0 && !pictures.wanted.includes(shot.name)) continue;
    const file = join(pictures.folder, `${shot.name}.png`);
    const picture = compressPng(await take(pictures, shot));
    writeFileSync(file, picture);
    process.stdout.write(`${shot.name} ${Math.round(picture.length / 1_000)} kB\n`);
  }
}

async function take({ browser, product, empty }: Pictures, shot: Shot): Promise<Buffer> {
  const { path, isDark, isPhone, isEmpty, prepare } = shot;
  const { server } = isEmpty ? empty : product;
  const context = await browser.newContext({
    viewport: isPhone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    deviceScaleFactor: isPhone ? 2 : 1,
    hasTouch: isPhone ?? false,
    isMobile: isPhone ?? false,
    colorScheme: isDark ? "dark" : "light",
    reducedMotion: "reduce",
    timezoneId: "Europe/Berlin",
  });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => context.close());
  await context.clock.install({ time: timeForPages() });
  const page = await context.newPage();
  await page.goto(server.createLink(path));
  await settled(page, path);
  await prepare?.(page);
  await page.evaluate("document.fonts.ready.then(() => undefined)");
  return await page.screenshot();
}

async function findNamed({ client }: WebProduct): Promise<Named> {
  const reviews = (await client.call("review.list", {})) as { id: string; run: string; flow: string }[];
  const runs = (await client.call("run.list", { query: "status:failed", limit: 1 })) as { id: string }[];
  const review = reviews.find(({ flow }) => flow === "code-review");
  return { review: review?.id ?? "", asking: review?.run ?? "", failed: runs[0]?.id ?? "" };
}
