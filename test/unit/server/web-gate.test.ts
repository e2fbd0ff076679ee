import assert from "node:assert/strict";
import { dirname } from "node:path";
import { after, before, describe, it } from "node:test";
import { problemIn, raw, serve, statusOf, type Served } from "./served.ts";

let served: Served;
before(async () => {
  served = await serve({ allowedHosts: ["tutti.example", "proxied.example:8443"] });
});
after(() => served[Symbol.asyncDispose]());

function request(
  lines: readonly string[],
  { target = "/api/things/x1", method = "GET", version = "1.1" } = {},
): string {
  return [`${method} ${target} HTTP/${version}`, "connection: close", ...lines, "", ""].join("\r\n");
}

const own = (): string => `host: 127.0.0.1:${served.server.port}`;
const bearer = (): string => `authorization: Bearer ${served.token}`;

async function answerTo(lines: readonly string[], options?: Parameters<typeof request>[1]): Promise<string> {
  return raw(served.server.port, request(lines, options));
}

describe("the Host of a request", () => {
  const foreign = [
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1:PORT.evil.example",
    "127.0.0.1:PORT@evil.example",
    "evil.example@127.0.0.1:PORT",
    "localhost.:PORT",
    "localhost.evil.example:PORT",
    "127.0.0.2:PORT",
    "0.0.0.0:PORT",
    "2130706433:PORT",
    "0x7f.1:PORT",
    "[::ffff:127.0.0.1]:PORT",
    "::1:PORT",
    "[::1]",
    "127.0.0.1:0PORT",
    "127.0.0.1 :PORT",
    "127.0.0.1:PORT,evil.example",
    "tutti.example:1",
    "proxied.example",
    "",
    "/",
  ];
  for (const host of foreign) {
    it(`is refused with a good token where it is "${host}"`, async () => {
      const answer = await answerTo([`host: ${host.replace("PORT", String(served.server.port))}`, bearer()]);
      assert.equal(statusOf(answer), 421, answer);
      assert.equal(problemIn(answer).code, "access.foreign_host");
    });
  }

  for (const host of [
    "127.0.0.1:PORT",
    "localhost:PORT",
    "LOCALHOST:PORT",
    "[::1]:PORT",
    "tutti.example",
    "tutti.example:PORT",
    "proxied.example:8443",
  ]) {
    it(`is answered where it is ${host}`, async () => {
      const answer = await answerTo([`host: ${host.replace("PORT", String(served.server.port))}`, bearer()]);
      assert.equal(statusOf(answer), 200, answer);
    });
  }

  it("is looked at before the token and the origin", async () => {
    const answer = await answerTo(["host: evil.example", "origin: http://evil.example", "authorization: Bearer wrong"]);
    assert.equal(statusOf(answer), 421);
  });

  it("must be there once in HTTP/1.1", async () => {
    assert.equal(statusOf(await answerTo([bearer()])), 400);
    assert.equal(problemIn(await answerTo([bearer()])).code, "request.malformed");
    assert.equal(statusOf(await answerTo([own(), own(), bearer()])), 400);
    assert.equal(statusOf(await answerTo([own(), "Host: evil.example", bearer()])), 400);
  });

  it("must be ours in HTTP/1.0 as well", async () => {
    assert.equal(statusOf(await answerTo([bearer()], { version: "1.0" })), 421);
    assert.equal(statusOf(await answerTo(["host: evil.example", bearer()], { version: "1.0" })), 421);
    assert.equal(statusOf(await answerTo([own(), bearer()], { version: "1.0" })), 200);
  });

  it("is also that of a target with a host of its own", async () => {
    const absolute = (host: string) => ({ target: `http://${host}/api/things/x1?limit=4` });
    const mine = `127.0.0.1:${served.server.port}`;
    assert.equal(statusOf(await answerTo([own(), bearer()], absolute("evil.example"))), 421);
    assert.equal(statusOf(await answerTo(["host: evil.example", bearer()], absolute(mine))), 421);
    assert.equal(statusOf(await answerTo([own(), bearer()], absolute(`evil@${mine}`))), 421);
    const answer = await answerTo([own(), bearer()], absolute(mine));
    assert.equal(statusOf(answer), 200);
    assert.match(answer, /"limit":4/);
  });

  it("is refused with the path that a stranger sends, whatever it is", async () => {
    for (const target of ["/", "/index.html", "/api/nothing", "/assets/app-1a2b3c.js", "*", "//evil.example/x"]) {
      assert.ok([421, 400].includes(statusOf(await answerTo(["host: evil.example", bearer()], { target }))), target);
    }
    assert.equal(statusOf(await answerTo(["host: evil.example", bearer()], { method: "OPTIONS", target: "*" })), 400);
  });
});

