import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOperations } from "../../../src/app.ts";
import { commandIndex } from "../../../src/cli/command-index.ts";
import { homeToDescribe } from "../../../src/cli/nowhere.ts";

const ownCommands =
  "init,run <flow>,work,up,logs,export,claude env,service install,service uninstall,service status".split(",");

test("the help lists exactly the commands that the operation table gives, with their summaries", () => {
  const operations = describeOperations({ ...homeToDescribe(), environment: {} });
  const derived = operations
    .filter(({ faces, name }) => faces.includes("cli") && name !== "run.start")
    .map(({ name, summary, cli }) => [cli.command ?? name.replace(".", " "), summary]);
  const listed = commandIndex.filter(([name]) => !ownCommands.includes(name)).map(([name, summary]) => [name, summary]);
  const byName = (left: readonly string[], right: readonly string[]) => ((left[0] ?? "") < (right[0] ?? "") ? -1 : 1);
  assert.deepEqual(listed.toSorted(byName), derived.toSorted(byName));
});

test("every command has at least one example", () => {
  for (const { name, cli } of describeOperations({ ...homeToDescribe(), environment: {} })) {
    assert.ok(cli.examples.length > 0, name);
  }
});
