import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LogRecord } from "../../src/observability/record.ts";
import type { StoredLog, TelemetryStore } from "../../src/observability/store/telemetry-store.ts";
import { logRecord, spanIdOf, past, pastUs, traceIdOf } from "../support/telemetry.ts";
import type { OpenStore } from "./telemetry-store.ts";

const told: readonly LogRecord[] = [
  logRecord({ event: "host.listening", message: "Listening at http://127.0.0.1:4242", at: pastUs - 1_000_000 }),
  logRecord({ level: "warn", event: "model.slow", message: "The model did not answer in time", run: "run_7" }),
  logRecord({
    level: "error",
    event: "run.failed",
    message: "connection refused by the server",
    run: "run_8",
    traceId: traceIdOf(5),
    spanId: spanIdOf(6),
    attributes: { attempt: 2, code: "model.unreachable" },
  }),
  logRecord({ level: "debug", event: "host.idle", service: "other" }),
  logRecord({ event: "run.ended", message: "The server refused the connection", at: pastUs + 60_000_000 }),
];

const cases: readonly (readonly [query: string, found: readonly number[]])[] = [
  ["", [5, 4, 3, 2, 1]],
  ["level:error", [3]],
  ["level:warn,error", [3, 2]],
  ["-level:info", [4, 3, 2]],
  ["event:run.failed", [3]],
  ["event:host.*", [4, 1]],
  ["run:run_7", [2]],
  [`trace:${traceIdOf(5)}`, [3]],
  ["attempt:2 code:model.unreachable", [3]],
  ["service:other", [4]],
  ["-service:tutti", [4]],
  ["refused", [5, 3]],
  ['"connection refused"', [3]],
  ['"refused the connection"', [5]],
  ["refused -level:error", [5]],
  ["refus* server", [5, 3]],
  ["127", [1]],
  ["-refused -listening", [4, 2]],
];

export function logCases(open: OpenStore): void {
  describe("logs", () => {
    it("come back as they were told, the newest first", async () => {
      const store = await filled(open);
      const found = await store.logs({ limit: 10 });
      assert.deepEqual(found, told.map((record, index) => ({ ...record, seq: index + 1 })).toReversed());
    });

    it("are searched by words in their order, by level and by attribute", async () => {
      const store = await filled(open);
      for (const [query, found] of cases) {
        const seqs = (await store.logs({ query, limit: 10 })).map(({ seq }) => seq);
        assert.deepEqual(seqs, found, `the query ${query}`);
        assert.equal(await store.countLogs({ query }), found.length, `the count of ${query}`);
      }
    });

    it("are taken from a level on and in a window of time", async () => {
      const store = await filled(open);
      const seqs = async (filter: object): Promise<number[]> =>
        (await store.logs({ limit: 10, ...filter })).map(({ seq }) => seq);
      assert.deepEqual(await seqs({ level: "warn" }), [3, 2]);
      assert.deepEqual(await seqs({ level: "info", query: "refused" }), [5, 3]);
      assert.deepEqual(await seqs({ since: past, until: past + 60_000 }), [4, 3, 2]);
      assert.deepEqual(await seqs({ query: "server", since: past + 1 }), [5]);
      assert.equal(await store.countLogs({ level: "error", since: past }), 1);
    });

    it("are paged backwards, and onwards from a number", async () => {
      const store = await filled(open);
      const pages = async (next: (last: StoredLog | undefined) => object): Promise<number[]> => {
        const seen: number[] = [];
        for (let last: StoredLog | undefined; ;) {
          const page = await store.logs({ limit: 2, query: "service:tutti", ...next(last) });
          seen.push(...page.map(({ seq }) => seq));
          if (page.length < 2) return seen;
          last = page.at(-1);
        }
      };
      assert.deepEqual(await pages((last) => ({ before: last?.seq })), [5, 3, 2, 1]);
      assert.deepEqual(await pages((last) => ({ after: last?.seq ?? 0 })), [1, 2, 3, 5]);
    });

    it("are followed in the order of storing", async () => {
      const store = await filled(open);
      const first = await store.follow("logs", 0, 3);
      const rest = await store.follow("logs", first.cursor, 3);
      const end = await store.follow("logs", rest.cursor, 3);
      assert.deepEqual(
        [...first.records, ...rest.records].map((record) => "event" in record && record.event),
        told.map(({ event }) => event),
      );
      assert.deepEqual(end, { records: [], cursor: rest.cursor });
    });

    it("and a level that there is none of is refused", async () => {
      const store = await filled(open);
      await assert.rejects(store.logs({ query: "x level:warm", limit: 1 }), {
        code: "usage.invalid",
        message: /character 3: "warm"/,
      });
    });
  });
}

async function filled(open: OpenStore): Promise<TelemetryStore> {
  const store = open();
  store.sink.logs(told);
  await store.flush();
  return store;
}
