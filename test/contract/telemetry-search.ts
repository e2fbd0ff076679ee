import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TelemetryStore } from "../../src/observability/store/telemetry-store.ts";
import { span, past, trace } from "../support/telemetry.ts";
import type { OpenStore } from "./telemetry-store.ts";

/** Traces by number: what they hold makes them differ in one thing each. */
const told = [
  ...trace(1, 2),
  span({ trace: 2, status: "error", attributes: { "error.type": "timeout" }, durationUs: 3_000_000 }),
  span({ trace: 3, name: "chat llama3.2", attributes: { "gen_ai.request.model": "ollama/llama3.2", asked: 12 } }),
  span({ trace: 4, service: "claude-code", attributes: { "session.id": "s 1", accepted: true } }),
  span({ trace: 5, statusText: "Refund policy: Größe XL", attributes: { "tutti.run.id": "run_4k7x" } }),
  span({ trace: 6, start: (past + 3_600_000) * 1_000, attributes: { "gen_ai.request.model": "ollama/qwen3" } }),
];

const cases: readonly (readonly [query: string, found: readonly number[]])[] = [
  ["", [6, 5, 4, 3, 2, 1]],
  ["status:error", [2]],
  ["-status:error", [6, 5, 4, 3, 1]],
  ["status:ok", [6, 5, 4, 3, 1]],
  ["error:timeout", [2]],
  ["name:flow", [6, 5, 4, 2, 1]],
  ['name:"step 2"', [1]],
  ["name:step*", [1]],
  ["service:claude-code", [4]],
  ["-service:tutti", [4]],
  ["model:ollama/llama3.2", [3]],
  ["model:ollama/*", [6, 3]],
  ["gen_ai.request.model:ollama/llama3.2,ollama/qwen3", [6, 3]],
  ["gen_ai.request.model=OLLAMA/Llama3.2", [3]],
  ["gen_ai.request.model:*", [6, 3]],
  ["-model:*", [5, 4, 2, 1]],
  ["asked:12", [3]],
  ["accepted:true", [4]],
  ['session:"s 1"', [4]],
  ["run:run_4k7x", [5]],
  ["run:run_4*", [5]],
  ["run_4k7x", [5]],
  ["refund", [5]],
  ["REFUND", [5]],
  ["refunds", []],
  ["refu*", [5]],
  ['"policy refund"', [5]],
  ["grosse", []],
  ["größe", [5]],
  ["große", [5]],
  ["-refund", [6, 4, 3, 2, 1]],
  ["duration>2s", [2]],
  ["duration<=1ms status:error", []],
  ["-duration>2s -refund -model:*", [4, 1]],
  ["spans>=3", [1]],
  ["errors=1", [2]],
  ["until:1h name:flow", [5, 4, 2, 1]],
  ["since:1h", [6]],
  ["status:error model:*", []],
  ["trace:00000000000000000000000000000004", [4]],
  ["trace:00000000000000000000000000000004 status:error", []],
  ["nothing-like-it", []],
];

export function searchCases(open: OpenStore): void {
  describe("traces are searched", () => {
    it("by words and attributes, alone and together", async () => {
      const store = await filled(open);
      for (const [query, found] of cases) {
        assert.deepEqual(await numbersOf(store, query), found, `the query ${query}`);
        assert.equal(await store.countTraces({ query }), found.length, `the count of ${query}`);
      }
    });

    it("in a window of time beside the query", async () => {
      const store = await filled(open);
      assert.deepEqual(await numbersOf(store, "name:flow", { since: past + 60_000 }), [6]);
      assert.deepEqual(await numbersOf(store, "name:flow", { until: past + 60_000 }), [5, 4, 2, 1]);
      assert.equal(await store.countTraces({ since: past + 60_000 }), 1);
    });

    it("over all their spans, also where these came apart", async () => {
      const store = open();
      store.sink.spans([span({ trace: 1, attributes: { colour: "red" } })]);
      await store.flush();
      store.sink.spans([
        span({ trace: 1, id: 7, attributes: { shape: "round" } }),
        span({ trace: 2, attributes: { colour: "red" } }),
      ]);
      await store.flush();
      assert.deepEqual(await numbersOf(store, "colour:red shape:round"), [1]);
      assert.deepEqual(await numbersOf(store, "colour:red -shape:round"), [2]);
    });

    it("in the same order and without a gap, whatever the length of a page", async () => {
      const store = open();
      for (let number = 1; number <= 300; number++) {
        const attributes = { third: number % 3 === 0, fifth: number % 5 === 0, number };
        store.sink.spans(trace(number, 1, { attributes }));
        if (number % 7 === 0) await store.flush();
      }
      await store.flush();
      const all = Array.from({ length: 300 }, (_, index) => 300 - index);
      const expected = {
        "third:true": all.filter((number) => number % 3 === 0),
        "third:true fifth:true": all.filter((number) => number % 15 === 0),
        "third:true -fifth:true": all.filter((number) => number % 3 === 0 && number % 5 !== 0),
        "-third:true -fifth:true": all.filter((number) => number % 3 !== 0 && number % 5 !== 0),
        "third:true number:150 spans>1": [150],
      };
      for (const [query, numbers] of Object.entries(expected)) {
        for (const limit of [1, 7, 500]) {
          assert.deepEqual(await numbersOf(store, query, { limit }), numbers, `${query} by ${limit}`);
        }
      }
    });

    it("is found by every part of a trace that came in more parts than the index keeps apart", async () => {
      const store = open();
      for (let part = 1; part <= 1_100; part++) {
        store.sink.spans([span({ trace: 1, id: part, attributes: { part } })]);
        await store.flush();
      }
      for (const part of [1, 500, 1_024, 1_025, 1_100]) {
        assert.deepEqual(await numbersOf(store, `part:${part}`), [1], `part ${part}`);
      }
      assert.equal(await store.countTraces({ query: "part:*" }), 1);
    });

    it("and a query that cannot be read is refused with its place", async () => {
      const store = await filled(open);
      const wrong = ["status:maybe", "duration>quick", "model>3", 'name:"open', "since:yesterday", "model:", "!!!"];
      for (const query of wrong) {
        await assert.rejects(
          store.traces({ query, limit: 1 }),
          { code: "usage.invalid", message: /at character 1:|at character 6:/ },
          query,
        );
      }
    });
  });
}

async function filled(open: OpenStore): Promise<TelemetryStore> {
  const store = open();
  for (const one of told) {
    store.sink.spans([one]);
    await store.flush();
  }
  return store;
}

async function numbersOf(
  store: TelemetryStore,
  query: string,
  { limit = 3, ...given }: { limit?: number; since?: number; until?: number } = {},
): Promise<number[]> {
  const found: number[] = [];
  for (let before: string | undefined; ;) {
    const page = await store.traces({ query, before, limit, ...given });
    found.push(...page.map(({ traceId }) => Number.parseInt(traceId, 16)));
    before = page.at(-1)?.traceId;
    if (page.length < limit) return found;
  }
}
