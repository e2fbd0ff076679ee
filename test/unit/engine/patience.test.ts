import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../src/core/clock.ts";
import { TuttiError } from "../../../src/core/error.ts";
import { silentLog } from "../../../src/core/log.ts";
import { patientDatabase } from "../../../src/engine/patience.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { openTestEngine, testFlow, type TestStep } from "../../support/engine.ts";

test("a run waits a full disk out and goes on without a lost or doubled step", async () => {
  const real = openSqlite({ path: ":memory:" });
  let failures = 0;
  let isFull = false;
  const flaky = {
    ...real,
    write: (statements: Parameters<typeof real.write>[0]) => {
      if (!isFull) return real.write(statements);
      failures++;
      return Promise.reject(new TuttiError("storage.full", "the disk is full"));
    },
  };
  const log = { ...silentLog, warn: () => void (failures > 2 && (isFull = false)) };
  await using engine = await openTestEngine({ database: patientDatabase(flaky, { clock: systemClock, log }) });
  const started: string[] = [];
  const flow = testFlow("f", async (step: TestStep) => {
    await step.run("a", () => started.push("a"));
    await step.run("fill", () => {
      started.push("fill");
      isFull = true;
    });
    return step.run("b", () => started.push("b"));
  });
  const run = await engine.run(flow);
  assert.equal(run.status, "succeeded");
  assert.ok(failures > 2);
  assert.deepEqual(started, ["a", "fill", "b"]);
});

test("an error that does not pass by itself is told at once", async () => {
  const real = openSqlite({ path: ":memory:" });
  const broken = { ...real, read: () => Promise.reject(new TuttiError("storage.corrupt", "damaged")) };
  const patient = patientDatabase(broken, { clock: systemClock, log: silentLog });
  await assert.rejects(patient.read({ sql: "select 1", parameters: [] } as never), { code: "storage.corrupt" });
});
