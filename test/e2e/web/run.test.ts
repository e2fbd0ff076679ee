// The page of one run in a real Chromium, with real runs: by keyboard alone, while it goes on, long, and with a large payload.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { axeFindings, openBrowser, visit, webAssets } from "../../support/browser.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { serveProduct, type WebProduct } from "../../support/web-product.ts";

const skip = needs("chromium", chromiumProgram());
const root = join(import.meta.dirname, "..", "..", "..");

const flows: Readonly<Record<string, string>> = {
  pages: `input: z.object({ n: z.number(), word: z.string().default("one") }),
  async run(step, { n, word }) {
    await step.run("fetch", () => ({ word }));
    await step.map("parse", Array.from({ length: n }, (_, i) => i), async (i, inner) => {
      const first = await inner.run("read", () => i);
      return inner.run("count", () => first);
    });
    await step.run("write", () => \`the page says \${word}\`);
    throw new Error("nobody took the page");
  },`,
  breaks: `async run(step) {
    await step.run("first", () => 1);
    await step.map("parse", ["a", "b"], (it, inner) => inner.run("words", () => { if (it === "b") throw new Error("b has no words"); return 1; }));
  },`,
  dump: `run: (step) => step.run("dump", () => Array.from({ length: 60_000 }, (_, i) => ({ i, text: "x".repeat(80) }))).then(() => null),`,
  long: `run: (step) => step.map("crawl", Array.from({ length: 5_000 }, (_, i) => i), async (i, inner) => {
    const a = await inner.run("fetch", () => i);
    return inner.run("count", () => a);
  }).then((all) => all.length),`,
};

