import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { systemClock } from "../../../../src/core/clock.ts";
import { silentLog } from "../../../../src/core/log.ts";
import type { SpanRecord } from "../../../../src/observability/record.ts";
import { createTelemetryStore } from "../../../../src/observability/store/store.ts";

const span = (): SpanRecord => ({
  service: "s",
  scope: "",
  resource: {},
  parentId: null,
  name: "n",
  kind: "client",
  events: [],
  links: [],
  status: "ok",
  statusText: null,
  durationUs: 1,
  start: 1_700_000_000_000_000,
  traceId: randomBytes(16).toString("hex"),
  spanId: randomBytes(8).toString("hex"),
  attributes: { text: randomBytes(450).toString("base64") },
});

describe("the file of telemetry", () => {
  it("is as small as what is left in it, once what was freed has been given back", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tutti-give-back-"));
    const path = join(folder, "telemetry.db");
    const bytes = () => ["", "-wal"].reduce((sum, end) => sum + statSync(path + end).size, 0);
    try {
      await using store = createTelemetryStore({ path, clock: systemClock, log: silentLog, sample: 1 });
      store.sink.spans(Array.from({ length: 4_000 }, span));
      await store.flush();
      assert.ok(bytes() > 4_000_000, String(bytes()));
      await store.prune("spans", systemClock.now());
      await store.vacuum({ whole: false });
      assert.ok(bytes() < 1_000_000, String(bytes()));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
