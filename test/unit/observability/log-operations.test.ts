import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TuttiError } from "../../../src/core/error.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { AnyOperation } from "../../../src/core/operation.ts";
import { createLogOperations } from "../../../src/observability/log/operations.ts";
import type { LogLine } from "../../../src/observability/log/log-line.ts";
import type { LogRecord } from "../../../src/observability/record.ts";
import { createTelemetryStore } from "../../../src/observability/store/store.ts";
import type { TelemetryStore } from "../../../src/observability/store/telemetry-store.ts";
import { logRecord } from "../../support/telemetry.ts";
import { createVirtualClock, type VirtualClock } from "../../support/virtual-clock.ts";

interface Logs extends AsyncDisposable {
  readonly store: TelemetryStore;
  readonly clock: VirtualClock;
  list(input?: object): Promise<readonly LogLine[]>;
  tail(input: object, signal: AbortSignal): AsyncGenerator<LogLine, { latest: number }>;
}

const hourMs = 3_600_000;

async function withLines(lines: readonly Partial<LogRecord>[]): Promise<Logs> {
  const clock = createVirtualClock();
  await clock.pass(100 * hourMs);
  const store = createTelemetryStore({ path: ":memory:", clock, log: silentLog, sample: 1 });
  store.sink.logs(lines.map((line) => logRecord(line)));
  const operations = createLogOperations({ store, clock });
  const call = (name: string, input: object, signal: AbortSignal): unknown => {
    const found = operations.find((one) => one.name === name) as AnyOperation;
    return found.handle(found.input.parse(input) as never, { signal, caller: "test" });
  };
  return {
    store,
    clock,
    list: (input = {}) => call("log.list", input, AbortSignal.timeout(5_000)) as Promise<readonly LogLine[]>,
    tail: (input, signal) => call("log.tail", input, signal) as AsyncGenerator<LogLine, { latest: number }>,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

const events = (lines: readonly LogLine[]): readonly string[] => lines.map(({ event }) => event);

describe("log.list", () => {
  it("gives the newest first, and the next page behind the last line of the one before", async () => {
    await using logs = await withLines(["a", "b", "c", "d", "e"].map((event) => ({ event })));
    const first = await logs.list({ limit: 2 });
    assert.deepEqual(events(first), ["e", "d"]);
    assert.deepEqual(events(await logs.list({ limit: 2, before: first.at(-1)?.seq })), ["c", "b"]);
  });

  it("leaves out what is less bad, or not of the time that was asked for", async () => {
    const at = (hours: number): number => hours * hourMs * 1_000;
    await using logs = await withLines([
      { event: "old", level: "error", at: at(50) },
      { event: "quiet", level: "info", at: at(99) },
      { event: "loud", level: "error", at: at(99.5) },
    ]);
    assert.deepEqual(events(await logs.list({ level: "warn" })), ["loud", "old"]);
    assert.deepEqual(events(await logs.list({ since: "2h" })), ["loud", "quiet"]);
    assert.deepEqual(events(await logs.list({ until: "1970-01-05T00:00" })), ["old"]);
  });

  it("finds lines by their words, their event and the run that they are about", async () => {
    await using logs = await withLines([
      { event: "job.failed", message: "no space left on device", run: "run_1" },
      { event: "job.failed", message: "the model is gone", run: "run_2" },
      { event: "host.started", attributes: { job: "prune" } },
    ]);
    assert.equal((await logs.list({ query: "space device" })).length, 1);
    assert.equal((await logs.list({ query: "event:job.*" })).length, 2);
    assert.deepEqual(events(await logs.list({ query: "job:prune" })), ["host.started"]);
    assert.deepEqual(
      (await logs.list({ run: "run_2" })).map(({ message }) => message),
      ["the model is gone"],
    );
  });

  it("says what is wrong with a time", async () => {
    await using logs = await withLines([]);
    await assert.rejects(logs.list({ since: "yesterday" }), (error) => {
      assert.ok(error instanceof TuttiError);
      assert.equal(error.code, "usage.invalid");
      assert.match(error.message, /since: "yesterday" is no time/);
      assert.match(error.hint ?? "", /24h/);
      return true;
    });
  });
});

describe("log.tail", () => {
  it("begins with what comes, and passes over what was not asked for", async () => {
    await using logs = await withLines([{ event: "before" }]);
    await logs.store.flush();
    const end = new AbortController();
    const tail = logs.tail({ level: "warn" }, end.signal);
    const first = tail.next();
    // It has looked once, found nothing, and waits.
    await untilPending(logs.clock);
    logs.store.sink.logs([logRecord({ event: "quiet" }), logRecord({ event: "loud", level: "warn" })]);
    await logs.clock.pass(500);
    assert.equal(((await first).value as LogLine).event, "loud");
    const last = tail.next();
    end.abort();
    assert.deepEqual(await last, { done: true, value: { latest: 3 } });
  });

  it("goes on behind a line that is known, in the order of storing", async () => {
    await using logs = await withLines(["a", "b", "c"].map((event) => ({ event })));
    const seen: string[] = [];
    for await (const { event } of logs.tail({ after: 1 }, new AbortController().signal)) {
      seen.push(event);
      if (seen.length === 2) break;
    }
    assert.deepEqual(seen, ["b", "c"]);
  });
});

async function untilPending(clock: VirtualClock): Promise<void> {
  while (clock.pending === 0) await clock.pass(0);
}
