import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { TuttiError } from "../../../src/core/error.ts";
import { operation } from "../../../src/core/operation.ts";
import type { PageList } from "../../../src/server/page-list.ts";
import { createVirtualClock } from "../../support/virtual-clock.ts";
import { madeUpOperations } from "./made-up.ts";
import { beginningWith, serve, type Served } from "./served.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((entries) => entries?.some(({ address }) => address === "::1"));
const minute = 60_000;
const day = 24 * 60 * minute;

async function open(link: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(link, { redirect: "manual", headers });
}

function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

describe("a session", () => {
  it("begins with a link that works once and leads to the page without it", async () => {
    await using served = await serve();
    const link = served.server.createLink("/runs?query=status:failed");
    const response = await open(link);
    assert.equal(response.status, 303);
    assert.equal(response.headers.get("location"), "/runs?query=status%3Afailed");
    assert.match(
      response.headers.get("set-cookie") ?? "",
      /^tutti_[0-9a-f]{12}=[\w-]+\.\d+\.[\w-]+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    );
    assert.ok(!link.includes(served.token));

    const again = await open(link);
    assert.equal(again.status, 401);
    assert.equal(again.headers.get("set-cookie"), null);
    const asked = await open(`${served.server.url}/api/things/x1`, { cookie: cookieOf(response) });
    assert.deepEqual(await asked.json(), { id: "x1", limit: 3, caller: "web" });
  });

  it("does not begin with a link that is older than ten minutes", async () => {
    const clock = createVirtualClock();
    await using served = await serve({ clock });
    const [young, old] = [served.server.createLink(), served.server.createLink()];
    await clock.pass(10 * minute - 1);
    assert.equal((await open(young)).status, 303);
    await clock.pass(1);
    assert.equal((await open(old)).status, 401);
  });

  it("is not opened by a look at the head of a link", async () => {
    await using served = await serve();
    const link = served.server.createLink();
    assert.equal((await fetch(link, { method: "HEAD" })).status, 401);
    assert.equal((await open(link)).status, 303);
  });

  it("lets who is in follow an old link", async () => {
    await using served = await serve();
    const link = served.server.createLink();
    const cookie = cookieOf(await open(link));
    assert.equal((await open(link, { cookie })).status, 200);
  });

  it("does not lead to another host", async () => {
    await using served = await serve();
    assert.throws(() => served.server.createLink("//evil.example/"), /not an address of this server/);
    const link = new URL(served.server.createLink());
    const response = await open(`${served.server.url}//evil.example/?token=${link.searchParams.get("token")}`);
    assert.equal(response.headers.get("location"), "/evil.example/");
  });

  it("outlives the server, and ends with the token", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tutti-token-"));
    const tokenFile = join(folder, "token");
    let cookie: string;
    {
      await using served = await serve({ tokenFile });
      cookie = cookieOf(await open(served.server.createLink()));
    }
    {
      await using served = await serve({ tokenFile });
      assert.equal((await open(served.server.url, { cookie })).status, 200);
    }
    rmSync(tokenFile);
    await using served = await serve({ tokenFile });
    assert.equal((await open(served.server.url, { cookie })).status, 401);
    rmSync(folder, { recursive: true });
  });

  it("ends after 30 days without a visit, and goes on with one in the second half", async () => {
    const clock = createVirtualClock();
    await using served = await serve({ clock });
    const first = cookieOf(await open(served.server.createLink()));
    assert.equal((await open(served.server.url, { cookie: first })).headers.get("set-cookie"), null);
    await clock.pass(16 * day);
    const second = cookieOf(await open(served.server.url, { cookie: first }));
    assert.notEqual(second, "");
    await clock.pass(15 * day);
    assert.equal((await open(served.server.url, { cookie: first })).status, 401);
    assert.equal((await open(served.server.url, { cookie: `other=1; ${first}; ${second}` })).status, 200);
  });

  it("cannot be lengthened, or taken to another data folder", async () => {
    await using served = await serve();
    await using other = await serve();
    const cookie = cookieOf(await open(served.server.createLink()));
    const [name, value] = cookie.split("=") as [string, string];
    const [id, expiry, signature] = value.split(".") as [string, string, string];
    for (const forged of [
      `${id}.${Number(expiry) + 1}.${signature}`,
      `${id}x.${expiry}.${signature}`,
      `${id}.${expiry}.`,
      "",
      "..",
      "a.NaN.",
    ]) {
      assert.equal((await open(served.server.url, { cookie: `${name}=${forged}` })).status, 401, forged);
    }
    assert.equal((await open(other.server.url, { cookie })).status, 401);
  });

  it("changes something only where the page that asks is ours", async () => {
    await using served = await serve();
    const { url } = served.server;
    const cookie = cookieOf(await open(served.server.createLink()));
    const make = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${url}/api/things`, { method: "POST", body: '{"size":1}', headers: { cookie, ...headers } }))
        .status;
    assert.equal(await make({}), 403);
    assert.equal(await make({ origin: "http://evil.example" }), 403);
    assert.equal(await make({ origin: url }), 200);
    assert.equal(await make({ "sec-fetch-site": "same-origin" }), 200);
    assert.equal(await make({ "sec-fetch-site": "none" }), 403);
  });
});

describe("the token file", () => {
  it("is made once, for its owner alone", async () => {
    await using served = await serve();
    assert.match(readFileSync(served.tokenFile, "utf8"), /^[\w-]{43}\n$/);
    if (process.platform !== "win32") assert.equal(statSync(served.tokenFile).mode & 0o777, 0o600);
    await using second = await serve({ tokenFile: served.tokenFile });
    assert.equal(second.token, served.token);
  });

  it("is closed again where others could read it", { skip: process.platform === "win32" && "no modes" }, async () => {
    await using served = await serve();
    chmodSync(served.tokenFile, 0o644);
    await using second = await serve({ tokenFile: served.tokenFile });
    assert.equal(statSync(served.tokenFile).mode & 0o777, 0o600);
    assert.ok(second.logged.some(({ event }) => event === "server.token_was_readable"));
  });

  it("is not taken where it holds something else", async () => {
    await using served = await serve();
    for (const text of ["", "short", `${"x".repeat(43)} y`]) {
      writeFileSync(served.tokenFile, text);
      await assert.rejects(
        serve({ tokenFile: served.tokenFile }),
        (error) => error instanceof TuttiError && error.code === "config.invalid" && error.where === served.tokenFile,
      );
    }
  });

  it("is told about where its folder cannot be written", async () => {
    await assert.rejects(
      serve({ tokenFile: "/nowhere/at/all/token" }),
      (error) => error instanceof TuttiError && error.code === "server.unavailable",
    );
  });
});

describe("the address", () => {
  it("is the next free port where another program has the wanted one", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    await using served = await serve({ port });
    assert.ok(served.server.port > port);
    assert.equal(served.server.url, `http://127.0.0.1:${served.server.port}`);
    assert.deepEqual(served.logged[0], { event: "server.port_taken", fields: { port } });
    assert.equal((await served.ask("/api/things/x1")).status, 200);
    other.close();
  });

  it("is told where it cannot be had", async () => {
    await assert.rejects(
      serve({ host: "192.0.2.1" }),
      (error) => error instanceof TuttiError && error.code === "server.unavailable",
    );
  });

  it("may be everybody's, with a warning and no less of a token", async () => {
    await using served = await serve({ host: "0.0.0.0" });
    assert.ok(served.logged.some(({ event }) => event === "server.exposed"));
    assert.equal((await fetch(`${served.server.url}/api/things/x1`)).status, 401);
    assert.equal((await served.ask("/api/things/x1")).status, 200);
  });

  it("may be that of IPv6", { skip: !hasIpv6 && "no ::1 here" }, async () => {
    await using served = await serve({ host: "::1" });
    assert.equal(served.server.url, `http://[::1]:${served.server.port}`);
    assert.equal((await served.ask("/api/things/x1")).status, 200);
    assert.equal((await open(served.server.createLink())).status, 303);
  });

  it("leaves no warning on this machine alone", async () => {
    await using served = await serve();
    assert.deepEqual(served.logged, []);
  });
});

