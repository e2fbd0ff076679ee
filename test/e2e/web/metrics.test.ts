// The page of metrics in a real Chromium, over figures that are really kept: laid into the store for the hour before, and
// counted of runs that the product does.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { SeriesPoint } from "../../../src/observability/record.ts";
import { axeFindings, openBrowser, settled, visit, webAssets } from "../../support/browser.ts";
import { until } from "../../support/command.ts";
import { layTelemetry } from "../../support/laid-telemetry.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { serveProduct, type WebProduct } from "../../support/web-product.ts";

const skip = needs("chromium", chromiumProgram());

describe("the page of metrics", { skip, timeout: 300_000 }, () => {
  let browser: Browser;
  let product: WebProduct;
  const home = mkdtempSync(join(tmpdir(), "tutti-metrics-"));
  before(async () => {
    await layTelemetry(home, { points: lastHour(Date.now()) });
    const assets = await webAssets();
    [browser, product] = await Promise.all([
      openBrowser(),
      serveProduct({ assets, environment: { TUTTI_HOME: home } }),
    ]);
  });
  after(async () => {
    await browser?.close();
    await product?.[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  });

  it("shows the usual charts at first, and a run that is done now is in them soon", async () => {
    await using person = await visit(browser, product);
    const page = await person.open("/explore?range=1h");
    const outcomes = page.getByRole("article", { name: "Runs by outcome" });
    await outcomes.locator("canvas").waitFor();
    assert.match(await outcomes.innerText(), /failed[\s\S]*succeeded/);
    assert.match(await page.getByRole("article", { name: "How long runs take" }).innerText(), /p50[\s\S]*p95/);
    const { id } = (await product.client.call("run.start", { flow: "hello", input: {} })) as { id: string };
    await product.client.call("run.watch", { id, untilIdle: true });
    const expression = 'sum(tutti_runs_total{flow="hello"})';
    await until("the run is kept", async () => {
      const { series } = (await product.client.call("metric.query", { expression })) as { series: readonly unknown[] };
      return series.length > 0;
    });
    // A short time has a value every ten seconds, an hour one every half minute.
    const [from, to] = [Date.now() - 600_000, Date.now() + 60_000];
    await page.goto(`${person.origin}/explore?from=${from}&to=${to}&q=${encodeURIComponent(expression)}`);
    await page.locator(".chart-legend td.num").first().getByText("1", { exact: true }).waitFor();
    assert.deepEqual(person.faults, []);
  });

  it("finds a figure by a word and draws it as its type is looked at; labels make lines and choose values", async () => {
    await using person = await visit(browser, product);
    const page = await person.open("/explore?range=1h");
    await page.keyboard.press("/");
    await page.getByRole("textbox", { name: "Find a figure" }).fill("from the start of a run");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Run duration, p50 and p95" }).waitFor();
    const promql = page.getByRole("textbox", { name: "PromQL" });
    assert.match(await promql.inputValue(), /^histogram_quantile\(0\.5, .*\n.*0\.95, .*\[5m\]\)\)\)$/);
    await page.getByRole("group", { name: "A line for each" }).getByRole("button", { name: "flow" }).click();
    await lines(page, ["p95 nightly", "p50 triage"]);
    const some = page.getByRole("group", { name: "Only some values" });
    await some.getByRole("button", { name: "flow" }).click();
    await some.getByRole("checkbox", { name: "triage" }).check();
    await until("the other is gone", async () => !/p95 nightly/.test(await legend(page)));
    assert.match(await promql.inputValue(), /\{flow="triage"\}/);
    await page.reload();
    await lines(page, ["p50", "p95"]);
    assert.match(page.url(), /m=tutti_run_duration_seconds.*by=flow.*where=flow%3Atriage/);
    await page.getByRole("button", { name: "average" }).click();
    await until("the average is asked for", async () => /_sum.*\/.*_count/.test(await promql.inputValue()));
    assert.deepEqual(person.faults, []);
  });

  it("runs what is written, and shows where it is wrong as the daemon tells it", async () => {
    await using person = await visit(browser, product);
    const page = await person.open("/explore?range=1h&m=tutti_queue_age_seconds");
    const promql = page.getByRole("textbox", { name: "PromQL" });
    await promql.fill("max(tutti_queue_age_seconds) +");
    await page.keyboard.press("Enter");
    assert.match(await page.getByRole("alert").innerText(), /\(character \d+\)[\s\S]*\+\n\s+\^/);
    await promql.fill("max(tutti_queue_age_seconds)\nmin(tutti_queue_age_seconds)");
    await page.keyboard.press("Enter");
    await lines(page, ["max(tutti_queue_age_seconds)", "min(tutti_queue_age_seconds)"]);
    await page.goBack();
    await page.goBack();
    await page.getByRole("heading", { name: "Queue age" }).waitFor();
  });

  it("looks closer at what is dragged over, and back with two clicks or a key; arrows move the cursor", async () => {
    await using person = await visit(browser, product);
    const page = await person.open("/explore?range=1h&m=tutti_queue_age_seconds");
    const chart = page.getByRole("slider", { name: "Queue age: time" });
    const over = chart.locator(".u-over");
    await over.waitFor();
    const drag = async (): Promise<void> => {
      const box = await over.boundingBox();
      assert.ok(box);
      const y = box.y + box.height / 2;
      await page.mouse.move(box.x + box.width * 0.25, y);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.4, y, { steps: 4 });
      await page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
      await page.mouse.up();
      await page.waitForURL(/from=\d+&to=\d+/);
    };
    await drag();
    const times = new URL(page.url()).searchParams;
    const length = Number(times.get("to")) - Number(times.get("from"));
    assert.ok(Math.abs(length - 15 * 60_000) < 90_000, `${length} ms of an hour's quarter`);
    await over.dblclick();
    await page.waitForURL((url) => !url.searchParams.has("from"));
    await drag();
    await page.locator("h1").click();
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => !url.searchParams.has("from"));
    await chart.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    const last = Number(await chart.getAttribute("aria-valuemax"));
    await until("the cursor has moved", async () => (await chart.getAttribute("aria-valuenow")) === String(last - 1));
    assert.match((await chart.getAttribute("aria-valuetext")) ?? "", /^\d\d:\d\d:\d\d: all \d+(\.\d+)?\u202fs$/);
    await page.keyboard.press("+");
    await page.waitForURL(/from=\d+&to=\d+/);
    assert.deepEqual(person.faults, []);
  });

  it("keeps a chart on the page of this browser, until it is removed", async () => {
    await using person = await visit(browser, product);
    const page = await person.open("/explore?range=1h&m=tutti_storage_bytes&by=part");
    await page.getByRole("button", { name: "Keep on this page" }).click();
    await page.getByRole("button", { name: "All charts" }).click();
    const kept = page.getByRole("region", { name: "Kept here" });
    await kept.getByRole("link", { name: "Storage, by part" }).waitFor();
    await page.reload();
    await kept.locator("canvas").waitFor();
    await kept.getByRole("button", { name: "Remove Storage, by part" }).click();
    await until("it is gone", async () => (await kept.count()) === 0);
    assert.deepEqual(person.faults, []);
  });

  it("tells nothing in a time from nothing at all, and from a name that there is not", async () => {
    await using person = await visit(browser, product);
    const page = await person.open("/explore?range=1h&m=tutti_run_resumes_total");
    await page.getByRole("heading", { name: "Nothing of it has been kept yet" }).waitFor();
    await page.getByText("tutti run ").waitFor();
    await page.goto(`${person.origin}/explore?range=24h&q=${encodeURIComponent("tutti_queue_age_seconds > 1e9")}`);
    await page.getByRole("heading", { name: "Nothing of it in this time" }).waitFor();
    await page.getByText(/In this time figures are kept from .* on\./).waitFor();
    await page.goto(`${person.origin}/explore?m=no_such_figure`);
    await page.getByText("Nothing of this name is counted here").waitFor();
    assert.deepEqual(person.faults, []);
  });

  it("is without a finding of axe, light and dark, and needs no sideways scrolling from 320 to 2560 pixels", async () => {
    const paths = [
      "/explore",
      "/explore?m=tutti_runs_total&by=status&where=flow:triage",
      "/explore?q=tutti_storage_bytes",
    ];
    const looks = [{ colorScheme: "dark" }, { width: 320, height: 700 }, { width: 2560, height: 900 }] as const;
    for (const look of looks) {
      await using person = await visit(browser, product, look);
      for (const path of paths) {
        const page = await person.open(path);
        await settled(page, path);
        await page.locator("canvas").first().waitFor();
        assert.deepEqual(await axeFindings(page), [], `${path} ${JSON.stringify(look)}`);
        const [wide, view] = (await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")) as number[];
        assert.ok((wide ?? 0) <= (view ?? 0), `${path}: ${wide} of ${view}`);
        assert.deepEqual(person.faults, [], path);
        await page.close();
      }
    }
  });
});

