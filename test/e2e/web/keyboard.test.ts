// Everything without a pointer.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { settled, visit } from "../../support/browser.ts";
import { until } from "../../support/command.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { runOf, runToIdle, useStage } from "../../support/web-journey.ts";

describe("the keyboard alone", { skip: needs("chromium", chromiumProgram()) }, () => {
  const stage = useStage();

  it("goes to the runs, moves, selects, looks into one and opens it", async () => {
    const { browser, product } = stage();
    const older = await runToIdle(product, "hello", { name: "older" });
    const newer = await runToIdle(product, "hello", { name: "newer" });
    await using person = await visit(browser, product);
    const page = await person.open("/");
    await settled(page);
    await press(page, "g", "u");
    await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
    await page.getByRole("row").filter({ hasText: "hello" }).first().waitFor();
    await press(page, "j");
    await press(page, "x");
    assert.equal(await page.getByRole("checkbox", { name: `Select ${older}` }).isChecked(), true);
    await page.getByText("1 selected").waitFor();
    await press(page, "Escape");
    await page.getByText("1 selected").waitFor({ state: "detached" });
    await press(page, "Enter");
    await page.getByRole("complementary", { name: `Run ${older}` }).waitFor();
    await press(page, "k");
    await page.getByRole("complementary", { name: `Run ${newer}` }).waitFor();
    await press(page, "Escape");
    await page.getByRole("complementary").waitFor({ state: "detached" });
    await press(page, "Enter");
    await page.getByRole("complementary", { name: `Run ${newer}` }).waitFor();
    await press(page, "Enter");
    await page.waitForURL(`**/runs/${newer}*`);
    await page.goBack();
    await page.getByRole("complementary", { name: `Run ${newer}` }).waitFor();
    assert.deepEqual(person.faults, []);
  });

  it("filters with `/`, and letters are letters while somebody types", async () => {
    const { browser, product } = stage();
    await runToIdle(product, "fails");
    await using person = await visit(browser, product);
    const page = await person.open("/runs");
    await settled(page);
    await press(page, "/");
    await page.keyboard.type("flow:fails g u x j ?");
    assert.equal(await page.getByRole("textbox", { name: "Filter runs" }).inputValue(), "flow:fails g u x j ?");
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.equal(new URL(page.url()).pathname, "/runs");
    await page.getByRole("textbox", { name: "Filter runs" }).fill("flow:fails");
    await press(page, "Enter");
    await until("the address has the filter", () => new URL(page.url()).searchParams.get("q") === "flow:fails");
    await page.getByRole("row").filter({ hasText: "hello" }).first().waitFor({ state: "detached" });
    await page.getByRole("row").filter({ hasText: "fails" }).first().waitFor();
    assert.deepEqual(person.faults, []);
  });

  it("presses the button that has the focus, also where Enter is a key of the page", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/runs");
    await settled(page);
    await page.getByRole("button", { name: "Failed", exact: true }).focus();
    await press(page, "Enter");
    await until("the view is open", () => new URL(page.url()).searchParams.get("q") === "status:failed");
    assert.equal(await page.getByRole("complementary").count(), 0);
    assert.deepEqual(person.faults, []);
  });

  it("finds a flow in the palette and starts it from its form", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/");
    await settled(page);
    await press(page, "ControlOrMeta+k");
    await page.keyboard.type("hello");
    await page.getByRole("option", { name: /hello/ }).first().waitFor();
    await press(page, "Enter");
    await page.waitForURL("**/flows/hello");
    await tabTo(page, page.getByRole("textbox", { name: "name" }));
    await page.keyboard.type("Keys");
    await press(page, "Enter");
    await page.waitForURL("**/runs/run_*");
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await until("it has run", async () => (await runOf(product, id)).status === "succeeded");
    assert.equal((await runOf(product, id)).output, "Hello, Keys");
    assert.deepEqual(person.faults, []);
  });

  it("lists the keys of the page it is on with `?`, and closes the list with Esc", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/runs");
    await settled(page);
    await press(page, "?");
    const dialog = page.getByRole("dialog", { name: "Keys of this page" });
    await dialog.getByText("select the run").waitFor();
    await dialog.getByText("go to Overview").waitFor();
    await press(page, "Escape");
    await dialog.waitFor({ state: "detached" });
    await press(page, "g", "r");
    await page.getByRole("heading", { name: "Reviews" }).waitFor();
    await press(page, "?");
    assert.equal(await dialog.getByText("select the run").count(), 0);
    assert.deepEqual(person.faults, []);
  });

  it("decides three reviews: reads one to its end and approves, rejects one with its reason, answers one", async () => {
    const { browser, product } = stage();
    product.flow(
      "long",
      `run: (step) => step.review("long", { title: "Send the letter?", payload: { text: "A line of it.\\n".repeat(200) } }),`,
    );
    product.flow(
      "short",
      `run: (step) => step.review("short", { title: "Delete the draft?", payload: { draft: 3 } }),`,
    );
    const runs = [
      await runToIdle(product, "long"),
      await runToIdle(product, "short"),
      await runToIdle(product, "asks"),
    ];
    await using person = await visit(browser, product);
    const page = await person.open("/");
    await settled(page);
    await press(page, "g", "r");
    await page.getByRole("heading", { name: "Send the letter?" }).waitFor();
    await press(page, "a");
    assert.equal(
      (await runOf(product, runs[0] ?? "")).status,
      "waiting",
      "an approval before the end was seen is none",
    );
    await tabTo(page, page.locator(".review-body"));
    await press(page, "End");
    await page.getByText("Seen to its end.").waitFor();
    await press(page, "a");
    await page.getByRole("heading", { name: "Delete the draft?" }).waitFor();
    await press(page, "r");
    await page.getByRole("dialog").getByRole("textbox").waitFor();
    await page.keyboard.type("It is still needed.");
    await press(page, "ControlOrMeta+Enter");
    await page.getByRole("heading", { name: "Is it good?" }).waitFor();
    await page.getByText("Seen to its end.").waitFor();
    await press(page, "2");
    await page.getByText("Nothing waits for you").waitFor();
    const ended = await Promise.all(
      runs.map((id) =>
        until("it has ended", async () =>
          (await runOf(product, id)).status === "waiting" ? null : runOf(product, id),
        ),
      ),
    );
    assert.deepEqual(
      ended.map(({ status }) => status),
      ["succeeded", "failed", "succeeded"],
    );
    assert.partialDeepStrictEqual(ended[2]?.output, { answer: "no" });
    assert.deepEqual(person.faults, []);
  });
});

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** Goes on with Tab until the element has the focus. */
async function tabTo(page: Page, element: ReturnType<Page["locator"]>): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if ((await element.and(page.locator(":focus")).count()) > 0) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("60 times Tab did not lead there");
}
