// Every page in a real Chromium: with data, without, and when the daemon refuses; light and dark; from 320 to 2560 pixels.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { axeFindings, openBrowser, settled, visit, webAssets } from "../../support/browser.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { serveProduct, type WebProduct } from "../../support/web-product.ts";

const emptyPaths = ["/", "/reviews", "/runs", "/flows", "/costs", "/models", "/explore", "/traces", "/logs"];
const skip = needs("chromium", chromiumProgram());

describe("the pages", { skip }, () => {
  let browser: Browser;
  let full: WebProduct;
  let empty: WebProduct;
  let runs: { readonly done: string; readonly failed: string };
  before(async () => {
    const assets = await webAssets();
    [browser, full, empty] = await Promise.all([openBrowser(), serveProduct({ assets }), serveProduct({ assets })]);
    runs = await fill(full);
  });
  after(async () => {
    await browser?.close();
    await full?.[Symbol.asyncDispose]();
    await empty?.[Symbol.asyncDispose]();
  });

  const paths = (): readonly string[] => [
    "/",
    "/reviews",
    "/runs",
    "/runs?q=status%3Afailed",
    "/runs?view=errors",
    `/runs?peek=${runs.failed}`,
    `/runs/${runs.done}`,
    `/runs/${runs.failed}?view=log`,
    "/flows",
    "/flows/hello",
    "/models",
    "/costs",
    "/explore",
    "/explore?m=tutti_runs_total&by=status",
    "/traces",
    `/traces/${runs.failed}`,
    "/logs",
    "/alerts",
    "/alerts/FailingRuns",
    "/settings",
    "/doctor",
    "/nowhere",
  ];

  for (const colorScheme of ["light", "dark"] as const) {
    it(`are without a finding of axe, a complaint or a foreign request, ${colorScheme}`, async () => {
      for (const product of [full, empty]) {
        await using person = await visit(browser, product, { colorScheme });
        for (const path of product === full ? paths() : emptyPaths) {
          const page = await person.open(path);
          await settled(page, path);
          assert.deepEqual(await axeFindings(page), [], `${path} ${colorScheme}`);
          assert.deepEqual(person.faults, [], `${path} ${colorScheme}`);
          await page.close();
        }
      }
    });
  }

  for (const width of [320, 640, 2560]) {
    it(`need no sideways scrolling at ${width} pixels`, async () => {
      await using person = await visit(browser, full, { width, height: 700 });
      for (const path of paths()) {
        const page = await person.open(path);
        await settled(page, path);
        const [wide, view] = (await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")) as [
          number,
          number,
        ];
        assert.ok(wide <= view, `${path}: ${wide} of ${view}`);
        await page.close();
      }
    });
  }

  it("say in words what is wrong when the daemon refuses, and not that there is nothing", async () => {
    await using person = await visit(browser, full);
    const page = await person.open("/runs?q=nonsense%3Aword");
    await page.getByRole("alert").first().waitFor();
    assert.match(await page.getByRole("alert").first().innerText(), /nonsense/);
    assert.equal(await page.getByText("No run fits this filter").count(), 0);
  });

  it("show a refusal instead of the app to somebody without a session", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const response = await page.goto(full.server.url);
    assert.equal(response?.status(), 401);
    assert.match(await page.innerText("body"), /tutti open/);
    await context.close();
  });
});

async function fill({ client }: WebProduct): Promise<{ readonly done: string; readonly failed: string }> {
  const start = async (flow: string, input: unknown): Promise<string> => {
    const { id } = (await client.call("run.start", { flow, input })) as { id: string };
    await client.call("run.watch", { id, untilIdle: true });
    return id;
  };
  const done = await start("hello", { name: "a long name ".repeat(12) });
  const failed = await start("fails", undefined);
  await start("asks", undefined);
  return { done, failed };
}
