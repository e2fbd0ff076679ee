// Starting runs from a form, schedules, and what is done to many runs at once.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { settled, visit } from "../../support/browser.ts";
import { until } from "../../support/command.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { runOf, runToIdle, startRun, useStage } from "../../support/web-journey.ts";

describe("a flow's page", { skip: needs("chromium", chromiumProgram()) }, () => {
  const stage = useStage();

  it("makes a form of the input's schema, tells what is wrong at its field, and starts the flow", async () => {
    const { browser, product } = stage();
    product.flow(
      "orders",
      `input: z.object({
        item: z.string().min(3).describe("What is ordered"),
        amount: z.int().min(1).default(1),
        speed: z.enum(["slow", "fast"]).default("slow"),
        gift: z.boolean().default(false),
        tags: z.array(z.string()).default([]),
      }),
      run: (step, input) => step.run("order", () => input),`,
    );
    await using person = await visit(browser, product);
    const page = await person.open("/flows/orders");
    await settled(page);
    const start = page.getByRole("button", { name: "Start orders" });
    await page.getByText("What is ordered").waitFor();
    await start.click();
    assert.match(await fieldOf(page, "item").innerText(), /is needed/);
    await fieldOf(page, "item").getByRole("textbox").fill("ab");
    await start.click();
    await until("the daemon's word stands at the field", async () => /3/.test(await fieldOf(page, "item").innerText()));
    assert.equal(await fieldOf(page, "item").getByRole("textbox").inputValue(), "ab", "what was typed is there still");
    await fieldOf(page, "item").getByRole("textbox").fill("bread");
    await fieldOf(page, "amount").locator("input").fill("2");
    await fieldOf(page, "speed").locator("select").selectOption("fast");
    await page.getByRole("checkbox").check();
    await fieldOf(page, "tags").locator("textarea").fill("fresh\nwarm");
    await start.click();
    await page.waitForURL("**/runs/run_*");
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await until("it has run", async () => (await runOf(product, id)).status === "succeeded");
    assert.deepEqual((await runOf(product, id)).output, {
      item: "bread",
      amount: 2,
      speed: "fast",
      gift: true,
      tags: ["fresh", "warm"],
    });
    assert.deepEqual(withoutRefusals(person.faults), []);
  });

  it("fills the form with an input from before", async () => {
    const { browser, product } = stage();
    await runToIdle(product, "orders", { item: "a table", amount: 7 });
    await using person = await visit(browser, product);
    const page = await person.open("/flows/orders");
    await page.getByRole("button", { name: /a table/ }).click();
    assert.equal(await fieldOf(page, "item").getByRole("textbox").inputValue(), "a table");
    assert.equal(await fieldOf(page, "amount").locator("input").inputValue(), "7");
    assert.deepEqual(person.faults, []);
  });

  it("gets a schedule, tells when it runs next, and loses it again", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/flows/hello");
    await settled(page);
    await page.getByText("It runs only when it is started.").waitFor();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("When").fill("99 9 * * *");
    await dialog.getByRole("button", { name: "Add schedule" }).click();
    await dialog.getByRole("alert").waitFor();
    await dialog.getByLabel("When").fill("12h");
    await dialog.getByRole("button", { name: "Add schedule" }).click();
    await page.getByText(/next in/).waitFor();
    assert.equal(((await product.client.call("schedule.list", {})) as unknown[]).length, 1);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Resume" }).waitFor();
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByText("It runs only when it is started.").waitFor();
    assert.deepEqual(await product.client.call("schedule.list", {}), []);
    assert.deepEqual(withoutRefusals(person.faults), []);
  });
});

describe("many runs at once", { skip: needs("chromium", chromiumProgram()) }, () => {
  const stage = useStage();

  it("are cancelled after a look at which can be, and each says how it went", async () => {
    const { browser, product } = stage();
    product.flow("holds", `run: (step) => step.waitFor("something", { event: "never" }),`);
    const done = await runToIdle(product, "hello");
    const open = [await startRun(product, "holds"), await startRun(product, "holds")];
    for (const id of open) await until("it waits", async () => (await runOf(product, id)).status === "waiting");
    await using person = await visit(browser, product);
    const page = await person.open("/runs");
    await settled(page);
    for (const id of [done, ...open]) await page.getByRole("checkbox", { name: `Select ${id}` }).check();
    await page.getByText("3 selected").waitFor();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Cancel 2 runs" });
    await dialog.getByText(/left alone/).waitFor();
    assert.equal(await dialog.getByRole("listitem").count(), 3);
    await dialog.getByRole("button", { name: "Cancel 2 runs" }).click();
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByText("3 selected").waitFor({ state: "detached" });
    for (const id of open)
      await until("it is cancelled", async () => (await runOf(product, id)).status === "cancelled");
    assert.equal((await runOf(product, done)).status, "succeeded");
    assert.deepEqual(person.faults, []);
  });
});

function fieldOf(page: Page, name: string): ReturnType<Page["locator"]> {
  return page
    .locator(".input-form label.field, .input-form .field")
    .filter({ hasText: new RegExp(`^${name}`) })
    .first();
}

/** The browser tells of every answer that is a refusal; here they were asked for. */
function withoutRefusals(faults: readonly string[]): readonly string[] {
  return faults.filter((fault) => !/the server responded with a status of 4\d\d/.test(fault));
}
