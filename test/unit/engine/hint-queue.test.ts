import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { INVALID_SPAN_CONTEXT, trace } from "@opentelemetry/api";
import pg from "pg";
import { silentLog } from "../../../src/core/log.ts";
import { openHintQueue } from "../../../src/engine/postgres-queue.ts";
import { postgresUnavailable } from "../../support/postgres.ts";
import { postgresAddress } from "../../support/services.ts";

describe("the queue of hints", { skip: postgresUnavailable() }, () => {
  it("is looked into without a word to whoever traces this process", async () => {
    const told: string[] = [];
    const startSpan = (name: string) => {
      told.push(name);
      return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    };
    const tracer = { startSpan, startActiveSpan: () => assert.fail("a span was begun") };
    trace.setGlobalTracerProvider({ getTracer: () => tracer });
    const url = postgresAddress() ?? "";
    const schema = `hints_${process.pid}`;
    try {
      await using queue = await openHintQueue({ url, schema, log: silentLog, isWorker: true });
      await queue.hint(["run_a"]);
      assert.deepEqual(await queue.take(5), ["run_a"]);
      assert.deepEqual(await queue.take(5), []);
      assert.deepEqual(told, []);
    } finally {
      trace.disable();
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`drop schema if exists "${schema}_queue" cascade`);
      await client.end();
    }
  });
});
