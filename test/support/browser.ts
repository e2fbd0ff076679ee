import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { until } from "./command.ts";
import { chromiumProgram } from "./services.ts";
import type { WebProduct } from "./web-product.ts";

const root = join(import.meta.dirname, "..", "..");

/** The folder of the built web UI; builds what is not built. */
export async function webAssets(): Promise<string> {
  await promisify(execFile)(process.execPath, [join(root, "start.js"), "build"]);
  return join(root, "dist", "web");
}

// Whatever a browser does by itself that goes online is off: a request off the origin fails the test that sees it.
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
const moreFlags = ["--disable-component-update", "--disable-sync"];

export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const executablePath = chromiumProgram();
  if (executablePath === undefined) throw new Error("no chromium: see test/support/services.ts");
  return chromium.launch({ executablePath, args: [...flags, ...moreFlags] });
}

/** A window of one person, with a session at the product; what goes wrong in it is kept. */
export interface Visit extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly origin: string;
  /** What the console has complained of, what was thrown, and requests that left the origin. */
  readonly faults: string[];
  open(path: string): Promise<Page>;
}

export interface VisitOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  /** Touched instead of pointed at. */
  readonly isPhone?: boolean;
}

export async function visit(
  browser: Browser,
  product: { readonly server: Pick<WebProduct["server"], "url" | "createLink"> },
  options: VisitOptions = {},
): Promise<Visit> {
  const { width = 1440, height = 900, colorScheme = "light", isPhone = false } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    reducedMotion: "reduce",
    isMobile: isPhone,
    hasTouch: isPhone,
  });
  const faults: string[] = [];
  const origin = product.server.url;
  context.on("page", (page) => watch(page, { origin, faults }));
  const first = await context.newPage();
  await first.goto(product.server.createLink());
  await first.close();
  return {
    context,
    origin,
    faults,
    async open(path) {
      const page = await context.newPage();
      await page.goto(`${origin}${path}`);
      return page;
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

function watch(page: Page, { origin, faults }: { readonly origin: string; readonly faults: string[] }): void {
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => faults.push(`thrown: ${error.message}`));
  page.on("request", (request) => {
    if (
      new URL(request.url()).origin !== origin &&
      !request.url().startsWith("data:") &&
      !request.url().startsWith("blob:")
    )
      faults.push(`request: ${request.url()}`);
  });
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** What axe finds on the page: one line for each rule that is broken. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Evaluated by the browser's debugger, which the page's own policy does not bind.
  await page.evaluate(axe);
  const { violations } = (await page.evaluate("axe.run()")) as AxeResult;
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
  );
}

/** Waits until a page is there and nothing on it waits for the daemon; an error says which page it was. */
export async function settled(page: Page, what = page.url()): Promise<void> {
  try {
    await page.locator("main :is(h1, h2):visible").first().waitFor();
    // Not by `waitForFunction`, whose way to look again and again the page's policy forbids.
    await until("nothing waits", async () => (await page.locator(".wait").count()) === 0);
  } catch (cause) {
    const text = await page.locator("body").innerText();
    throw new Error(`${what} did not settle: ${text.slice(0, 600)}`, { cause });
  }
}
