// One run: its waterfall by keys, what can be done with it, and runs that are very long or very heavy.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { settled, visit } from "../../support/browser.ts";
import { until } from "../../support/command.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { runOf, runToIdle, startRun, useStage } from "../../support/web-journey.ts";

const spans = 10_000;
const megabyte = 1_000_000;

describe("the page of a run", { skip: needs("chromium", chromiumProgram()) }, () => {
  const stage = useStage();

  it("selects the failed step, moves along the lines, folds them, and keeps the line in the address", async () => {
    const { browser, product } = stage();
    product.flow(
      "orders",
      `run: async (step) => {
        await step.run("prepare", () => 1);
        await step.map("each", ["a", "b"], (item, inner) => inner.run("pack " + item, () => item));
        await step.run("send", () => { throw new Error("no stamps"); }, { retry: { attempts: 1 } });
      },`,
    );
    const id = await runToIdle(product, "orders");
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}`);
    await settled(page);
    const lines = page.getByRole("treegrid", { name: "Waterfall" });
    await selectedLine(page).filter({ hasText: "send" }).waitFor();
    await page.getByText("no stamps").first().waitFor();
    await page.keyboard.press("t");
    await page.keyboard.press("ArrowDown");
    await selectedLine(page).filter({ hasText: "prepare" }).waitFor();
    await lines.getByText("pack a").waitFor();
    await page.keyboard.press("w");
    await lines.getByText("pack a").waitFor({ state: "detached" });
    await page.keyboard.press("e");
    await lines.getByText("pack a").waitFor();
    await page.keyboard.press("n");
    await selectedLine(page).filter({ hasText: "send" }).waitFor();
    await page.reload();
    await selectedLine(page).filter({ hasText: "send" }).waitFor();
    for (const [key, view] of [
      ["2", "transcript"],
      ["3", "log"],
      ["4", "graph"],
      ["1", "waterfall"],
    ] as const) {
      await page.keyboard.press(key);
      await page
        .getByRole("tab", { selected: true })
        .filter({ hasText: new RegExp(view, "i") })
        .waitFor();
    }
    assert.deepEqual(person.faults, []);
  });

  it("is tried again after a question, and laid beside the new one", async () => {
    const { browser, product } = stage();
    product.flow(
      "shaky",
      `run: (step) => step.run("try", () => { if (!existsSync(${JSON.stringify(`${product.folder}/fixed.gate`)})) throw new Error("broken"); return "whole"; }, { retry: { attempts: 1 } }),`,
    );
    const id = await runToIdle(product, "shaky");
    product.open("fixed");
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}`);
    await settled(page);
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Retry", exact: true }).click();
    await until("the new run is open", () => !page.url().includes(id) && /\/runs\/run_/.test(page.url()));
    const made = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await until("it has run", async () => (await runOf(product, made)).status === "succeeded");
    await page.locator(".run-figures").getByText("succeeded").waitFor();
    await page.getByRole("button", { name: "Compare" }).first().click();
    await page.getByRole("dialog").getByRole("button").filter({ hasText: "comes from" }).click();
    await page.waitForURL(`**/runs/compare?a=${id}&b=${made}`);
    await settled(page);
    await page.getByText("try").first().waitFor();
    assert.deepEqual(person.faults, []);
  });

  it("is forked from the step that is selected", async () => {
    const { browser, product } = stage();
    product.flow(
      "two",
      `run: async (step) => { const a = await step.run("first", () => 1); return (await step.run("second", () => a + 1)); },`,
    );
    const id = await runToIdle(product, "two");
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}`);
    await settled(page);
    await page.getByRole("treegrid").getByText("second").click();
    await page.getByRole("button", { name: /fork/i }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 step that ended before it").waitFor();
    await dialog.locator(".btn.primary").click();
    await until("the new run is open", () => !page.url().includes(id) && /\/runs\/run_/.test(page.url()));
    const made = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await until("it has run", async () => (await runOf(product, made)).status === "succeeded");
    assert.deepEqual(person.faults, []);
  });

  it("is cancelled with a reason while it waits", async () => {
    const { browser, product } = stage();
    product.flow("holds", `run: (step) => step.waitFor("something", { event: "never" }),`);
    const id = await startRun(product, "holds");
    await until("it waits", async () => (await runOf(product, id)).status === "waiting");
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}`);
    await settled(page);
    await page.getByRole("button", { name: "Cancel run" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("not needed");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel run" }).click();
    await page.locator(".run-figures").getByText("cancelled").waitFor();
    assert.equal((await runOf(product, id)).status, "cancelled");
    assert.deepEqual(person.faults, []);
  });

  it(`of ${spans} steps has a window of lines in the page, and its last line is a key away`, async () => {
    const { browser, product } = stage();
    product.flow(
      "many",
      `run: async (step) => { await step.map("all", Array.from({ length: ${spans} }, (_, n) => n), (n, inner) => inner.run("part " + n, () => n), { concurrency: 100 }); },`,
    );
    const id = await startRun(product, "many");
    await until("it has run", async () => (await runOf(product, id)).status === "succeeded", { withinMs: 300_000 });
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}`);
    const lines = page.getByRole("treegrid", { name: "Waterfall" });
    await lines.waitFor({ timeout: 120_000 });
    await settled(page);
    const rows = lines.locator("[aria-rowindex]");
    await page.keyboard.press("e");
    await until(
      "all are there to be scrolled to",
      async () => Number(await lines.getAttribute("aria-rowcount")) > spans,
    );
    assert.ok((await rows.count()) < 150, `${await rows.count()} rows in the page`);
    await page.keyboard.press("t");
    await page.keyboard.press("End");
    await lines.getByText(`part ${spans - 1}`, { exact: true }).waitFor({ timeout: 60_000 });
    for (let place = 0; place < 20; place++) {
      await page.evaluate(`document.querySelector(".system").scrollTop = ${place * 12_000}`);
      assert.ok((await rows.count()) < 150);
    }
    await page.keyboard.press("Home");
    await lines.getByText("part 0", { exact: true }).waitFor();
    assert.deepEqual(person.faults, []);
  });

  it("shows the beginning of 50 MB and stays at hand", async () => {
    const { browser, product } = stage();
    product.flow(
      "heavy",
      `run: async (step) => { await step.run("load", () => "tutti ".repeat(${((50 * megabyte) / 6) | 0})); },`,
    );
    const id = await startRun(product, "heavy");
    await until("it has run", async () => (await runOf(product, id)).status === "succeeded", { withinMs: 120_000 });
    await using person = await visit(browser, product);
    const page = await person.open(`/runs/${id}`);
    await settled(page);
    await page.getByRole("treegrid").getByText("load").click();
    await page
      .getByText(/too much to lay out/)
      .first()
      .waitFor();
    const shown = (await page.evaluate("document.body.innerText.length")) as number;
    assert.ok(shown < 2 * megabyte, `${shown} characters on the page`);
    await page.keyboard.press("t");
    await page.keyboard.press("g");
    await page.keyboard.press("u");
    await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
    assert.deepEqual(person.faults, []);
  });
});

function selectedLine(page: Page): ReturnType<Page["locator"]> {
  return page.getByRole("treegrid", { name: "Waterfall" }).locator('[aria-selected="true"]');
}
