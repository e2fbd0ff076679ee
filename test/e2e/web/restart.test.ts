// The daemon ends and comes back while somebody looks at a page.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openBrowser, settled, visit, webAssets } from "../../support/browser.ts";
import { isAlive, until } from "../../support/command.ts";
import { startDetachedUp } from "../../support/daemon.ts";
import { Project } from "../../support/project.ts";
import { chromiumProgram, needs } from "../../support/services.ts";

describe("a daemon that is killed and started again", { skip: needs("chromium", chromiumProgram()) }, () => {
  it("is told as lost, and the page catches up with the session that it had", async () => {
    await webAssets();
    await using project = new Project();
    project.flow("hello", `return step.run("greet", () => "hi");`);
    const { url, pid } = await startDetachedUp(project);
    const { url: link } = await project.call<{ url: string }>("host.link");
    await using browser = await openBrowser();
    await using person = await visit(browser, { server: { url, createLink: () => link } });
    const page = await person.open("/runs");
    await settled(page);
    const state = page.locator(".freshness");
    await state.filter({ hasText: "live" }).waitFor();
    process.kill(pid, "SIGKILL");
    await until("the daemon is gone", () => !isAlive(pid));
    await state.filter({ hasText: /^lost/ }).waitFor();
    await startDetachedUp(project, "--port", new URL(url).port);
    await state.filter({ hasText: "live" }).waitFor({ timeout: 60_000 });
    await project.call("run.start", { flow: "hello", input: {} });
    await page
      .getByRole("row")
      .filter({ hasText: "hello" })
      .or(page.getByRole("button", { name: /1 new run/ }))
      .first()
      .waitFor();
    await page.reload();
    await settled(page);
    await page.getByRole("row").filter({ hasText: "hello" }).getByText("succeeded").waitFor();
    // What the browser says of a connection that is refused is no complaint of ours.
    const others = person.faults.filter(
      (fault) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/.test(fault),
    );
    assert.deepEqual(others, []);
  });
});