describe("what is served", () => {
  let served: Served;
  before(async () => {
    served = await serve({ pages: beginningWith({ operation: "thing.list", input: { limit: 1 } }) });
  });
  after(() => served[Symbol.asyncDispose]());

  it("has headers that keep strangers out, whatever it is", async () => {
    for (const path of [
      "/",
      "/icon.svg",
      "/assets/app-1a2b3c.js",
      "/api/things/x1",
      "/api/nothing",
      "/assets/none.js",
    ]) {
      for (const response of [await served.ask(path), await fetch(`${served.server.url}${path}`)]) {
        const { headers } = response;
        assert.equal(
          headers.get("content-security-policy"),
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          path,
        );
        assert.equal(headers.get("x-content-type-options"), "nosniff");
        assert.equal(headers.get("referrer-policy"), "no-referrer");
        assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
        assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
        assert.equal(headers.get("access-control-allow-origin"), null);
        await response.body?.cancel();
      }
    }
  });

  it("is the page for every address that is no file and not the API's", async () => {
    for (const path of ["/", "/index.html", "/runs/run_1", "/flows/a.yaml", "/apiary"]) {
      const response = await served.ask(path);
      assert.equal(response.status, 200, path);
      assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
      assert.match(await response.text(), /<title>Tutti<\/title>/);
    }
    for (const path of ["/api", "/api/", "/api/nothing", "/assets/none.js"]) {
      const response = await served.ask(path);
      assert.equal(response.status, 404, path);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
    }
  });

  it("is no file outside of its folder", async () => {
    for (const path of [
      "/../token",
      "/%2e%2e/token",
      "/assets/..%2f..%2ftoken",
      "/assets/%2e%2e/%2e%2e/token",
      "/..%5ctoken",
    ]) {
      const text = await (await served.ask(path)).text();
      assert.ok(!text.includes(served.token), path);
    }
  });

  it("is compressed where that was done beforehand, and kept for ever under a hashed name", async () => {
    const packed = await served.ask("/assets/app-1a2b3c.js", { headers: { "accept-encoding": "gzip, br", range: "" } });
    assert.equal(packed.headers.get("content-encoding"), "br");
    assert.equal(packed.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.match(packed.headers.get("content-type") ?? "", /javascript/);
    await packed.body?.cancel();
    const plain = await served.ask("/assets/app-1a2b3c.js", { headers: { "accept-encoding": "identity" } });
    assert.equal(plain.headers.get("content-encoding"), null);
    assert.equal(await plain.text(), "plain()");
    assert.equal((await served.ask("/icon.svg")).headers.get("cache-control"), "no-cache");
  });

  it("says so where there is no web UI, and still has the API", async () => {
    await using bare = await serve({ assets: join(tmpdir(), "tutti-no-web-here") });
    const response = await bare.ask("/");
    assert.equal(response.status, 404);
    assert.match(await response.text(), /npm run build/);
    assert.equal((await bare.ask("/api/things/x1")).status, 200);
  });

  it("is not what lacks the face http", async () => {
    const [made] = madeUpOperations();
    await using bare = await serve({ operations: [{ ...(made as NonNullable<typeof made>), faces: ["cli"] }] });
    assert.equal((await bare.ask("/api/things/x1")).status, 404);
  });
});

describe("the boot block", () => {
  const read = {
    method: "GET",
    role: "viewer",
    effect: "read",
    idempotent: true,
    faces: ["http"],
    cli: { examples: ["tutti"] },
  } as const;
  const bootOf = (html: string): unknown =>
    JSON.parse(/<script type="application\/json" id="boot">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "null");

  function answering(name: string, answer: () => Promise<unknown>) {
    return operation({
      ...read,
      name,
      summary: name,
      path: `/${name}`,
      input: z.strictObject({}),
      output: z.unknown(),
      handle: answer,
    });
  }

  it("holds what the page asks first, with what it asked", async () => {
    await using served = await serve({ pages: beginningWith({ operation: "thing.list", input: { limit: 2 } }) });
    assert.deepEqual(bootOf(await (await served.ask("/runs")).text()), {
      answers: [{ operation: "thing.list", input: { limit: 2 }, output: [{ id: "t5" }, { id: "t4" }] }],
    });
  });

  it("cannot be left by a text that is in it", async () => {
    const text = "</script><script>alert(1)</script><!--<script>$&$1";
    await using served = await serve({
      operations: [answering("evil", async () => text)],
      pages: beginningWith({ operation: "evil" }),
    });
    const html = await (await served.ask("/")).text();
    assert.ok(!html.includes("<script>alert"));
    assert.deepEqual(bootOf(html), { answers: [{ operation: "evil", input: {}, output: text }] });
  });

  it("leaves out what fails, hangs, is too large or is not there, and the page comes all the same", async () => {
    const operations = [
      answering("fails", async () => Promise.reject(new Error("no"))),
      answering("hangs", () => new Promise(() => undefined)),
      answering("large", async () => "x".repeat(300_000)),
      answering("cyclic", async () => {
        const value: Record<string, unknown> = {};
        value["self"] = value;
        return value;
      }),
      answering("works", async () => 1),
      ...madeUpOperations(),
    ];
    const names = ["fails", "hangs", "large", "cyclic", "works", "thing.follow", "thing.make", "nothing"];
    await using served = await serve({
      operations,
      pages: beginningWith(...names.map((name) => ({ operation: name }))),
    });
    const response = await served.ask("/");
    assert.equal(response.status, 200);
    assert.deepEqual(bootOf(await response.text()), { answers: [{ operation: "works", input: {}, output: 1 }] });
  });

  it("is of the page that is asked for, with what its address says", async () => {
    const pages: PageList = {
      everywhere: [{ operation: "thing.list", input: { limit: 1 } }],
      pages: [
        { path: "/", files: ["/assets/home-1.js"], calls: [] },
        {
          path: "/things",
          files: ["/assets/things-1.js", "/assets/things-1.css"],
          calls: [{ operation: "thing.list", input: { before: "?from", limit: 2 } }],
        },
        {
          path: "/things/:id",
          files: ["/assets/thing-1.js"],
          calls: [{ operation: "thing.get", input: { id: ":id" } }],
        },
      ],
    };
    await using served = await serve({ pages });
    const at = async (path: string): Promise<string> => (await served.ask(path)).text();
    const inputs = (html: string): unknown =>
      (bootOf(html) as { answers: { input: unknown }[] }).answers.map(({ input }) => input);
    const links = (html: string): string[] =>
      [...html.matchAll(/<link rel="(\w+)" crossorigin href="([^"]+)">/g)].map(([, rel, file]) => `${rel} ${file}`);

    assert.deepEqual(inputs(await at("/")), [{ limit: 1 }]);
    assert.deepEqual(links(await at("/")), ["modulepreload /assets/home-1.js"]);
    assert.deepEqual(inputs(await at("/things?from=t4")), [{ limit: 1 }, { before: "t4", limit: 2 }]);
    assert.deepEqual(inputs(await at("/things?from=")), [{ limit: 1 }, { limit: 2 }]);
    const inside = await at("/things/x7");
    assert.deepEqual(inputs(inside), [{ limit: 1 }, { id: "x7" }]);
    // The page that it lies in is loaded, too; that one's answers are not needed.
    assert.deepEqual(links(inside), [
      "modulepreload /assets/things-1.js",
      "stylesheet /assets/things-1.css",
      "modulepreload /assets/thing-1.js",
    ]);
    assert.deepEqual(inputs(await at("/things/a%20b")), [{ limit: 1 }, { id: "a b" }]);
    assert.deepEqual(inputs(await at("/things/%ff")), [{ limit: 1 }, { id: "%ff" }]);
    assert.deepEqual(links(await at("/elsewhere")), []);
  });

  it("says which event was the last before its answers were read", async () => {
    let stored = 0;
    const log = answering("event.list", async () => (stored === 0 ? [] : [{ sequence: stored }]));
    const events = { ...log, input: z.strictObject({ limit: z.number() }) };
    const works = answering("works", async () => ++stored);
    await using served = await serve({ operations: [events, works], pages: beginningWith({ operation: "works" }) });
    const answer = { operation: "works", input: {} };
    assert.deepEqual(bootOf(await (await served.ask("/")).text()), { after: 0, answers: [{ ...answer, output: 1 }] });
    assert.deepEqual(bootOf(await (await served.ask("/")).text()), { after: 1, answers: [{ ...answer, output: 2 }] });
  });

  it("is put into a page that has no place for it", async () => {
    await using served = await serve({ pages: beginningWith({ operation: "thing.list" }) });
    writeFileSync(join(served.assets, "index.html"), "<html><head></head><body></body></html>");
    assert.match(
      await (await served.ask("/")).text(),
      /<script type="application\/json" id="boot">\{.*\}<\/script><\/head>/,
    );
  });
});
