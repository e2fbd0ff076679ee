// The client in a real browser, on a page of the real server, with the session's cookie and no token.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { chromium } from "playwright-core";
import { openSdkHost } from "../contract/sdk-host.ts";
import { until } from "../support/command.ts";
import { bundleClient } from "../unit/sdk/bundle.ts";

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);

// Runs in the page, from a file: its policy allows no other script.
const script = `
window.seen = [];
window.states = [];
const tutti = client.createTutti();
window.greet = async (name) => {
  const watch = tutti.run.watch((await tutti.run.start({ flow: "greet", input: { name } })).id);
  const steps = new Set();
  for await (const event of watch) if (event.type === "step") steps.add(event.step.key);
  return { steps: [...steps], output: (await watch.result).output };
};
window.list = async () => {
  const ids = [];
  for await (const { id } of tutti.run.list.all({ limit: 2 })) ids.push(id);
  return ids.length;
};
window.miss = () => tutti.run.get("run_0").catch(({ code, name }) => ({ code, name }));
const onConnection = (state) => window.states.push(state);
(async () => { for await (const { sequence } of tutti.events({ after: 0, onConnection })) window.seen.push(sequence); })();
`;

describe("the client in Chromium", { timeout: 120_000, skip: program ? false : "no Chromium on this machine" }, () => {
  it("calls, follows, pages and reads events through a restart of the server, by the cookie of its session", async () => {
    await using host = await openSdkHost();
    mkdirSync(join(host.folder, "web"));
    writeFileSync(join(host.folder, "web", "client.js"), (await bundleClient()).code);
    writeFileSync(join(host.folder, "web", "page.js"), script);
    writeFileSync(
      join(host.folder, "web", "index.html"),
      '<!doctype html><title>Client</title><script src="/client.js"></script><script src="/page.js"></script>',
    );
    // The folder was not there when the server began.
    await host.stopServer();
    await host.startServer();
    const browser = await chromium.launch({ executablePath: program ?? "", args: ["--no-sandbox"] });
    try {
      const page = await browser.newPage();
      await page.goto(host.server.createLink());
      const inPage = <Result>(code: string): Promise<Result> => page.evaluate(code);
      assert.deepEqual(await inPage("greet('Ada')"), { steps: ["greet"], output: { text: "Hello, Ada" } });
      for (const name of ["Bob", "Eve", "Joe"]) await inPage(`greet("${name}")`);
      assert.equal(await inPage("list()"), 4);
      assert.deepEqual(await inPage("miss()"), { name: "TuttiError", code: "run.missing" });

      await host.stopServer();
      const run = await host.app.engine.control.start({ flow: "greet", input: { name: "meanwhile" } });
      await until("it has ended without a server", async () => (await host.app.engine.store.record(run)).finishedAt);
      await host.startServer();
      await until("the connection is made again", async () => (await inPage<string[]>("states")).length >= 3);
      await inPage("greet('Last')");
      const { operations } = host.app;
      const list = operations.find(({ name }) => name === "event.list");
      const context = { signal: new AbortController().signal, caller: "test" };
      const stored = (await list?.handle({ after: 0, limit: 1_000 } as never, context)) as { sequence: number }[];
      await until("all is read", async () => (await inPage<number[]>("seen")).length >= stored.length);
      assert.deepEqual(
        await inPage("seen"),
        stored.map(({ sequence }) => sequence),
      );
    } finally {
      await browser.close();
    }
  });
});
