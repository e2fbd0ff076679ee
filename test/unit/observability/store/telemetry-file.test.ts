import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../../src/core/clock.ts";
import { silentLog, type Log } from "../../../../src/core/log.ts";
import { telemetryMigrations } from "../../../../src/observability/store/schema.ts";
import { createTelemetryStore } from "../../../../src/observability/store/store.ts";
import type { TelemetryStore } from "../../../../src/observability/store/telemetry-store.ts";
import { openSyncSqlite } from "../../../../src/storage/sqlite-sync.ts";
import { SmallDisk, smallDiskUnavailable } from "../../../support/small-disk.ts";
import { counted, logRecord, span, trace, traceIdOf } from "../../../support/telemetry.ts";

const writer = fileURLToPath(new URL("./writer-process.ts", import.meta.url));

describe("telemetry.db", () => {
  let folder = "";
  let path = "";
  let warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (event) => void warnings.push(event) };
  const open = (own: { path?: string } = {}): TelemetryStore =>
    createTelemetryStore({ path, clock: systemClock, log, sample: 1, ...own });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tutti-telemetry-"));
    path = join(folder, "telemetry.db");
    warnings = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is not there before something was told or asked", async () => {
    const store = open();
    await store[Symbol.asyncDispose]();
    assert.deepEqual(readdirSync(folder), []);
  });

  it("can be read by its owner alone", async () => {
    await using store = open();
    store.sink.spans(trace(1, 1));
    await store.flush();
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  });

  it("has what a short command told, though that ended before anything was sent", async () => {
    const store = open();
    store.sink.spans(trace(1, 2));
    store.sink.logs([logRecord()]);
    store.sink.points([counted(0, 1)]);
    await store[Symbol.asyncDispose]();
    await using later = open();
    assert.equal((await later.trace(traceIdOf(1))).length, 3);
    assert.equal((await later.logs({ limit: 9 })).length, 1);
  });

  it("has all that was told when a process ends well", async () => {
    const store = open();
    for (let number = 1; number <= 500; number++) store.sink.spans(trace(number, 9));
    await store[Symbol.asyncDispose]();
    assert.deepEqual(store.counts(), { accepted: 5_000, dropped: 0, failed: 0 });
    await using later = open();
    assert.equal((await later.size()).spans, 5_000);
  });

  it("stays whole when its process is killed, with all that was stored", async () => {
    const writing = spawn(process.execPath, [writer, path], { stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(writing, "exit");
    let stored = 0;
    for await (const line of createInterface(writing.stdout)) {
      stored = Number(line);
      if (stored >= 40) writing.kill("SIGKILL");
    }
    await exited;
    await using store = open();
    for (let number = 1; number <= stored; number++) {
      assert.equal((await store.trace(traceIdOf(number))).length, 5, `trace ${number} of ${stored}`);
    }
    assert.ok((await store.countLogs({ query: '"told 40"' })) > 0);
    assert.deepEqual(check(path), ["ok"]);
    assert.deepEqual(warnings, []);
  });

  it("is written by several processes at once", async () => {
    const children = [1, 1_000].map((first) =>
      spawn(process.execPath, [writer, path, String(first)], { stdio: ["ignore", "pipe", "inherit"] }),
    );
    await Promise.all(
      children.map(async (child) => {
        let lines = 0;
        for await (const _ of createInterface(child.stdout)) if (++lines === 20) child.kill("SIGKILL");
      }),
    );
    await using store = open();
    for (const number of [1, 20, 1_000, 1_019]) {
      const [root, ...steps] = await store.trace(traceIdOf(number));
      assert.equal(root?.name, "flow");
      assert.deepEqual(
        steps.map(({ attributes }) => attributes["number"]),
        [number, number, number, number],
      );
    }
    assert.deepEqual(check(path), ["ok"]);
  });

  it("is set aside where it is no database, and a new one begins", async () => {
    writeFileSync(path, "This is not what it should be. ".repeat(500));
    await using store = open();
    store.sink.spans(trace(1, 1));
    await store.flush();
    assert.deepEqual(store.counts(), { accepted: 2, dropped: 0, failed: 0 });
    assert.deepEqual(warnings, ["telemetry.set_aside"]);
    const aside = readdirSync(folder).find((name) => name.startsWith("telemetry.db.broken-"));
    assert.match(readFileSync(join(folder, aside ?? ""), "utf8"), /^This is not what it should be/);
  });

  it("is set aside where its inside is damaged, with nothing lost of what comes then", async () => {
    const before = open();
    for (let number = 1; number <= 300; number++) before.sink.spans(trace(number, 9));
    await before[Symbol.asyncDispose]();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5, 4_096));
    await using store = open();
    store.sink.spans(trace(1_000, 1));
    await store.flush();
    assert.deepEqual(store.counts(), { accepted: 2, dropped: 0, failed: 0 });
    assert.equal((await store.traces({ limit: 10 })).length, 1);
    assert.deepEqual(warnings, ["telemetry.set_aside"]);
  });

  it("of a newer version is left alone: what is told fails, what is asked says why", async () => {
    const migrations = [{ name: "999-later", sqlite: [], postgres: [] }];
    openSyncSqlite({ path, room: "telemetry", migrations })[Symbol.dispose]();
    await using store = open();
    store.sink.spans(trace(1, 1));
    await store.flush();
    assert.deepEqual(store.counts(), { accepted: 0, dropped: 0, failed: 2 });
    assert.deepEqual(warnings, ["telemetry.not_stored"]);
    await assert.rejects(store.traces({ limit: 1 }), { code: "storage.newer" });
  });

  it("that cannot be made fails nobody, and is told of once", async () => {
    await using store = open({ path: join(folder, "missing", "telemetry.db") });
    for (let number = 1; number <= 5; number++) {
      store.sink.spans(trace(number, 1));
      await store.flush();
    }
    assert.deepEqual(store.counts(), { accepted: 0, dropped: 0, failed: 10 });
    assert.deepEqual(warnings, ["telemetry.not_stored"]);
    await assert.rejects(store.traces({ limit: 1 }), { code: "storage.unavailable" });
  });

  it(
    "on a full disk takes nothing, and goes on when there is room again",
    { skip: smallDiskUnavailable() },
    async () => {
      using disk = new SmallDisk(join(folder, "disk"), 4_096);
      await using store = open({ path: join(disk.folder, "telemetry.db") });
      store.sink.spans([span({ trace: 1 })]);
      await store.flush();
      disk.fill();
      for (let number = 2; store.counts().failed === 0; number++) {
        store.sink.spans(trace(number, 50));
        await store.flush();
      }
      assert.deepEqual(warnings, ["telemetry.not_stored"]);
      assert.equal((await store.trace(traceIdOf(1))).length, 1);
      const { accepted } = store.counts();
      disk.free();
      store.sink.spans([span({ trace: 5_000 })]);
      await store.flush();
      assert.equal(store.counts().accepted, accepted + 1);
      assert.equal((await store.trace(traceIdOf(5_000))).length, 1);
    },
  );
});

function check(path: string): unknown[] {
  using sqlite = openSyncSqlite({ path, room: "telemetry", migrations: telemetryMigrations });
  return sqlite
    .all<{ integrity_check: string }>("pragma integrity_check")
    .map(({ integrity_check }) => integrity_check);
}
