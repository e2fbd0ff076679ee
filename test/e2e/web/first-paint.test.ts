// What a page needs to be drawn for the first time: everything comes with it, and no more is drawn than can be seen.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { settled, visit, type Visit } from "../../support/browser.ts";
import { until } from "../../support/command.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { runToIdle, startRun, useStage } from "../../support/web-journey.ts";

const stored = 130;

describe("the first paint", { skip: needs("chromium", chromiumProgram()) }, () => {
  const stage = useStage();

  it("needs no question to the daemon, and no script that another script has to ask for", async () => {
    const { browser, product } = stage();
    await runToIdle(product, "hello");
    await runToIdle(product, "asks");
    await using person = await visit(browser, product);
    for (const path of ["/", "/runs", "/runs?q=flow%3Ahello"]) {
      const asked = requestsOf(person);
      const page = await person.open(path);
      await settled(page);
      await page.getByText("live", { exact: true }).waitFor();
      // These ask another server, or go on for ever.
      const questions = asked.filter((request) => !["/api/models/queue", "/api/events/stream"].includes(request));
      assert.deepEqual(
        questions.filter((request) => request.startsWith("/api/")),
        [],
        path,
      );
      const named = await page.evaluate("[...document.querySelectorAll('head [href], head [src]')].length");
      const files = questions.filter((request) => request !== path.split("?")[0]);
      assert.ok(files.length <= Number(named), `${path}: ${files.join(" ")}`);
      assert.deepEqual(person.faults, []);
      await page.close();
    }
  });

  it("is as new as the events that follow it: what happens meanwhile is shown", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.context.newPage();
    // The page has its answers, and its script comes only when another run has begun and ended.
    const held = Promise.withResolvers<void>();
    await page.route(/\/assets\/index-.*\.js$/, async (route) => {
      await held.promise;
      await route.continue();
    });
    const opened = page.goto(`${person.origin}/`);
    await page.waitForRequest(/\/assets\/index-.*\.js$/);
    const id = await runToIdle(product, "hello");
    held.resolve();
    await opened;
    await page.locator(`a[href="/runs/${id}"]`).first().waitFor();
    assert.deepEqual(person.faults, []);
  });

  it("draws the rows of the list that can be seen, however many there are, and the others while one scrolls", async () => {
    const { browser, product } = stage();
    await Promise.all(Array.from({ length: stored }, () => startRun(product, "hello")));
    await using person = await visit(browser, product);
    const page = await person.open("/runs");
    await settled(page);
    const rows = page.locator(".list-line[aria-rowindex]");
    const [list, view] = await heights(page);
    assert.ok(list < view, `the list of ${list} pixels is scrolled in a window of ${view}`);
    assert.ok((await rows.count()) < stored / 2, `${await rows.count()} rows are drawn`);
    const last = page.locator(`.list-line[aria-rowindex='${stored}']`);
    await until("the list has scrolled to its end", async () => {
      await page.evaluate("document.querySelector('.list-scroll').scrollTop = 1e6");
      return (await last.count()) === 1;
    });
    assert.ok((await rows.count()) < stored / 2, `${await rows.count()} rows are drawn`);
    assert.deepEqual(person.faults, []);
  });
});

/** The paths that this person's pages ask for from now on. */
function requestsOf({ context }: Visit): string[] {
  const asked: string[] = [];
  context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  return asked;
}

async function heights(page: Page): Promise<[list: number, view: number]> {
  return (await page.evaluate("[document.querySelector('.list-scroll').clientHeight, innerHeight]")) as [
    number,
    number,
  ];
}
