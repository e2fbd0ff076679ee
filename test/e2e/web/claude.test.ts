// The page of Claude Code, in a real browser before a real `tutti up` that was told what a session did.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { openBrowser, settled, visit, webAssets } from "../../support/browser.ts";
import { claudeEvents } from "../../support/claude-telemetry.ts";
import { startUp } from "../../support/daemon.ts";
import { Project } from "../../support/project.ts";
import { chromiumProgram, needs } from "../../support/services.ts";

describe("the page of Claude Code", { skip: needs("chromium", chromiumProgram()) }, () => {
  it("says how to begin, then shows what was told, and nothing that was told can run in it", async () => {
    await webAssets();
    await using project = new Project();
    const { line } = await startUp(project);
    const { url: link } = await project.json<{ url: string }>("open");
    await using browser = await openBrowser();
    const server = { url: line.url, createLink: () => link };
    await using person = await visit(browser, { server });
    const page = await person.open("/claude");
    await settled(page);
    await page.getByText('eval "$(tutti claude env)" && claude').waitFor();

    const headers = {
      authorization: `Bearer ${readFileSync(line.tokenFile, "utf8").trim()}`,
      "content-type": "application/json",
    };
    const session = '<img src="x" onerror="alert(1)">';
    const body = JSON.stringify(claudeEvents({ session, at: Date.now() - 60_000, temporality: "delta" }));
    assert.equal((await fetch(`${line.url}/v1/logs`, { method: "POST", headers, body })).status, 200);
    await page.reload();
    await settled(page);
    await page.getByRole("table", { name: "Sessions of Claude Code" }).getByRole("link").first().waitFor();
    assert.equal(await page.locator("main img, .page img").count(), 0);
    const tools = page.getByRole("table", { name: "Tools that Claude Code has used" });
    assert.match(await tools.innerText(), /Bash\s+1\s+1/);
    await page.getByText("529: overloaded").waitFor();
    await page.getByText(/1 session, \$0\.26 at list prices; 1 error\./).waitFor();
    assert.deepEqual(person.faults, []);
  });
});
