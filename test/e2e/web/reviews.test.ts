// Decisions with a pointer, and with a thumb.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { settled, visit } from "../../support/browser.ts";
import { until } from "../../support/command.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { runOf, runToIdle, useStage } from "../../support/web-journey.ts";

const letter = "A line of the letter.\n".repeat(200);

describe("a review", { skip: needs("chromium", chromiumProgram()) }, () => {
  const stage = useStage();

  it("cannot be approved before its payload was on the screen to its end", async () => {
    const { browser, product } = stage();
    product.flow(
      "sends",
      `run: (step) => step.review("send", { title: "Send the letter?", payload: { to: "all", text: ${JSON.stringify(letter)} } }),`,
    );
    const run = await runToIdle(product, "sends");
    await using person = await visit(browser, product);
    const page = await person.open("/reviews");
    await page.getByRole("heading", { name: "Send the letter?" }).waitFor();
    const approve = page.getByRole("button", { name: /^Approve/ });
    await page.getByText("Read to the end first").waitFor();
    assert.equal(await approve.isDisabled(), true);
    assert.equal(await page.getByRole("button", { name: /^Edit and approve/ }).isDisabled(), true);
    await scrollToEnd(page);
    await page.getByText("Seen to its end.").waitFor();
    await approve.click();
    await page.getByText("Nothing waits for you").waitFor();
    assert.equal((await ended(run)).status, "succeeded");
    assert.deepEqual(person.faults, []);
  });

  it("hands the payload as it was edited to the run, once the text is what it was: JSON", async () => {
    const { browser, product } = stage();
    product.flow(
      "pays",
      `run: async (step) => (await step.review("pay", { title: "Pay it?", payload: { amount: 5, to: "Ada" } })).payload,`,
    );
    const run = await runToIdle(product, "pays");
    await using person = await visit(browser, product);
    const page = await person.open("/reviews");
    await page.getByText("Seen to its end.").waitFor();
    await page.getByRole("button", { name: /^Edit and approve/ }).click();
    const dialog = page.getByRole("dialog");
    const text = dialog.getByRole("textbox");
    await dialog.getByText("Nothing is changed yet.").waitFor();
    await text.fill('{ "amount": 50, ');
    await dialog.getByText(/This is not JSON/).waitFor();
    assert.equal(await dialog.getByRole("button", { name: "Approve as edited" }).isDisabled(), true);
    await text.fill('{ "amount": 50, "to": "Ada" }');
    await dialog.getByRole("button", { name: "Approve as edited" }).click();
    await page.getByText("Nothing waits for you").waitFor();
    assert.deepEqual((await ended(run)).output, { amount: 50, to: "Ada" });
    assert.deepEqual(person.faults, []);
  });

  it("needs a reason to be rejected, which the run is told", async () => {
    const { browser, product } = stage();
    product.flow(
      "asks-and-tells",
      `run: (step) => step.review("go", { title: "Go on?", payload: 1 }).catch((error) => error.message),`,
    );
    const run = await runToIdle(product, "asks-and-tells");
    await using person = await visit(browser, product);
    const page = await person.open("/reviews");
    await page.getByRole("button", { name: /^Reject/ }).click();
    const dialog = page.getByRole("dialog");
    const reject = dialog.getByRole("button", { name: "Reject" });
    assert.equal(await reject.isDisabled(), true);
    await dialog.getByRole("textbox").fill("Not before Monday.");
    await reject.click();
    await page.getByText("Nothing waits for you").waitFor();
    assert.match(String((await ended(run)).output), /Not before Monday\./);
    assert.deepEqual(person.faults, []);
  });

  it("that was decided elsewhere is told as decided, and offers no decision any more", async () => {
    const { browser, product } = stage();
    await runToIdle(product, "asks");
    const [asked] = (await product.client.call("review.list", {})) as { id: string }[];
    await using person = await visit(browser, product);
    const page = await person.open(`/reviews/${asked?.id}`);
    const yes = page.getByRole("button", { name: /^yes/ });
    await yes.waitFor();
    await product.client.call("review.answer", { id: asked?.id, answer: "no" });
    await yes.waitFor({ state: "detached" });
    const item = page.locator(".review-item");
    await item.getByText("answered").first().waitFor();
    await item.getByText("no", { exact: true }).waitFor();
    assert.deepEqual(person.faults, []);
  });

  it("can be read and approved on a phone of 320 pixels with a thumb", async () => {
    const { browser, product } = stage();
    const run = await runToIdle(product, "sends");
    await using person = await visit(browser, product, { width: 320, height: 640, isPhone: true });
    const page = await person.open("/");
    await settled(page);
    await page.getByRole("link", { name: "Review", exact: true }).tap();
    await page.getByRole("heading", { name: "Send the letter?" }).waitFor();
    const approve = page.getByRole("button", { name: /^Approve/ });
    assert.equal(await approve.isDisabled(), true);
    const box = await approve.boundingBox();
    assert.ok(box && box.height >= 44 && box.y + box.height <= 640, `the button is in reach: ${JSON.stringify(box)}`);
    await scrollToEnd(page);
    await page.getByText("Seen to its end.").waitFor();
    await approve.tap();
    await page.getByText("Approved: Send the letter?").waitFor();
    assert.equal((await ended(run)).status, "succeeded");
    assert.deepEqual(person.faults, []);
  });

  async function ended(id: string): Promise<{ status: string; output: unknown }> {
    return until("the run has ended", async () => {
      const run = await runOf(stage().product, id);
      return run.status === "waiting" || run.status === "running" ? null : run;
    });
  }
});

/** As a person does: some lines at a time. */
async function scrollToEnd(page: Page): Promise<void> {
  await until("the end is in sight", async () => {
    await page.evaluate(
      "for (const element of document.querySelectorAll('.review-body, .main')) element.scrollBy(0, 600); scrollBy(0, 600)",
    );
    return (await page.getByText("Seen to its end.").count()) > 0;
  });
}
