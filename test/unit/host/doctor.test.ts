import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openApp } from "../../../src/app.ts";
import { silentLog } from "../../../src/core/log.ts";
import { openHome } from "../../../src/storage/home.ts";

interface Finding {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly fix: string | null;
}

describe("the doctor of a process that goes on", () => {
  it("says what the file says now, and that it is not what is in use", async () => {
    using stack = new DisposableStack();
    const folder = mkdtempSync(join(tmpdir(), "tutti-doctor-"));
    stack.defer(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "tutti.yaml");
    writeFileSync(file, "tools:\n  maxReadBytes: 1000\n");
    const options = { folder, environment: {}, log: silentLog };
    await using app = await openApp({ ...options, home: openHome(folder, undefined) });
    const doctor = app.operations.find(({ name }) => name === "doctor");
    const examined = async (): Promise<Finding | undefined> => {
      const { signal } = new AbortController();
      const findings = (await doctor?.handle({} as never, { signal, caller: "cli" })) as Finding[];
      return findings.find(({ name }) => name === "configuration");
    };

    assert.deepEqual(await examined(), {
      group: "Runtime",
      name: "configuration",
      status: "ok",
      message: file,
      fix: null,
    });

    writeFileSync(file, "tools:\n  maxReadBytes: 2000\n");
    const changed = await examined();
    assert.equal(changed?.status, "warn");
    assert.equal(changed?.message, "changed since the start, and not in use yet: tools.maxReadBytes");
    assert.match(changed?.fix ?? "", /tutti up/);

    writeFileSync(file, "tools:\n  maxReadByte: 2000\n");
    const wrong = await examined();
    assert.equal(wrong?.status, "fail");
    assert.match(wrong?.message ?? "", /maxReadByte.*; the settings from before that are in use$/s);
    assert.match(wrong?.fix ?? "", /maxReadBytes/);
  });
});
