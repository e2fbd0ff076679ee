// What is on the screen is what is: runs that are started elsewhere, questions that are answered elsewhere, many tabs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settled, visit } from "../../support/browser.ts";
import { until } from "../../support/command.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { runToIdle, startRun, useStage } from "../../support/web-journey.ts";

describe("a page that is open", { skip: needs("chromium", chromiumProgram()) }, () => {
  const stage = useStage();

  it("tells of a run that is started elsewhere, and of its states, without a reload", async () => {
    const { browser, product } = stage();
    product.flow("gated", `run: (step) => step.run("wait", () => opened("live")),`);
    await runToIdle(product, "hello", { name: "first" });
    await using person = await visit(browser, product);
    const page = await person.open("/runs");
    await settled(page);
    await page.evaluate("window.isTheSamePage = true");
    const row = page.getByRole("row").filter({ hasText: "gated" });
    await startRun(product, "gated");
    const pill = page.getByRole("button", { name: /1 new run/ });
    await pill.waitFor();
    assert.equal(await row.count(), 0, "rows move only when they are asked to");
    await pill.click();
    await row.getByText("running").waitFor();
    product.open("live");
    await row.getByText("succeeded").waitFor();
    assert.equal(await page.evaluate("window.isTheSamePage"), true);
    assert.deepEqual(person.faults, []);
  });

  it("shows a question as a cue while it waits, and no more once it is answered in another tab", async () => {
    const { browser, product } = stage();
    await runToIdle(product, "hello");
    await using person = await visit(browser, product);
    const [watching, deciding] = [await person.open("/"), await person.open("/reviews")];
    const cue = watching.getByRole("list", { name: "Waiting for you" }).getByText("Is it good?");
    await settled(watching);
    assert.equal(await cue.count(), 0);
    await runToIdle(product, "asks");
    await cue.waitFor();
    await until("the title counts it", async () => (await watching.title()).startsWith("(1) "));
    await deciding.getByRole("link", { name: /Is it good\?/ }).click();
    await deciding.getByRole("button", { name: /^yes/ }).click();
    await cue.waitFor({ state: "detached" });
    await until("the title counts none", async () => !(await watching.title()).startsWith("("));
    assert.deepEqual(person.faults, []);
  });

  it("shares one event stream with the other tabs, and takes it over when the tab that read it is closed", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const streams: string[] = [];
    person.context.on("request", (request) => {
      if (new URL(request.url()).pathname === "/api/events/stream") streams.push(request.url());
    });
    const first = await person.open("/runs");
    await first.getByText("live", { exact: true }).waitFor();
    const second = await person.open("/");
    const third = await person.open("/flows");
    for (const page of [second, third]) await page.getByText("live", { exact: true }).waitFor();
    const id = await runToIdle(product, "hello");
    await second.locator(`a[href="/runs/${id}"]`).first().waitFor();
    assert.equal(streams.length, 1, "one stream for three tabs");
    await first.close();
    await until("another tab reads it", () => streams.length === 2);
    const next = await runToIdle(product, "hello");
    await second.locator(`a[href="/runs/${next}"]`).first().waitFor();
    assert.equal(streams.length, 2);
    assert.deepEqual(person.faults, []);
  });
});
