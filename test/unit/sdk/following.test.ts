import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { createTutti, TuttiError } from "../../../src/sdk/index.ts";
import { collectGarbage } from "./garbage.ts";
import { collect, serve, type Answer } from "./web-host.ts";

const run = { id: "run_1", flow: "a", status: "succeeded" };
const told = [
  { type: "run", run: { id: "run_1", flow: "a", status: "running" } },
  { type: "live", key: "a", data: "zwei – ü" },
];

/** Tells both, then ends as `last` says: a line, or a cut for null. */
const tells =
  (last: object | null): Answer =>
  (_heard, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    for (const progress of told) response.write(`${JSON.stringify({ progress })}\n`);
    if (last) response.end(`${JSON.stringify(last)}\n`);
    else setImmediate(() => response.destroy());
  };

describe("an operation that is followed", () => {
  it("gives its progress in order, and its result at the end", async () => {
    await using host = await serve(tells({ result: run }));
    const watch = createTutti({ url: host.url }).run.watch("run_1");
    assert.deepEqual(await collect(watch), told);
    assert.deepEqual(await watch.result, run);
    assert.equal(host.heard.length, 1);
  });

  it("gives its result to who wants nothing else", async () => {
    await using host = await serve(tells({ result: run }));
    assert.deepEqual(await createTutti({ url: host.url }).run.watch({ id: "run_1" }).result, run);
  });

  it("loses nothing when the result is taken first and then the progress", async () => {
    await using host = await serve(tells({ result: run }));
    const watch = createTutti({ url: host.url }).run.watch("run_1");
    const { result } = watch;
    assert.deepEqual(await collect(watch), told);
    assert.deepEqual(await result, run);
  });

  it("asks for nothing before somebody wants something", async () => {
    await using host = await serve(tells({ result: run }));
    const watch = createTutti({ url: host.url }).run.watch("run_1");
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(host.heard.length, 0);
    await watch.result;
    assert.equal(host.heard.length, 1);
  });

  it("throws its error where it is iterated and where the result is awaited", async () => {
    await using host = await serve(tells({ error: { code: "run.conflict", message: "it broke", hint: "Look." } }));
    const watch = createTutti({ url: host.url }).run.watch("run_1");
    const expected = { code: "run.conflict", message: "it broke", hint: "Look." };
    await assert.rejects(collect(watch), expected);
    await assert.rejects(watch.result, expected);
  });

  it("says so where the host goes away in the middle, and does not tell the same again", async () => {
    await using host = await serve(tells(null));
    const watch = createTutti({ url: host.url }).run.watch("run_1");
    const heard: unknown[] = [];
    const reading = (async () => {
      for await (const event of watch) heard.push(event);
    })();
    await assert.rejects(reading, { code: "host.unreachable" });
    assert.deepEqual(heard, told);
    assert.equal(host.heard.length, 1);
  });

  it("ends its request when the loop is left", async () => {
    const closed = Promise.withResolvers<void>();
    await using host = await serve((_heard, response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write(`${JSON.stringify({ progress: told[0] })}\n`);
      void once(response, "close").then(() => closed.resolve());
    });
    const watch = createTutti({ url: host.url }).run.watch("run_1");
    for await (const event of watch) {
      assert.deepEqual(event, told[0]);
      break;
    }
    await closed.promise;
    await assert.rejects(watch.result, { name: "AbortError" });
  });

  it("ends with the reason of its signal", { timeout: 20_000 }, async () => {
    const leave = new AbortController();
    await using host = await serve((_heard, response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write(`${JSON.stringify({ progress: told[0] })}\n`);
    });
    const watch = createTutti({ url: host.url }).run.watch("run_1", { signal: leave.signal });
    const began = Promise.withResolvers<void>();
    const reading = (async () => {
      for await (const event of watch) if (event.type === "run") began.resolve();
    })();
    await began.promise;
    // Node's `fetch` forgets the signal of a Request that is collected.
    await collectGarbage();
    leave.abort(new Error("enough"));
    await assert.rejects(reading, /^Error: enough$/);
    await assert.rejects(watch.result, /^Error: enough$/);
  });

  it("is followed once", async () => {
    await using host = await serve(tells({ result: run }));
    const watch = createTutti({ url: host.url }).run.watch("run_1");
    await watch.result;
    assert.throws(
      () => watch[Symbol.asyncIterator](),
      (error) => error instanceof TuttiError,
    );
    assert.deepEqual(await watch.result, run);
  });
});
