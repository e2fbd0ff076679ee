import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TuttiError } from "../../../src/core/error.ts";
import type { Log } from "../../../src/core/log.ts";
import { silentTracer, type TraceContext } from "../../../src/core/trace.ts";
import { createLogs } from "../../../src/observability/log/logs.ts";
import { createTelemetryStore } from "../../../src/observability/store/store.ts";
import type { StoredLog, TelemetryStore } from "../../../src/observability/store/telemetry-store.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createVirtualClock } from "../../support/virtual-clock.ts";

interface Kept extends AsyncDisposable {
  readonly log: Log;
  readonly told: readonly (readonly [event: string, fields: unknown])[];
  readonly store: TelemetryStore;
  /** All that was kept, oldest first. */
  all(): Promise<readonly StoredLog[]>;
}

function keep(level: "debug" | "info" | "warn" | "error", current: TraceContext | null = null): Kept {
  const clock = createVirtualClock();
  const store = createTelemetryStore({ path: ":memory:", clock, log: silentLog, sample: 1 });
  const tracer = { ...silentTracer, current: () => current };
  const told: [string, unknown][] = [];
  const tell = (event: string, fields: unknown): void => void told.push([event, fields]);
  const logs = createLogs({ settings: { level, keep: "14d" }, store, tracer: () => tracer, clock, version: "1.2.3" });
  return {
    log: logs.keeping({ debug: tell, info: tell, warn: tell, error: tell }),
    told,
    store,
    async all() {
      await store.flush();
      return store.logs({ after: 0, limit: 100 });
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

describe("the log that is kept", () => {
  it("tells the other log everything, and keeps what is at or above its level", async () => {
    await using kept = keep("warn");
    kept.log.info("a.b");
    kept.log.warn("c.d", { n: 1 });
    kept.log.error("e.f");
    assert.deepEqual(
      kept.told.map(([event]) => event),
      ["a.b", "c.d", "e.f"],
    );
    assert.deepEqual(
      (await kept.all()).map(({ level, event }) => [level, event]),
      [
        ["warn", "c.d"],
        ["error", "e.f"],
      ],
    );
  });

  it("knows the run, the flow and the step that a line is about, and the span of who tells it", async () => {
    const here = { traceId: "a".repeat(32), spanId: "b".repeat(16) };
    await using kept = keep("info", here);
    kept.log.info("x.y", { run: "run_1", flow: "triage", key: "fix/chat", message: "It is so.", count: 3 });
    const [line] = await kept.all();
    assert.ok(line);
    assert.equal(line.run, "run_1");
    assert.equal(line.message, "It is so.");
    assert.deepEqual([line.traceId, line.spanId], [here.traceId, here.spanId]);
    assert.deepEqual(line.attributes, {
      "tutti.run.id": "run_1",
      "tutti.flow": "triage",
      "tutti.step.key": "fix/chat",
      count: 3,
    });
    assert.deepEqual([line.service, line.resource], ["tutti", { "service.version": "1.2.3" }]);
  });

  it("takes an error apart: what kind, what it says, where, and what caused it", async () => {
    await using kept = keep("info");
    const cause = new Error("the disk is full");
    kept.log.error("job.failed", { job: "prune", error: new TuttiError("storage.unavailable", "it broke", { cause }) });
    const [line] = await kept.all();
    const { "exception.stacktrace": stack, ...others } = line?.attributes ?? {};
    assert.deepEqual(others, {
      job: "prune",
      "exception.type": "TuttiError",
      "exception.message": "it broke",
      "error.type": "storage.unavailable",
    });
    assert.match(String(stack), /it broke[\s\S]*kept-log\.test[\s\S]*caused by Error: the disk is full/);
  });

  it("keeps values of every kind as well as an attribute can", async () => {
    await using kept = keep("info");
    kept.log.info("x.y", {
      nothing: null,
      missing: undefined,
      big: 12n,
      endless: Infinity,
      when: new Date(0),
      names: ["a", "b"],
      mixed: [1, "b", new Error("c")],
      inner: { a: 1n },
      long: "x".repeat(10_000),
    });
    const [line] = await kept.all();
    const { long, ...others } = line?.attributes ?? {};
    assert.deepEqual(others, {
      big: "12",
      endless: "Infinity",
      when: "1970-01-01T00:00:00.000Z",
      names: ["a", "b"],
      mixed: '[1,"b","c"]',
      inner: '{"a":"1"}',
    });
    assert.equal(String(long).length, 8_193);
  });

  it("never throws: what cannot be read is named, and the rest is kept", async () => {
    await using kept = keep("info");
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    kept.log.info("x.y", {
      good: 1,
      circle,
      get bad(): never {
        throw new Error("no");
      },
    });
    const refuses = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error("no");
        },
      },
    );
    kept.log.info("z", refuses);
    const [first, second] = await kept.all();
    assert.deepEqual(first?.attributes, { good: 1, circle: "(cannot be read)", bad: "(cannot be read)" });
    assert.deepEqual(second?.attributes, {});
  });
});
