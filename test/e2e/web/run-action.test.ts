// What can be done with one run; run.test.ts has how it is looked at.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settled, visit } from "../../support/browser.ts";
import { until } from "../../support/command.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { runOf, runToIdle, startRun, useStage } from "../../support/web-journey.ts";

const megabyte = 1_000_000;

describe("what is done on the page of a run", { skip: needs("chromium", chromiumProgram()) }, () => {
  const stage = useStage();

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
    await page.locator(".score-figures").getByText("succeeded").waitFor();
    await page.getByRole("button", { name: "Compare" }).first().click();
    await page.getByRole("dialog").getByRole("button").filter({ hasText: "comes from" }).click();
    await page.waitForURL(`**/runs/compare?a=${id}&b=${made}`);
    await settled(page);
    await page.getByText("try").first().waitFor();
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
    await page.locator(".score-figures").getByText("cancelled").waitFor();
    assert.equal((await runOf(product, id)).status, "cancelled");
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