describe("the Origin of a request", () => {
  const foreign = [
    "http://evil.example",
    "null",
    "http://127.0.0.1",
    "http://127.0.0.1:3000",
    "http://localhost:PORT",
    "https://127.0.0.1:PORT",
    "http://127.0.0.1:PORT.evil.example",
    "chrome-extension://abcdefgh",
    "",
  ];
  for (const origin of foreign) {
    it(`is refused with a good token where it is "${origin}"`, async () => {
      const answer = await answerTo([own(), `origin: ${origin.replace("PORT", String(served.server.port))}`, bearer()]);
      assert.equal(statusOf(answer), 403, answer);
      assert.equal(problemIn(answer).code, "access.foreign_origin");
    });
  }

  it("may be our own page's", async () => {
    assert.equal(statusOf(await answerTo([own(), `origin: http://127.0.0.1:${served.server.port}`, bearer()])), 200);
    assert.equal(statusOf(await answerTo(["host: tutti.example", "origin: https://tutti.example", bearer()])), 200);
  });

  it("is looked at before the token", async () => {
    assert.equal(statusOf(await answerTo([own(), "origin: http://evil.example"])), 403);
  });

  it("counts in each of several", async () => {
    const both = [`origin: http://127.0.0.1:${served.server.port}`, "origin: http://evil.example"];
    assert.equal(statusOf(await answerTo([own(), ...both, bearer()])), 403);
  });

  it("is told by the browser's own word where it is not sent", async () => {
    assert.equal(
      statusOf(await answerTo([own(), "sec-fetch-site: cross-site", "sec-fetch-mode: no-cors", bearer()])),
      403,
    );
    // Another port of this machine is another origin, though the same site.
    assert.equal(
      statusOf(await answerTo([own(), "sec-fetch-site: same-site", "sec-fetch-mode: no-cors", bearer()])),
      403,
    );
    assert.equal(statusOf(await answerTo([own(), "sec-fetch-site: same-origin", bearer()])), 200);
  });

  it("does not keep anybody from following a link to us", async () => {
    const navigation = ["sec-fetch-site: cross-site", "sec-fetch-mode: navigate", "sec-fetch-dest: document"];
    assert.equal(statusOf(await answerTo([own(), ...navigation, bearer()], { target: "/" })), 200);
    const frame = ["sec-fetch-site: cross-site", "sec-fetch-mode: navigate", "sec-fetch-dest: iframe"];
    assert.equal(statusOf(await answerTo([own(), ...frame, bearer()], { target: "/" })), 403);
  });

  it("gets no leave from CORS", async () => {
    const answer = await answerTo([own(), "origin: http://evil.example", "access-control-request-method: POST"], {
      method: "OPTIONS",
    });
    assert.equal(statusOf(answer), 403);
    assert.doesNotMatch(answer, /access-control/i);
  });
});

describe("the token of a request", () => {
  for (const [what, line] of [
    ["missing", "x: y"],
    ["wrong", "authorization: Bearer wrong"],
    ["empty", "authorization: Bearer "],
    ["of another kind", "authorization: Basic dG9rZW46"],
    ["a session's cookie that nobody signed", "cookie: tutti_abcdef012345=a.9999999999.b"],
  ] as const) {
    it(`is refused where it is ${what}`, async () => {
      for (const target of ["/api/things/x1", "/api/openapi.json", "/api/nothing", "/", "/assets/app-1a2b3c.js"]) {
        const answer = await answerTo([own(), line], { target });
        assert.equal(statusOf(answer), 401, target);
        assert.equal(problemIn(answer).code, "access.denied");
        assert.match(answer, /www-authenticate: Bearer/i);
      }
    });
  }

  it("is refused with a letter too few or too many, and in the address", async () => {
    const { token } = served;
    for (const given of [token.slice(1), token.slice(0, -1), `${token}x`, token.toUpperCase()]) {
      assert.equal(statusOf(await answerTo([own(), `authorization: Bearer ${given}`])), 401);
    }
    assert.equal(statusOf(await answerTo([own()], { target: `/?token=${token}` })), 401);
    assert.equal(statusOf(await answerTo([own()], { target: `/api/things/x1?token=${token}` })), 401);
  });

  it("is asked for before a body is read or a method looked at", async () => {
    const head = request([own(), "content-type: application/json", "content-length: 1000000000"], { method: "POST" });
    assert.equal(statusOf(await raw(served.server.port, head)), 401);
    assert.equal(statusOf(await answerTo([own()], { method: "TRACE" })), 401);
    const patient = request([own(), "expect: 100-continue", "content-length: 10"], { method: "POST" });
    const answer = await raw(served.server.port, patient);
    assert.equal(statusOf(answer), 401);
    assert.doesNotMatch(answer, /100 Continue/i);
  });

  it("lets a body come that asks first", async () => {
    const body = '{"size":2}';
    const head = request([own(), bearer(), "expect: 100-continue", `content-length: ${body.length}`], {
      method: "POST",
      target: "/api/things",
    });
    const answer = await raw(served.server.port, head + body);
    assert.match(answer, /^HTTP\/1\.1 100 Continue/);
    assert.match(answer, /HTTP\/1\.1 200 OK/);
  });

  it("is asked for without a word on where the data folder lies", async () => {
    const answer = await answerTo([own()]);
    assert.equal(statusOf(answer), 401);
    assert.match(answer, /`\.tutti\/token`/);
    assert.doesNotMatch(answer, new RegExp(dirname(served.tokenFile)));
  });

  it("is asked of people in a page that says what to do", async () => {
    const answer = await answerTo([own(), "accept: text/html"], { target: "/runs" });
    assert.equal(statusOf(answer), 401);
    assert.match(answer, /<code>tutti open<\/code>/);
    assert.match(answer, /This browser is not logged in/);
    assert.match(answer, /style-src 'sha256-/);
    assert.doesNotMatch(answer, /http-equiv/);
  });

  it("is waited for once where a link of another page keeps the cookie back", async () => {
    const link = ["accept: text/html", "sec-fetch-mode: navigate", "sec-fetch-dest: document"];
    const from = async (site: string, target = "/runs"): Promise<string> =>
      answerTo([own(), ...link, `sec-fetch-site: ${site}`], { target });
    assert.match(await from("cross-site"), /<meta http-equiv="refresh" content="0">/);
    for (const again of [await from("same-origin"), await from("none"), await from("cross-site", "/?token=old")]) {
      assert.equal(statusOf(again), 401);
      assert.doesNotMatch(again, /http-equiv/);
    }
  });
});
