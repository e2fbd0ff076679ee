// Reports as files, opened from disk in a real Chromium: of one run, and of a day, with data that would like to be a page.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { chartExpressions } from "../../../src/observability/report/period-report.ts";
import { charts } from "../../../web/report/chart.ts";
import { axeFindings, openBrowser, webAssets } from "../../support/browser.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { serveProduct, type WebProduct } from "../../support/web-product.ts";

const skip = needs("chromium", chromiumProgram());

const hostile = [
  "</script><script>window.harm = 1</script>",
  "<!-- <script>",
  "<img src=x onerror='window.harm = 2'>",
  "$& $` $' \\u003c/script\\u003e \u2028\u2029\u0000 ]]> &lt;b&gt;",
  "javascript:window.harm=3",
];

interface Report {
  readonly name: string;
  readonly html: string;
  readonly left: readonly string[];
}

describe("a report", { skip, timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-report-"));
  let browser: Browser;
  let product: WebProduct;
  let run: string;
  before(async () => {
    await webAssets();
    [browser, product] = await Promise.all([openBrowser(), serveProduct({ assets: join(folder, "none") })]);
    product.flow(
      "hostile",
      `input: z.object({ words: z.array(z.string()) }),
      async run(step, { words }) {
        await step.map("say", words, (word, inner) => inner.run("echo", () => word));
        await step.model("ask", { prompt: words.join(" ") });
        throw new Error(words.join(" "));
      },`,
    );
    run = await start("hostile", { words: hostile });
    await start("hello", {});
  });
  after(async () => {
    await browser?.close();
    await product?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const start = async (flow: string, input: unknown): Promise<string> => {
    const { id } = (await product.client.call("run.start", { flow, input })) as { id: string };
    await product.client.call("run.watch", { id, untilIdle: true });
    return id;
  };

  /** Opens it as a person would who has been sent the file. */
  async function open(
    input: Readonly<Record<string, unknown>>,
  ): Promise<{ page: Page; faults: string[]; report: Report }> {
    const report = (await product.client.call("export.html", input)) as Report;
    const file = join(folder, report.name);
    writeFileSync(file, report.html);
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const faults: string[] = [];
    page.on("console", (message) => void faults.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => void faults.push(`thrown: ${error.message}`));
    page.on("request", (request) => {
      if (request.url() !== pathToFileURL(file).href) faults.push(`request: ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    await page.locator("main h1").first().waitFor();
    return { page, faults, report };
  }

  it("of a run has its waterfall, transcript, log and graph, and nothing in it can be done", async () => {
    const { page, faults } = await open({ run });
    await page.getByRole("row").filter({ hasText: "ask" }).first().waitFor();
    assert.ok((await page.getByRole("row").count()) >= hostile.length);
    for (const view of ["transcript", "log", "graph"]) {
      await page.locator(`#run-tab-${view}`).click();
      await page.locator(`[aria-labelledby=run-tab-${view}]`).waitFor();
    }
    await page.getByText("window.harm = 1").first().waitFor();
    assert.equal(await page.getByRole("button", { name: /^(Retry|Cancel run|Compare)$/ }).count(), 0);
    assert.equal(await page.evaluate("window.harm"), undefined);
    assert.deepEqual(await axeFindings(page), []);
    assert.deepEqual(faults, []);
  });

  it("of a day counts what happened, and leads to the runs that it holds and back", async () => {
    const { page, faults, report } = await open({ since: "24h" });
    assert.deepEqual(report.left, []);
    await page.getByText("2 runs in all.").waitFor();
    await page.getByRole("table", { name: "What failed" }).getByText("flow.failed").waitFor();
    await page.getByRole("table", { name: "Models" }).getByText("ollama/tiny-chat").waitFor();
    await page.getByRole("table", { name: "Runs" }).getByRole("link", { name: "hostile" }).click();
    await page.getByRole("row").filter({ hasText: "ask" }).first().waitFor();
    await page.getByRole("link", { name: "The last 24h" }).click();
    await page.getByText("2 runs in all.").waitFor();
    assert.equal(await page.evaluate("window.harm"), undefined);
    assert.deepEqual(await axeFindings(page), []);
    assert.deepEqual(faults, []);
  });

  it("is refused in words for a run that there is not, and for a time that is none", async () => {
    await assert.rejects(product.client.call("export.html", { run: "run_none" }), /there is no run run_none/);
    await assert.rejects(product.client.call("export.html", { since: "0s" }), /a report of no time is empty/);
    await assert.rejects(product.client.call("export.html", { run, since: "1h" }), /takes a run or a time, not both/);
  });

  it("draws what is asked for when it is made", () => {
    assert.deepEqual(
      charts.map(({ expression }) => expression),
      chartExpressions,
    );
  });
});