describe("the page of a run", { skip, timeout: 300_000 }, () => {
  let browser: Browser;
  let product: WebProduct;
  before(async () => {
    const assets = await webAssets();
    [browser, product] = await Promise.all([openBrowser(), serveProduct({ assets })]);
    const entry = relative(join(product.folder, "flows"), join(root, "src", "index.ts"));
    for (const [name, body] of Object.entries(flows)) {
      const text = `import { flow, z } from "${entry}";\nexport default flow({ name: "${name}", ${body} });\n`;
      writeFileSync(join(product.folder, "flows", `${name}.ts`), text);
    }
  });
  after(async () => {
    await browser?.close();
    await product?.[Symbol.asyncDispose]();
  });

  const start = async (flow: string, input?: unknown): Promise<string> => {
    const { id } = (await product.client.call("run.start", { flow, input })) as { id: string };
    await product.client.call("run.watch", { id, untilIdle: true });
    return id;
  };
  const selected = (page: Page) => page.locator("[role=row][aria-selected=true]");

  it("opens a failed run with its cause, and the failed step in view", async () => {
    const id = await start("breaks");
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}`);
    await selected(page).waitFor();
    assert.match(await selected(page).innerText(), /item 2 › words/);
    assert.match(await page.getByLabel("Why it failed").innerText(), /b has no words/);
    assert.match(await page.getByLabel("Step", { exact: true }).innerText(), /b has no words[^]*step\.failed/);
    assert.deepEqual(person.faults, []);
  });

  it("is gone through by keyboard alone", async () => {
    const id = await start("pages", { n: 2 });
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}`);
    await selected(page).waitFor();
    await page.keyboard.press("t");
    assert.match(await selected(page).innerText(), /^pages/);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.match(await selected(page).innerText(), /^parse/);
    assert.equal(await page.evaluate("document.activeElement.getAttribute('aria-selected')"), "true");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await selected(page).getAttribute("aria-expanded"), "false");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.match(await selected(page).innerText(), /item 1/);
    await page.keyboard.press("p");
    assert.match(await selected(page).innerText(), /^parse/);
    await page.waitForURL(/span=parse/);
    for (const [key, view] of Object.entries({ 2: "transcript", 3: "log", 4: "graph", 1: "waterfall" })) {
      await page.keyboard.press(key);
      await page.locator(`#run-panel[aria-labelledby=run-tab-${view}]`).waitFor();
      assert.deepEqual(await axeFindings(page), [], view);
    }
    assert.deepEqual(person.faults, []);
  });

  it("zooms by drawing over the ruler, by the wheel and by a double click, and keeps it in the address", async () => {
    const id = await start("pages", { n: 30 });
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}`);
    await selected(page).waitFor();
    const ruler = await page.locator(".ruler-time").boundingBox();
    assert.ok(ruler);
    const at = async (share: number): Promise<void> => page.mouse.move(ruler.x + ruler.width * share, ruler.y + 8);
    await at(0.2);
    await page.mouse.down();
    await at(0.5);
    await page.mouse.up();
    await page.waitForURL(/from=\d+&to=\d+/);
    await page.keyboard.press("0");
    await page.waitForURL((url) => !url.search.includes("from="));
    await page.mouse.move(ruler.x + 200, ruler.y + 100);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -200);
    await page.keyboard.up("Control");
    await page.waitForURL(/from=\d+&to=\d+/);
    await page.getByRole("button", { name: "show all" }).click();
    await page.waitForURL((url) => !url.search.includes("from="));
    await page.locator(".lane .lane-time, .lane .time").nth(2).dblclick();
    await page.waitForURL(/from=\d+&to=\d+/);
    assert.deepEqual(person.faults, []);
  });

  it("changes while the run goes on, without being asked anew", async () => {
    const { id } = (await product.client.call("run.start", { flow: "asks" })) as { id: string };
    await product.client.call("run.watch", { id, untilIdle: true });
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}`);
    await page.getByText("Is it good?").first().waitFor();
    await page.getByText("waits for you").first().waitFor();
    const reviews = (await product.client.call("review.list", {})) as { id: string; run: string }[];
    const review = reviews.find(({ run }) => run === id);
    await product.client.call("review.answer", { id: review?.id, answer: "yes" });
    await page.locator(".score-figure", { hasText: "succeeded" }).waitFor();
    assert.equal(await page.getByText("Your cue.").count(), 0);
  });

  it("holds as many lines of a run of 10 000 steps as are seen", async () => {
    const id = await start("long");
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}`);
    await selected(page).waitFor();
    await page.keyboard.press("e");
    await page.waitForFunction("document.querySelector('[role=treegrid]').getAttribute('aria-rowcount') === '15003'");
    await page.keyboard.press("Home");
    await page.keyboard.press("End");
    assert.match(await selected(page).innerText(), /count/);
    assert.ok((await page.locator("[role=row].lane").count()) < 120);
    await page.keyboard.press("3");
    await page.getByText("10003 events").or(page.getByText("10 003 events")).first().waitFor();
    assert.ok((await page.locator(".log-line").count()) < 120);
  });

  it("shows the beginning of a large payload, and a way to all of it", async () => {
    const id = await start("dump");
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}?span=dump&tab=raw`);
    await page.getByText("too much to lay out").waitFor();
    assert.ok((await page.locator(".value").first().innerText()).length < 20_000);
    const link = page.getByRole("link", { name: "Download" });
    const whole = await product.ask((await link.getAttribute("href")) ?? "");
    const { output } = (await whole.json()) as { output: { value: unknown[] } };
    assert.equal(output.value.length, 60_000);
  });

  it("forks from a step after it has said what is kept, and lays both beside one another", async () => {
    const id = await start("pages", { n: 1 });
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}?span=write`);
    await page.getByRole("button", { name: "Fork from here" }).click();
    const dialog = page.getByRole("dialog");
    assert.match(await dialog.innerText(), /3 steps that ended before it/);
    await dialog.getByRole("button", { name: "Fork from here" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/runs/run_") && !url.pathname.endsWith(id));
    await page.getByText("a fork of").waitFor();
    const other = await start("pages", { n: 1, word: "two" });
    await page.goto(`${person.origin}/runs/compare?a=${id}&b=${other}`);
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("j");
    await page.locator("del", { hasText: "one" }).first().waitFor();
    assert.equal(await page.locator("ins").first().innerText(), "two");
    assert.deepEqual(await axeFindings(page), []);
    assert.deepEqual(person.faults, []);
  });

  it("reads on a phone: the transcript first, a step over the page, and back", async () => {
    const id = await start("breaks");
    await using person = await visit(browser, product, { width: 320, height: 640 });
    const page = await person.open(`/runs/${id}`);
    await page.locator("#run-panel[aria-labelledby=run-tab-transcript]").waitFor();
    await page.getByRole("button", { name: "item 2 › words" }).click();
    await page.getByLabel("Step", { exact: true }).getByText("b has no words").waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await page.getByRole("button", { name: "Close" }).click();
    assert.equal(await page.getByLabel("Step", { exact: true }).isVisible(), false);
  });
});
