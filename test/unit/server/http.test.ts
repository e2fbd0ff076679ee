import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { silentLog } from "../../../src/core/log.ts";
import { createHttpApp } from "../../../src/server/http.ts";
import { describeOperations } from "../../../src/app.ts";
import { homeToDescribe } from "../../../src/cli/nowhere.ts";
import { madeUpOperations } from "./made-up.ts";

const app = createHttpApp(madeUpOperations(), { caller: "tester" });

async function ask(path: string, init?: RequestInit): Promise<{ status: number; body: unknown }> {
  const response = await app.request(path, init);
  return { status: response.status, body: await response.json() };
}

const post = (text: string): RequestInit => ({ method: "POST", body: text });

describe("the operation table over HTTP", () => {
  it("takes input from path and query, as the schema reads it", async () => {
    const { status, body } = await ask("/api/things/a%2Fb?limit=7");
    assert.equal(status, 200);
    assert.deepEqual(body, { id: "a/b", limit: 7, caller: "tester" });
  });

  it("takes input from a JSON body", async () => {
    assert.deepEqual((await ask("/api/things", post('{"size":2,"tags":["x"]}'))).body, { size: 2, tags: ["x"] });
  });

  it("says where an input is wrong", async () => {
    const { status, body } = await ask("/api/things", post('{"size":"big","colour":1}'));
    const { code, data } = body as { code: string; data: { issues: { path: string[] }[] } };
    assert.equal(status, 400);
    assert.equal(code, "usage.invalid");
    assert.deepEqual(data.issues[0]?.path, ["size"]);
  });

  for (const text of ["{", "[1]", '"text"', "null"]) {
    it(`refuses the body ${text}`, async () => {
      const { status, body } = await ask("/api/things", post(text));
      assert.equal(status, 400);
      assert.equal((body as { code: string }).code, "usage.invalid");
    });
  }

  it("answers an error whole, as problem details with a fitting status", async () => {
    const response = await app.request("/api/things/x1/fail", post(""));
    assert.equal(response.status, 404);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.deepEqual(await response.json(), {
      type: "/docs/errors#run.missing",
      title: "There is no such run",
      status: 404,
      detail: "there is no x1",
      code: "run.missing",
      hint: "Look again.",
      where: "here",
      retryable: false,
      data: { id: "x1" },
    });
  });

  it("tells a defect without where in the code it is, which is for the log", async () => {
    const logged: unknown[] = [];
    const log = { ...silentLog, error: (event: string, fields?: object) => void logged.push([event, fields]) };
    const response = await createHttpApp(madeUpOperations(), { caller: "tester", log }).request(
      "/api/things/defect/fail",
      post(""),
    );
    const text = await response.text();
    assert.equal(response.status, 500);
    assert.match(text, /"code":"internal.defect"/);
    assert.doesNotMatch(text, /made-up|\.ts|at /);
    assert.match(JSON.stringify(logged), /server.defect.*made-up\.ts/);
    for (const accept of ["*/*", "text/event-stream"]) {
      logged.length = 0;
      const follow = await createHttpApp(madeUpOperations(), { caller: "tester", log }).request(
        "/api/things/breaks/follow",
        { headers: { accept } },
      );
      const told = await follow.text();
      assert.match(told, /"code":"internal.defect"/);
      assert.doesNotMatch(told, /made-up|\.ts/);
      assert.match(JSON.stringify(logged), /server.defect.*made-up\.ts/);
    }
  });

  it("tells an unknown place, and a method that a known place does not take", async () => {
    assert.equal((await ask("/api/nothing")).status, 404);
    const response = await app.request("/api/things/x1", { method: "PUT" });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "GET, HEAD");
    assert.equal((await app.request("/api/things/x1", { method: "OPTIONS" })).status, 405);
  });

  it("takes a list as a key that comes again, or as JSON", async () => {
    const tags = async (query: string): Promise<unknown> => (await ask(`/api/things?${query}`)).body;
    const idsOf = (rows: unknown): string[] => (rows as { id: string }[]).map(({ id }) => id);
    assert.deepEqual(idsOf(await tags("only=t2&only=t4")), ["t4", "t2"]);
    assert.deepEqual(idsOf(await tags("only=t2")), ["t2"]);
    assert.deepEqual(idsOf(await tags(`only=${encodeURIComponent('["t2","t3"]')}`)), ["t3", "t2"]);
    assert.equal((await ask(`/api/things?only=${encodeURIComponent("[1")}`)).status, 400);
    assert.equal((await ask("/api/things?limit=2&limit=3")).status, 400);
  });

  for (const limit of ["", "%20", "0x3", "1_0", "three", "Infinity"]) {
    it(`takes no "${limit}" for a number`, async () => {
      const { status, body } = await ask(`/api/things?limit=${limit}`);
      assert.equal(status, 400);
      assert.match((body as { detail: string }).detail, /limit must be a number/);
    });
  }

  it("takes no NUL in an address", async () => {
    assert.equal((await ask("/api/things/a%00b")).status, 400);
    assert.equal((await ask("/api/things?before=%00")).status, 400);
  });

  it("links the next page of a list until there is none", async () => {
    const seen: string[] = [];
    let path: string | undefined = "/api/things?limit=2&only=t1&only=t2&only=t3";
    for (let pages = 0; path !== undefined && pages < 5; pages++) {
      const response: Response = await app.request(path);
      seen.push(((await response.json()) as { id: string }[]).map(({ id }) => id).join());
      path = /^<([^>]+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
    }
    assert.deepEqual(seen, ["t3,t2", "t1"]);
  });

  it("tags what was read, and does not send it to who has it", async () => {
    const response = await app.request("/api/things/x1");
    const tag = response.headers.get("etag") ?? "";
    assert.match(tag, /^W\/"[\w-]{27}"$/);
    const known = async (header: string): Promise<Response> =>
      app.request("/api/things/x1", { headers: { "if-none-match": header } });
    for (const header of [tag, `"other", ${tag}`, tag.slice(2), "*"]) {
      const again = await known(header);
      assert.equal(again.status, 304, header);
      assert.equal(await again.text(), "");
      assert.equal(again.headers.get("etag"), tag);
    }
    assert.equal((await known('"other"')).status, 200);
    assert.notEqual((await app.request("/api/things/x2")).headers.get("etag"), tag);
  });

  it("takes no body over the limit, whether its length is said or not, but from this machine's own socket", async () => {
    const long = JSON.stringify({ size: 1, tags: ["x".repeat(1_100_000)] });
    const declared = { ...post(long), headers: { "content-length": String(long.length) } };
    const chunked = {
      method: "POST",
      body: new Blob([long]).stream(),
      duplex: "half",
      headers: { "transfer-encoding": "chunked" },
    } as RequestInit;
    for (const init of [declared, chunked]) {
      const { status, body } = await ask("/api/things", init);
      assert.equal(status, 413);
      const { code, data } = body as { code: string; data: unknown };
      assert.deepEqual({ code, data }, { code: "request.too_large", data: { mostBytes: 1_048_576 } });
    }
    const larger = madeUpOperations().map((operation) => Object.assign(operation, { mostBodyBytes: 1_200_000 }));
    const roomy = createHttpApp(larger, { caller: "tester" });
    assert.equal((await roomy.request("/api/things", declared)).status, 200);
    const local = createHttpApp(madeUpOperations(), { caller: "cli", isLocal: true });
    assert.equal((await local.request("/api/things", declared)).status, 200);
  });

  it("answers a generator line by line", async () => {
    const response = await app.request("/api/things/t1/follow");
    assert.equal(response.headers.get("content-type"), "application/x-ndjson");
    const lines = (await response.text()).trim().split("\n");
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [{ progress: { turn: 1 } }, { progress: { turn: "zwei – ü" } }, { result: { id: "t1" } }],
    );
  });

  it("ends a generator that throws with its error", async () => {
    const text = await (await app.request("/api/things/fails/follow")).text();
    const last = JSON.parse(text.trim().split("\n").at(-1) ?? "") as { error: { code: string } };
    assert.equal(last.error.code, "run.conflict");
  });

  it("tells a generator that its reader has gone", async () => {
    const heard: string[] = [];
    const own = createHttpApp(madeUpOperations(heard), { caller: "tester" });
    const reader = (await own.request("/api/things/endless/follow")).body?.getReader();
    await reader?.read();
    await reader?.read();
    await reader?.cancel();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(heard.at(-1), "aborted");
  });
});

// `/runs/stats` is no id, since those begin with `run_`.
test("no operation of the product is hidden behind the route of an earlier one", () => {
  const operations = describeOperations({ ...homeToDescribe(), environment: {} });
  for (const { name, method, path } of operations) {
    // One with fewer parameters stands before one with more.
    const parameters = path.split(":").length;
    const others = operations.filter(
      (other) => other.name !== name && other.method === method && other.path.split(":").length <= parameters,
    );
    const taker = others.find((other) => new RegExp(`^${other.path.replaceAll(/:\w+/g, "[^/]+")}$`).test(path));
    assert.equal(taker?.name, undefined, `${method} ${path} of ${name}`);
  }
});
