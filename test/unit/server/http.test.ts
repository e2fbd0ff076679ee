import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
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
    const { error } = body as { error: { code: string; data: { issues: { path: string[] }[] } } };
    assert.equal(status, 400);
    assert.equal(error.code, "usage.invalid");
    assert.deepEqual(error.data.issues[0]?.path, ["size"]);
  });

  for (const text of ["{", "[1]", '"text"', "null"]) {
    it(`refuses the body ${text}`, async () => {
      const { status, body } = await ask("/api/things", post(text));
      assert.equal(status, 400);
      assert.equal((body as { error: { code: string } }).error.code, "usage.invalid");
    });
  }

  it("answers an error whole, with a fitting status", async () => {
    const { status, body } = await ask("/api/things/x1/fail", post(""));
    assert.equal(status, 404);
    assert.deepEqual(body, {
      error: {
        code: "run.missing",
        message: "there is no x1",
        hint: "Look again.",
        docs: "docs/errors.md#run.missing",
        where: "here",
        retryable: false,
        data: { id: "x1" },
      },
    });
  });

  it("tells a defect from an error, and an unknown place from both", async () => {
    assert.equal((await ask("/api/things/defect/fail", post(""))).status, 500);
    assert.equal((await ask("/api/nothing")).status, 404);
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

// Routes are tried in the order of the table: `/runs/stats` before `/runs/:id` is no id, since those begin with `run_`.
test("no operation of the product is hidden behind the route of an earlier one", () => {
  const operations = describeOperations({ ...homeToDescribe(), environment: {} });
  for (const [index, { name, method, path }] of operations.entries()) {
    const others = operations.slice(0, index).filter((other) => other.method === method);
    const taker = others.find((other) => new RegExp(`^${other.path.replaceAll(/:\w+/g, "[^/]+")}$`).test(path));
    assert.equal(taker?.name, undefined, `${method} ${path} of ${name}`);
  }
});
