// The pages of traces and of the log in a real Chromium, over telemetry that is really stored.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { LogRecord, SpanRecord } from "../../../src/observability/record.ts";
import { axeFindings, openBrowser, settled, visit, webAssets } from "../../support/browser.ts";
import { until } from "../../support/command.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { layTelemetry } from "../../support/laid-telemetry.ts";
import { logRecord, span } from "../../support/telemetry.ts";
import { serveProduct, type WebProduct } from "../../support/web-product.ts";

const skip = needs("chromium", chromiumProgram());
const bigTrace = "b".repeat(32);
const failedTrace = "f".repeat(32);
const bigSpans = 10_000;

describe("the pages of traces and of the log", { skip, timeout: 300_000 }, () => {
  let browser: Browser;
  let product: WebProduct;
  const home = mkdtempSync(join(tmpdir(), "tutti-observe-"));
  before(async () => {
    const now = Date.now() * 1_000;
    await layTelemetry(home, { spans: [...small(now), ...big(now), ...failing(now)], logs: lines(now) });
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

  it("list the traces, newest first, and find those that failed; a key opens one", async () => {
    await using person = await visit(browser, product);
    const page = await person.open("/traces");
    await settled(page);
    const rows = page.locator(".list-line[aria-rowindex]");
    assert.match(await rows.first().innerText(), /error[\s\S]*run triage[\s\S]*tutti/);
    await page.getByRole("button", { name: "State" }).click();
    await page.getByRole("radio", { name: "error" }).check();
    await page.keyboard.press("Escape");
    await until("only those that failed", async () => (await rows.count()) === 1);
    assert.match(page.url(), /q=status%3Aerror/);
    await page.locator("h1").click();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/traces/${failedTrace}**`);
    await page.goBack();
    await page.getByRole("button", { name: "Remove status:error" }).click();
    await until("all are there again", async () => (await rows.count()) > 10);
    assert.deepEqual(person.faults, []);
  });

  it("show a trace as a waterfall with the span that failed first, and all that it says", async () => {
    await using person = await visit(browser, product);
    const page = await person.open(`/traces/${failedTrace}`);
    await page.getByRole("treegrid").waitFor();
    const selected = page.locator("[role=row][aria-selected=true]");
    assert.match(await selected.innerText(), /run_command[\s\S]*npm test ended with 1/);
    const inspector = page.getByRole("complementary", { name: "Span" });
    await inspector.getByText("exception.stacktrace").waitFor();
    await page.keyboard.press("t");
    await until("the whole is selected", async () => /run triage/.test(await selected.innerText()));
    await inspector.getByText("12 kB").waitFor();
    await inspector.getByRole("button", { name: "Show all of it" }).click();
    await until("it is there", async () => (await inspector.getByText("12 kB").count()) === 0);
    assert.equal(await page.getByRole("link", { name: "Open run" }).first().getAttribute("href"), "/runs/run_fails");
    await page.keyboard.press("ArrowDown");
    await page.waitForURL("**span=0000000000000002**");
    await page.reload();
    await page.getByRole("treegrid").waitFor();
    assert.match(await selected.innerText(), /fixer/);
    assert.deepEqual(person.faults, []);
  });

  it("draw of a trace of ten thousand spans only what is in sight", async () => {
    await using person = await visit(browser, product);
    const page = await person.open(`/traces/${bigTrace}`);
    await page.getByText("10\u202f000 spans").waitFor();
    await page.keyboard.press("e");
    await until("all lines are there", async () => (await rowCount(page)) === bigSpans + 1);
    assert.ok((await page.locator(".lane").count()) < 120);
    await page.keyboard.press("End");
    await page.locator(`[role=row][aria-selected=true][aria-rowindex="${bigSpans + 1}"]`).waitFor();
    assert.ok((await page.locator(".lane").count()) < 120);
  });

  it("say that there is no such trace", async () => {
    await using person = await visit(browser, product);
    const page = await person.open(`/traces/${"0".repeat(32)}`);
    assert.match(await page.getByRole("alert").innerText(), /there is no trace of 0{32}[\s\S]*trace\.missing/);
  });

  it("show the log, the newest last, with the fields of a line below it, and what is found by words", async () => {
    await using person = await visit(browser, product);
    const page = await person.open("/logs");
    const line = page.locator(".log-row");
    await page.getByRole("table", { name: "Log" }).waitFor();
    await until("the newest is in sight", async () => /line 999/.test(await line.last().innerText()));
    assert.ok((await line.count()) < 120);
    await page.getByRole("textbox", { name: "Filter lines" }).fill("device level:error");
    await page.keyboard.press("Enter");
    await until("only those are there", async () => (await line.count()) === 10);
    await line.last().getByRole("button").click();
    await page.getByText("exception.stacktrace").waitFor();
    assert.match(page.url(), /line=\d+/);
    await page.getByRole("link", { name: "Open trace" }).click();
    await page.waitForURL(`**/traces/${failedTrace}**`);
    await page.goBack();
    await page.getByText("exception.stacktrace").waitFor();
    await page.getByRole("textbox", { name: "Filter lines" }).fill("nobody has ever said this");
    await page.keyboard.press("Enter");
    await page.getByText("No line fits this filter").waitFor();
    assert.deepEqual(person.faults, []);
  });

  it("follow what comes, unless that is paused", async () => {
    await using person = await visit(browser, product);
    const page = await person.open("/logs?q=event%3Ahost.flows_renewed");
    await page.getByText("No line fits this filter").waitFor();
    let version = 0;
    const renew = async (): Promise<void> => {
      product.flow("changing", `run: (step) => step.run("one", () => ${++version}),`);
      await product.client.call("flow.show", { name: "changing" });
    };
    const line = page.locator(".log-row");
    // A file that was written twice within one tick of its time has not changed for who looks.
    const comes = (more: number) => async (): Promise<boolean> => {
      await renew();
      return (await line.count()) > more;
    };
    await until("a line came", comes(0));
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText(", paused").waitFor();
    const before = await line.count();
    const kept = async (): Promise<number> =>
      ((await product.client.call("log.list", { query: "event:host.flows_renewed" })) as unknown[]).length;
    await until("another was told", async () => {
      await renew();
      return (await kept()) > before;
    });
    assert.equal(await line.count(), before);
    await page.getByRole("button", { name: "Go on" }).click();
    await until("what came meanwhile is there", async () => (await line.count()) > before);
    assert.deepEqual(person.faults, []);
  });

  it("are without a finding of axe, light and dark, and need no sideways scrolling on a phone", async () => {
    const paths = ["/traces", `/traces/${failedTrace}`, "/logs", "/logs?line=990"];
    for (const look of [{ colorScheme: "light" }, { colorScheme: "dark" }, { width: 320, height: 700 }] as const) {
      await using person = await visit(browser, product, look);
      for (const path of paths) {
        const page = await person.open(path);
        await settled(page, path);
        assert.deepEqual(await axeFindings(page), [], `${path} ${JSON.stringify(look)}`);
        const [wide, view] = (await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")) as number[];
        assert.ok((wide ?? 0) <= (view ?? 0), `${path}: ${wide} of ${view}`);
        await page.close();
      }
    }
  });
});

async function rowCount(page: Page): Promise<number> {
  return Number(await page.getByRole("treegrid").getAttribute("aria-rowcount"));
}

const secondUs = 1_000_000;

function small(now: number): SpanRecord[] {
  return Array.from({ length: 150 }, (_, index) =>
    span({
      trace: 1,
      traceId: String(index).padStart(32, "a"),
      name: "GET /health",
      service: "shop",
      start: now - (400 - index) * secondUs,
    }),
  );
}

/** A run whose agent calls a tool that fails. */
function failing(now: number): SpanRecord[] {
  const start = now - 30 * secondUs;
  const run = { "tutti.run.id": "run_fails" };
  const inner = { traceId: failedTrace, parentId: "0".repeat(15) + "2", attributes: run };
  const id = (n: number): string => String(n).padStart(16, "0");
  const thrown = {
    "exception.type": "Error",
    "exception.message": "npm test ended with 1",
    "exception.stacktrace": "Error: npm test ended with 1\n    at run",
  };
  return [
    span({
      trace: 1,
      traceId: failedTrace,
      spanId: id(1),
      name: "run triage",
      start,
      durationUs: 6 * secondUs,
      status: "error",
      attributes: { ...run, "tutti.note": "x".repeat(12_000) },
    }),
    span({
      trace: 1,
      ...inner,
      spanId: id(2),
      parentId: id(1),
      name: "invoke_agent fixer",
      start: start + secondUs,
      durationUs: 4 * secondUs,
      attributes: { ...run, "gen_ai.operation.name": "invoke_agent" },
    }),
    span({
      trace: 1,
      ...inner,
      spanId: id(3),
      name: "chat tiny-chat",
      kind: "client",
      start: start + secondUs,
      durationUs: secondUs,
      attributes: {
        ...run,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "tiny-chat",
        "gen_ai.usage.input_tokens": 120,
        "gen_ai.usage.output_tokens": 8,
      },
    }),
    span({
      trace: 1,
      ...inner,
      spanId: id(4),
      name: "execute_tool run_command",
      start: start + 3 * secondUs,
      durationUs: secondUs,
      status: "error",
      attributes: { ...run, "gen_ai.operation.name": "execute_tool" },
      events: [{ name: "exception", at: start + 4 * secondUs, attributes: thrown }],
    }),
  ];
}

function big(now: number): SpanRecord[] {
  const start = now - 120 * secondUs;
  const id = (n: number): string => n.toString(16).padStart(16, "0");
  return Array.from({ length: bigSpans }, (_, index) =>
    span({
      trace: 1,
      traceId: bigTrace,
      spanId: id(index + 1),
      parentId: index === 0 ? null : id(Math.ceil(index / 6)),
      name: index === 0 ? "the whole" : `work ${index}`,
      start: start + index * 1_000,
      durationUs: index === 0 ? 12 * secondUs : 5_000,
    }),
  );
}

function lines(now: number): LogRecord[] {
  return Array.from({ length: 1_000 }, (_, index) => {
    const at = now - (1_000 - index) * secondUs;
    if (index % 100 !== 50)
      return logRecord({ at, event: "job.done", message: `line ${index}`, attributes: { n: index } });
    return logRecord({
      at,
      level: "error",
      event: "job.failed",
      traceId: failedTrace,
      attributes: {
        job: "prune",
        "exception.type": "Error",
        "exception.message": "no space left on device",
        "exception.stacktrace": "Error: no space left on device\n    at write",
      },
    });
  });
}
