// Alerts in the browser: one that fires is seen everywhere, acknowledged and silenced; a rule is made from choices and changed.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { axeFindings, settled, visit } from "../../support/browser.ts";
import { until } from "../../support/command.ts";
import { chromiumProgram, needs } from "../../support/services.ts";
import { useStage } from "../../support/web-journey.ts";

interface Rule {
  readonly name: string;
  readonly state: string;
  readonly forMs: number;
  readonly query: { readonly expression?: string };
}

describe("the page of the alerts", { skip: needs("chromium", chromiumProgram()) }, () => {
  const stage = useStage();
  const call = (operation: string, input: Record<string, unknown> = {}): Promise<unknown> =>
    stage().product.client.call(operation, input);
  before(async () => {
    await call("alert.add", { name: "Always", when: "vector(7)", summary: "It is always so", advice: "Nothing" });
    await until("the alert fires", async () => ((await call("alert.list", { state: "firing" })) as Rule[]).length > 0);
  });

  it("is led to by the overview and the navigation while something fires", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/");
    await page.getByRole("link", { name: /^Alerts 1 firing$/ }).waitFor();
    await page.getByRole("list", { name: "Firing alerts" }).getByRole("link", { name: "Always" }).click();
    await page.getByRole("heading", { name: "Always" }).waitFor();
    assert.match(new URL(page.url()).pathname, /^\/alerts\/Always$/);
    assert.deepEqual(person.faults, []);
  });

  it("takes an acknowledgement with its note, by keys alone", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/alerts");
    await settled(page);
    await page.getByRole("region", { name: "Firing" }).getByRole("link", { name: "Always" }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("a");
    await page.getByRole("dialog", { name: "Acknowledge Always" }).waitFor();
    await page.keyboard.type("known since the upgrade");
    await page.keyboard.press("Enter");
    await page.getByText(/acknowledged by .*: known since the upgrade/).waitFor();
    assert.equal(new URL(page.url()).search, "");
    await page.getByRole("main").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Always" }).waitFor();
    assert.deepEqual(person.faults, []);
  });

  it("silences a rule until a time and ends the silence again", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/alerts/Always");
    await page.getByRole("button", { name: "Silence", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Silence Always" });
    await dialog.getByLabel("Why, for the others").fill("the move");
    await dialog.getByRole("button", { name: "Silence" }).click();
    const silences = page.getByRole("list", { name: "Silences" });
    assert.match(await silences.innerText(), /Always is silent until .*: the move/);
    await silences.getByRole("button", { name: "End it" }).click();
    await silences.waitFor({ state: "detached" });
    assert.deepEqual(person.faults, []);
  });

  it("makes a rule from choices, shows its PromQL and when it would have fired, and opens it", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/alerts");
    await page.getByRole("button", { name: "New rule" }).click();
    const dialog = page.getByRole("dialog", { name: "New alert rule" });
    await dialog.getByLabel("Name, in CamelCase").fill("FailedHellos");
    await dialog.getByLabel("only where").fill('status="failed",flow="hello"');
    await dialog.getByLabel("number").fill("5");
    const expression = 'sum by (flow) (increase(tutti_runs_total{status="failed",flow="hello"}[10m])) > 5';
    await dialog.getByText(expression).waitFor();
    await dialog.getByText("it would not have fired").waitFor();
    await dialog.getByRole("button", { name: "Watch it" }).click();
    await page.getByRole("heading", { name: "FailedHellos" }).waitFor();
    const made = (await call("alert.get", { name: "FailedHellos" })) as Rule;
    assert.equal(made.query.expression, expression);
    assert.deepEqual(person.faults, []);
  });

  it("changes a rule, switches it off and removes it", async () => {
    const { browser, product } = stage();
    await call("alert.add", { name: "Brief", when: "vector(1) > 2" });
    await using person = await visit(browser, product);
    const page = await person.open("/alerts/Brief?do=edit");
    const dialog = page.getByRole("dialog", { name: "Change Brief" });
    await dialog.getByLabel("Fires").selectOption("5m");
    await dialog.getByRole("button", { name: "Change the rule" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(((await call("alert.get", { name: "Brief" })) as Rule).forMs, 300_000);
    await page.getByRole("button", { name: "Switch off" }).click();
    await page.getByRole("button", { name: "Switch on" }).waitFor();
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("heading", { name: "Alerts" }).waitFor();
    await assert.rejects(call("alert.get", { name: "Brief" }), /there is no alert rule/);
    assert.deepEqual(person.faults, []);
  });

  it("says in place what is wrong with an expression, in the preview and when it is saved", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/alerts?do=new");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Look at").selectOption("promql");
    await dialog.getByRole("textbox", { name: /^PromQL/ }).fill("sum(");
    await dialog.getByRole("alert").first().waitFor();
    assert.match(await dialog.getByRole("alert").first().innerText(), /ends too early/);
  });

  it("sends a test by the channels of a rule", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/alerts/Always");
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("Told by log").waitFor();
  });

  it("says so where there is no such rule", async () => {
    const { browser, product } = stage();
    await using person = await visit(browser, product);
    const page = await person.open("/alerts/Nothing");
    assert.match(await page.getByRole("alert").innerText(), /there is no alert rule "Nothing"/);
  });

  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [320, 1440])
      it(`has no finding of axe and needs no sideways scrolling, ${colorScheme}, ${width} pixels`, async () => {
        const { browser, product } = stage();
        await using person = await visit(browser, product, { colorScheme, width });
        for (const path of [
          "/alerts",
          "/alerts/Always",
          "/alerts/QueueStuck",
          "/alerts?do=new",
          "/alerts/Always?do=silence",
        ]) {
          const page = await person.open(path);
          await settled(page, path);
          assert.deepEqual(await axeFindings(page), [], path);
          const [wide, view] = (await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")) as number[];
          assert.ok((wide ?? 0) <= (view ?? 0), `${path}: ${wide} of ${view}`);
          await page.close();
        }
        assert.deepEqual(person.faults, []);
      });
});