function legend(page: Page): Promise<string> {
  return page.locator(".chart-legend").first().innerText();
}

async function lines(page: Page, names: readonly string[]): Promise<void> {
  await page.locator("canvas").first().waitFor();
  await until(`lines ${names.join(" and ")} are there`, async () => {
    const text = await legend(page);
    return names.every((name) => text.includes(name));
  });
}

const intervalMs = 10_000;
const bounds = [1, 10, 60];

/** What a host that has worked for an hour has kept. */
function lastHour(now: number): SeriesPoint[] {
  const to = Math.floor(now / intervalMs) * intervalMs;
  return Array.from({ length: 300 }, (_none, index) => pointsAt(to - index * intervalMs, index)).flat();
}

function pointsAt(at: number, index: number): SeriesPoint[] {
  const flow = index % 2 === 0 ? "triage" : "nightly";
  const status = index % 9 === 0 ? "failed" : "succeeded";
  const point = (name: string, labels: SeriesPoint["labels"], own: SeriesPoint["point"]): SeriesPoint => ({
    name,
    labels,
    at: at * 1_000,
    point: own,
  });
  const gauge = (value: number) => ({ type: "gauge", last: value, min: value, max: value }) as const;
  const duration = { type: "histogram", sum: 4, count: 1, bounds, counts: [0, 1, 0, 0] } as const;
  return [
    point("tutti_runs_total", { flow, status }, { type: "counter", sum: 1 }),
    point("tutti_run_duration_seconds", { flow, status }, duration),
    point("tutti_queue_age_seconds", {}, gauge(index % 50)),
    point("tutti_build_info", { version: "0.1.0" }, gauge(1)),
    ...["runs", "blobs", "logs", "memory", "telemetry", "rest"].map((part, size) =>
      point("tutti_storage_bytes", { part }, gauge(size * 1e6)),
    ),
  ];
}
