import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { endProcessGroup } from "../../src/tools/process-group.ts";
import { ended, isAlive, longShell, openWorkEngine, readIfThere, until, written } from "./work-verbs-case.ts";

const script = fileURLToPath(new URL("./work-verbs-victim.ts", import.meta.url));

test("after kill -9 of a worker's process its program and grandchild are ended before the step runs again", async (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-kill-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "test.db");
  const victim = spawn(process.execPath, [script, path, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => victim.kill("SIGKILL"));
  let said = "";
  victim.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  const id = await until(() => said.endsWith("\n") && said.trim());
  const pids = (await written(join(folder, "pids"))).split(" ").map(Number);
  t.after(() => endProcessGroup(pids[0] ?? 0));
  // The row is written a moment after the program has started.
  await using database = openSqlite({ path });
  const remembered = { sql: "select pid from processes", parameters: [], query: { kind: "RawNode" } };
  await until(async () => (await database.read(remembered as never)).length > 0);
  victim.kill("SIGKILL");
  await new Promise((resolve) => victim.once("exit", resolve));
  assert.deepEqual(pids.map(isAlive), [true, true]);

  const aliveAtEnd: boolean[] = [];
  await using engine = await openWorkEngine(openSqlite({ path }), {
    workspace: folder,
    flows: [longShell()],
    async endProcess(pid, started) {
      await endProcessGroup(pid, started);
      aliveAtEnd.push(...pids.map(isAlive));
      assert.equal(readIfThere(join(folder, "runs")), "x\n");
    },
  });
  const run = await engine.until(id, ...ended);
  assert.equal(run.status, "succeeded");
  assert.deepEqual(aliveAtEnd, [false, false]);
  assert.equal(readIfThere(join(folder, "runs")), "x\nx\n");
  assert.deepEqual(await engine.tracked(id), []);
});
