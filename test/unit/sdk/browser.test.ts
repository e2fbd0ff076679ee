// What a browser gets of the SDK: the bundle that a user's own bundler makes, run with nothing but what browsers have.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import type { createTutti } from "../../../src/sdk/index.ts";
import { bundleClient } from "./bundle.ts";
import { EventHost } from "./event-host.ts";
import { json, serve } from "./web-host.ts";

// The web UI may weigh 60 kB to its first paint, and this is a part of it.
const mostBytes = 7_000;

/** What a window has and this SDK may use; no `process`, no `Buffer`, no `require`. */
const web = { AbortController, AbortSignal, DOMException, Headers, Request, Response, TextDecoder, URL, fetch };
const timers = { clearTimeout, queueMicrotask, setTimeout };

describe("the SDK in a browser", () => {
  let code = "";
  let modules: readonly string[] = [];

  before(async () => {
    ({ code, modules } = await bundleClient());
  });

  /** The bundle's exports, in a world that has only what a window has. */
  function load(location?: { origin: string }): { createTutti: typeof createTutti } {
    const context = createContext({ ...web, ...timers, ...(location ? { location } : {}) });
    return runInContext(`${code};client`, context) as { createTutti: typeof createTutti };
  }

  it("is made of our own files alone", (test) => {
    assert.ok(modules.length > 10);
    assert.deepEqual(
      modules.filter((path) => !/\/src\/(sdk|core)\//.test(path)),
      [],
    );
    const strangers = /node:|__vite|\brequire\(|\bprocess\.|\bBuffer\b|import[( ]/.exec(code);
    assert.equal(strangers, null);
    const bytes = gzipSync(code).length;
    test.diagnostic(`${bytes} bytes with gzip, ${code.length} without`);
    assert.ok(bytes <= mostBytes, `${bytes} bytes with gzip are more than ${mostBytes}`);
  });

  it("calls its own origin without being told where that is", async () => {
    await using host = await serve((_heard, response) => json(response, [{ id: "run_1" }]));
    const tutti = load({ origin: host.url }).createTutti();
    assert.equal((await tutti.run.list({ status: "failed" }))[0]?.id, "run_1");
    assert.equal(host.heard[0]?.path, "/api/runs?status=failed");
    assert.equal(host.heard[0]?.headers.authorization, undefined);
  });

  it("follows operations and events, and gives its errors", async () => {
    await using host = await new EventHost().start();
    host.emit();
    const { createTutti: create } = load();
    for await (const event of create({ url: host.url }).events({ after: 0 })) {
      assert.equal(event.sequence, 1);
      break;
    }
    await using streaming = await serve(({ path }, response) => {
      response.writeHead(path.endsWith("watch") ? 200 : 404, { "content-type": "application/x-ndjson" });
      response.end(path.endsWith("watch") ? '{"progress":{"type":"run"}}\n{"result":{"id":"run_1"}}\n' : "nothing");
    });
    const tutti = create({ url: streaming.url });
    const watch = tutti.run.watch("run_1");
    for await (const { type } of watch) assert.equal(type, "run");
    assert.equal((await watch.result).id, "run_1");
    await assert.rejects(tutti.run.get("run_1"), { name: "TuttiError", code: "host.unreachable" });
  });
});
