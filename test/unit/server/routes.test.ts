import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { gzipSync, deflateSync } from "node:zlib";
import type { Route } from "../../../src/core/route.ts";
import { page, problemIn, raw, serve, statusOf, type Served } from "./served.ts";

const common = { summary: "For tests", role: "viewer" } as const;
const heard: string[] = [];

const routes: readonly Route[] = [
  {
    ...common,
    name: "figures",
    method: "GET",
    path: "/figures",
    isOpen: true,
    handle: async ({ url, header }) => ({
      status: 200,
      headers: { "content-type": "text/plain" },
      body: `${url} ${header("X-Word") ?? "none"}`,
    }),
  },
  {
    ...common,
    name: "take",
    method: "POST",
    path: "/v9/take",
    mostBodyBytes: 1_000,
    async handle(request) {
      heard.push("asked");
      const body = await request.body();
      return { status: 202, headers: { "content-type": "application/octet-stream", "x-took": "yes" }, body };
    },
  },
];

let served: Served;
before(async () => {
  served = await serve({ routes });
});
after(() => served[Symbol.asyncDispose]());

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> =>
  served.ask("/v9/take", { method: "POST", body, headers });
const codeOf = async (response: Response): Promise<string> => ((await response.json()) as { code: string }).code;

describe("a route beside the operations", () => {
  it("gets the bytes that were sent and answers with bytes, a status and headers of its own", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const response = await post(bytes);
    assert.deepEqual([response.status, response.headers.get("x-took")], [202, "yes"]);
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  });

  it("gets the path with its query, and headers by any writing of their names", async () => {
    const response = await served.ask("/figures?a=1&a=2", { headers: { "x-word": "hello" } });
    assert.equal(await response.text(), "/figures?a=1&a=2 hello");
  });

  for (const [encoding, encode] of [
    ["gzip", gzipSync],
    ["deflate", deflateSync],
  ] as const) {
    it(`gets a body with ${encoding} as what was meant`, async () => {
      const response = await post(new Uint8Array(encode("meant")), { "content-encoding": encoding });
      assert.equal(await response.text(), "meant");
    });
  }

  it("is not given a body that is too large: as it comes, said beforehand or not, or unfolded", async () => {
    const stream = new Blob([new Uint8Array(1_001)]).stream();
    const streamed = { method: "POST", body: stream, duplex: "half" } as RequestInit;
    const unfolded = new Uint8Array(gzipSync(new Uint8Array(1_001)));
    assert.ok(unfolded.byteLength < 100);
    for (const response of [
      await post(new Uint8Array(1_001)),
      await served.ask("/v9/take", streamed),
      await post(unfolded, { "content-encoding": "gzip" }),
    ]) {
      assert.equal(response.status, 413);
      assert.equal(await codeOf(response), "request.too_large");
    }
    assert.equal((await post(new Uint8Array(1_000))).status, 202);
  });

  it("tells who sends an encoding that it does not know, or another than was said", async () => {
    const unknown = await post("x", { "content-encoding": "br" });
    assert.deepEqual([unknown.status, await codeOf(unknown)], [415, "request.unsupported"]);
    const other = await post("not gzip", { "content-encoding": "gzip" });
    assert.deepEqual([other.status, await codeOf(other)], [400, "request.malformed"]);
    const cutOff = await post(new Uint8Array(gzipSync("meant").subarray(0, 12)), { "content-encoding": "gzip" });
    assert.deepEqual([cutOff.status, await codeOf(cutOff)], [400, "request.malformed"]);
  });

  it("takes its own method alone", async () => {
    for (const [path, method, allow] of [
      ["/v9/take", "GET", "POST"],
      ["/v9/take", "PUT", "POST"],
      ["/figures", "POST", "GET, HEAD"],
    ] as const) {
      const response = await served.ask(path, { method });
      assert.deepEqual([response.status, response.headers.get("allow")], [405, allow], `${method} ${path}`);
      assert.equal(await codeOf(response), "request.method");
    }
    const head = await served.ask("/figures", { method: "HEAD" });
    assert.deepEqual([head.status, await head.text()], [200, ""]);
  });

  it("leaves its address to the page for who is logged in with a browser", async () => {
    const link = new URL(served.server.createLink("/figures"));
    const entered = await fetch(link, { redirect: "manual" });
    const cookie = (entered.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
    const view = await fetch(`${served.server.url}/figures`, { headers: { cookie, accept: "text/html" } });
    assert.match(await view.text(), /<title>Tutti<\/title>/);
    const asked = await fetch(`${served.server.url}/figures`, { headers: { cookie } });
    assert.equal(await asked.text(), "/figures none");
  });
});

describe("the door of a route", () => {
  const call = (lines: readonly string[], target: string, method = "GET"): Promise<string> =>
    raw(served.server.port, [`${method} ${target} HTTP/1.1`, "connection: close", ...lines, "", ""].join("\r\n"));
  const own = (): string => `host: 127.0.0.1:${served.server.port}`;

  it("asks for the token before anything is read", async () => {
    heard.length = 0;
    const answer = await call([own(), "content-length: 1000000000"], "/v9/take", "POST");
    assert.deepEqual([statusOf(answer), problemIn(answer).code], [401, "access.denied"]);
    assert.deepEqual(heard, []);
  });

  it("lets everybody in without a token where the route is open, and nowhere else", async () => {
    const open = await call([own()], "/figures");
    assert.equal(statusOf(open), 200);
    assert.match(open, /\/figures none$/);
    assert.equal(statusOf(await call([own(), "authorization: Bearer wrong"], "/figures?x")), 200);
    for (const [target, method] of [
      ["/figures", "POST"],
      ["/figures/", "GET"],
      ["/figures/..", "GET"],
      ["/figures%2f", "GET"],
      ["/%66igures", "GET"],
      ["//figures", "GET"],
      ["/api/things", "GET"],
      ["/", "GET"],
    ] as const) {
      assert.equal(statusOf(await call([own()], target, method)), 401, `${method} ${target}`);
    }
  });

  it("never gives a page to who is not logged in, however open the route is", async () => {
    const answer = await call([own(), "accept: text/html"], "/figures");
    assert.match(answer, /\/figures none$/);
    assert.ok(!answer.includes(page));
  });

  it("looks at Host and Origin all the same", async () => {
    assert.equal(statusOf(await call(["host: evil.example"], "/figures")), 421);
    assert.equal(statusOf(await call([own(), "origin: http://evil.example"], "/figures")), 403);
    assert.equal(statusOf(await call([own(), "sec-fetch-site: cross-site"], "/figures")), 403);
  });
});
