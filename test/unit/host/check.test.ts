import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { CheckResult } from "../../../src/core/capability.ts";
import { hostChecks, type ExaminedHost } from "../../../src/host/check.ts";

const token = `${"a".repeat(43)}\n`;

async function examine(name: string, given: Partial<ExaminedHost>): Promise<CheckResult> {
  const checks = hostChecks({
    url: () => null,
    wanted: () => ({ host: "127.0.0.1", port: 0 }),
    tokenFile: "/nowhere/token",
    runningVersion: "1.0.0",
    installedVersion: () => "1.0.0",
    ...given,
  });
  const check = checks.find((one) => one.name === name);
  assert.ok(check);
  return check.run(AbortSignal.timeout(5_000));
}

describe("the doctor, of the daemon", () => {
  it("knows when none runs, and when another version was installed over the one that does", async () => {
    const url = (): string => "http://127.0.0.1:1";
    assert.equal((await examine("daemon", {})).status, "off");
    assert.equal((await examine("daemon", { url })).status, "ok");
    const drift = await examine("daemon", { url, installedVersion: () => "1.1.0" });
    assert.equal(drift.status, "warn");
    assert.match(drift.message, /is Tutti 1\.0\.0, and 1\.1\.0 is installed/);
  });

  it("says whether the port is free, and where the daemon is instead", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const wanted = () => ({ host: "127.0.0.1", port });
    assert.match((await examine("port", { wanted })).message, /another program has/);
    const moved = await examine("port", { wanted, url: () => "http://127.0.0.1:1" });
    assert.deepEqual([moved.status, moved.message], ["ok", `http://127.0.0.1:1; another program had ${port}`]);
    other.close();
    await once(other, "close");
    assert.match((await examine("port", { wanted })).message, /is free/);
  });

  it("warns of an address that lets other machines in", async () => {
    const open = await examine("port", { wanted: () => ({ host: "0.0.0.0", port: 80 }) });
    assert.deepEqual([open.status, open.message], ["warn", "0.0.0.0:80 lets other machines in, by plain HTTP"]);
  });

  it("finds a token that others can read, that is none, or that is gone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tutti-check-"));
    const tokenFile = join(folder, "token");
    try {
      assert.equal((await examine("token", { tokenFile })).status, "off");
      assert.equal((await examine("token", { tokenFile, url: () => "http://127.0.0.1:1" })).status, "warn");
      writeFileSync(tokenFile, token, { mode: 0o600 });
      assert.equal((await examine("token", { tokenFile })).status, "ok");
      if (process.platform !== "win32") {
        chmodSync(tokenFile, 0o640);
        assert.equal((await examine("token", { tokenFile })).status, "fail");
        chmodSync(tokenFile, 0o600);
      }
      writeFileSync(tokenFile, "guess");
      const wrong = await examine("token", { tokenFile });
      assert.deepEqual([wrong.status, wrong.message], ["fail", `${tokenFile} does not hold a token`]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
