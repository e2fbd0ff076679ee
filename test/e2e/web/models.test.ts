// Models and budgets: got, probed, removed; made, changed, removed.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settled, visit } from "../../support/browser.ts";
import { until } from "../../support/command.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { useStage } from "../../support/web-journey.ts";

const layers = [{ digest: `sha256:${"ab".repeat(32)}`, size: 2_000_000_000 }];
const model = { layers, digest: "cd".repeat(32) };

describe("the page of the models", { skip: needs("chromium", chromiumProgram()) }, () => {
  const stage = useStage();

  it("shows how far a pull has come, lets it be stopped, and goes on from there", async () => {
    const { browser, product } = stage();
    product.ollama.setRegistry({ "small:1b": { ...model, hang: true } });
    await using person = await visit(browser, product);
    const page = await person.open("/models");
    await settled(page);
    await page.getByRole("button", { name: "Pull a model" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox").fill("small:1b");
    await dialog.getByRole("button", { name: "Pull", exact: true }).click();
    await dialog.getByRole("progressbar").waitFor();
    await dialog.getByText(/of 2.GB/).waitFor();
    await dialog.getByRole("button", { name: "Stop" }).click();
    await product.ollama.abandoned();
    product.ollama.setRegistry({ "small:1b": model });
    await dialog.getByRole("button", { name: "Pull", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "small:1b" }).waitFor();
    assert.deepEqual(person.faults, []);
  });

  it("says what the server says when there is no such model", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/models");
    await settled(page);
    await page.getByRole("button", { name: "Pull a model" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox").fill("nowhere");
    await dialog.getByRole("button", { name: "Pull", exact: true }).click();
    assert.match(await dialog.getByRole("alert").innerText(), /nowhere/);
  });

  it("probes a model, shows what was found, and removes it after a question", async () => {
    const { browser, product } = stage();
    product.ollama.setModels(["tiny-chat", "spare"]);
    await using person = await visit(browser, product);
    const page = await person.open("/models");
    await page.getByRole("button", { name: /^spare/ }).click();
    await page.getByText("It was not probed yet").waitFor();
    await page.getByRole("button", { name: "Probe" }).click();
    await page.getByText("context granted").waitFor({ timeout: 120_000 });
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Remove .*spare/ })
      .click();
    await page.getByRole("button", { name: /^spare/ }).waitFor({ state: "detached" });
    assert.ok(product.ollama.requests.includes("DELETE /api/delete"));
    assert.deepEqual(person.faults, []);
  });
});

describe("the page of the costs", { skip: needs("chromium", chromiumProgram()) }, () => {
  const stage = useStage();

  it("makes a budget, changes its limit and removes it", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/costs");
    await settled(page);
    await page.getByText("There is none").waitFor();
    await page.getByRole("button", { name: "New budget" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("daily");
    await dialog.getByRole("textbox", { name: "Limit" }).fill("0");
    await dialog.getByRole("button", { name: "Make the budget" }).click();
    await dialog.getByRole("alert").waitFor();
    await dialog.getByRole("textbox", { name: "Limit" }).fill("20000");
    await dialog.getByRole("button", { name: "Make the budget" }).click();
    await page.getByRole("meter", { name: "daily" }).waitFor();
    await page.getByRole("button", { name: "daily" }).click();
    assert.equal(await dialog.getByRole("textbox", { name: "Limit" }).inputValue(), "20000");
    await dialog.getByRole("textbox", { name: "Limit" }).fill("5000");
    await dialog.getByRole("button", { name: "Change the budget" }).click();
    await until("the daemon has the new limit", async () => {
      const [budget] = (await product.client.call("budget.list", {})) as { limit: number }[];
      return budget?.limit === 5000;
    });
    await page.getByText(/of 5.k/).waitFor();
    await page.getByRole("button", { name: "daily" }).click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.getByText("There is none").waitFor();
  });
});
