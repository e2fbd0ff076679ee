import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTutti, TuttiError } from "../../../src/sdk/index.ts";
import { collect, json, problem, serve } from "./web-host.ts";

function isError(expected: Partial<Pick<TuttiError, "code" | "message" | "hint" | "where" | "data">>) {
  return (error: unknown) => {
    assert.ok(error instanceof TuttiError, String(error));
    const { code, message, hint, where, data } = error;
    assert.partialDeepStrictEqual({ code, message, hint, where, data }, expected);
    return true;
  };
}

describe("a call of the SDK", () => {
  it("sends the token, and the input where the operation wants it", async () => {
    await using host = await serve((_heard, response) => json(response, []));
    const tutti = createTutti({ url: `${host.url}/`, token: "secret" });
    await tutti.run.list({ status: "failed", limit: 5 });
    await tutti.run.cancel({ id: "run_1/2", reason: "no more" });
    await tutti.run.get("run_7");
    await tutti.doctor();
    assert.deepEqual(
      host.heard.map(({ method, path, body }) => [method, path, body]),
      [
        ["GET", "/api/runs?status=failed&limit=5", ""],
        ["POST", "/api/runs/run_1%2F2/cancel", '{"reason":"no more"}'],
        ["GET", "/api/runs/run_7", ""],
        ["GET", "/api/doctor", ""],
      ],
    );
    for (const { headers } of host.heard) assert.equal(headers.authorization, "Bearer secret");
  });

  it("finds a host that lies below a path, and sends no token where there is none", async () => {
    await using host = await serve((_heard, response) => json(response, []));
    await createTutti({ url: `${host.url}/behind/a/proxy/` }).flow.list();
    assert.equal(host.heard[0]?.path, "/behind/a/proxy/api/flows");
    assert.equal(host.heard[0]?.headers.authorization, undefined);
  });

  it("throws what the problem details say", async () => {
    await using host = await serve((_heard, response) =>
      problem(response, 404, {
        code: "run.missing",
        detail: "there is no run_1",
        hint: "List them.",
        where: "here",
        data: { id: "run_1" },
      }),
    );
    await assert.rejects(
      createTutti({ url: host.url }).run.get("run_1"),
      isError({
        code: "run.missing",
        message: "there is no run_1",
        hint: "List them.",
        where: "here",
        data: { id: "run_1" },
      }),
    );
  });

  it("keeps the name of an error that a newer host knows and it does not", async () => {
    await using host = await serve((_heard, response) => problem(response, 400, { code: "moon.full", detail: "no" }));
    await assert.rejects(
      createTutti({ url: host.url }).tool.list(),
      isError({ code: "internal.defect", message: "no (moon.full)" }),
    );
  });

  it("says so where no host of Tutti answers", async () => {
    await using host = await serve((_heard, response) => response.writeHead(502).end("<h1>Bad gateway</h1>"));
    await assert.rejects(
      createTutti({ url: host.url }).tool.list(),
      isError({ code: "host.unreachable", message: `the host at ${host.url} answered with status 502` }),
    );
  });

  it("leaves at once when it is told to, with the reason", async () => {
    const leave = new AbortController();
    await using host = await serve(() => leave.abort(new Error("enough")));
    await assert.rejects(createTutti({ url: host.url }).run.list({}, { signal: leave.signal }), /^Error: enough$/);
    assert.equal(host.heard.length, 1);
  });

  it("refuses an address that is none, and an input without what the path needs", async () => {
    assert.throws(() => createTutti({ url: "localhost" }), isError({ code: "usage.invalid" }));
    assert.throws(() => createTutti(), isError({ code: "usage.invalid", message: "the url is missing" }));
    const tutti = createTutti({ url: "http://127.0.0.1:9" });
    await assert.rejects(tutti.run.get(""), isError({ code: "usage.invalid", message: "id is missing" }));
  });
});

describe("what the SDK tries again", () => {
  /** A host that cuts the first connections, or answers them with a status, and then is well. */
  const shaky = (failures: number, status?: number, headers: Record<string, string> = {}) =>
    serve((_heard, response, times) => {
      if (times > failures) return json(response, []);
      if (status === undefined) return void response.socket?.destroy();
      return problem(response, status, { code: "storage.locked", headers });
    });

  it("is a reading call whose connection was lost, twice", async () => {
    await using host = await shaky(2);
    assert.deepEqual(await createTutti({ url: host.url }).run.list(), []);
    assert.equal(host.heard.length, 3);
  });

  it("is nothing once the tries are used up", async () => {
    await using host = await shaky(9);
    await assert.rejects(createTutti({ url: host.url, retries: 1 }).run.list(), isError({ code: "host.unreachable" }));
    assert.equal(host.heard.length, 2);
  });

  it("is no call that was heard and may have done something", async () => {
    await using host = await shaky(1);
    await assert.rejects(
      createTutti({ url: host.url }).run.start({ flow: "a" }),
      isError({ code: "host.unreachable" }),
    );
    assert.equal(host.heard.length, 1);
  });

  it("is a call that nobody can have heard, whatever it does", async () => {
    const gone = await serve(() => undefined);
    await gone[Symbol.asyncDispose]();
    let tries = 0;
    await using stack = new AsyncDisposableStack();
    const host: { heard: readonly unknown[] }[] = [];
    const tutti = createTutti({
      url: gone.url,
      // The host comes back after the first try.
      fetch: async (request) => {
        if (++tries === 2) host.push(stack.use(await serve((_heard, response) => json(response, {}), gone.port)));
        return fetch(request);
      },
    });
    await tutti.event.emit({ name: "deployed" });
    assert.equal(tries, 2);
    assert.equal(host[0]?.heard.length, 1);
  });

  for (const status of [429, 503]) {
    it(`is a reading call that is asked by ${status} to come again`, async () => {
      await using host = await shaky(1, status, { "retry-after": "0" });
      assert.deepEqual(await createTutti({ url: host.url }).run.list(), []);
      assert.equal(host.heard.length, 2);
    });
  }

  it("is no refusal that says nothing of coming again, and none that asks for minutes", async () => {
    const refusals: Record<string, string>[] = [{}, { "retry-after": "120" }];
    for (const headers of refusals) {
      await using host = await shaky(1, 503, headers);
      await assert.rejects(createTutti({ url: host.url }).run.list(), isError({ code: "storage.locked" }));
      assert.equal(host.heard.length, 1);
    }
  });

  it("is nothing when the caller has left meanwhile", { timeout: 10_000 }, async () => {
    const leave = new AbortController();
    await using host = await serve((_heard, response) => {
      problem(response, 503, { code: "storage.locked", headers: { "retry-after": "20" } });
      response.once("close", () => leave.abort(new Error("enough")));
    });
    const call = createTutti({ url: host.url }).run.list({}, { signal: leave.signal });
    await assert.rejects(call, /^Error: enough$/);
    assert.equal(host.heard.length, 1);
  });
});

describe("a list of the SDK", () => {
  /** Seven runs, three on a page, as `run.list` pages them. */
  const paged = () =>
    serve(({ path }, response) => {
      const query = new URL(path, "http://localhost").searchParams;
      const first = Number(query.get("before") ?? "8") - 1;
      const ids = [first, first - 1, first - 2].filter((id) => id > 0);
      query.set("before", String(ids.at(-1)));
      const link = {
        link: `<http://elsewhere.example/api/runs?${query.toString()}>; rel="next", </api/runs>; rel="first"`,
      };
      json(
        response,
        ids.map((id) => ({ id: String(id) })),
        first > 3 ? link : {},
      );
    });

  it("gives every entry, one page after the other, from the host alone", async () => {
    await using host = await paged();
    const tutti = createTutti({ url: host.url, token: "secret" });
    const runs = await collect(tutti.run.list.all({ status: "failed" }));
    assert.deepEqual(
      runs.map(({ id }) => id),
      ["7", "6", "5", "4", "3", "2", "1"],
    );
    assert.deepEqual(
      host.heard.map(({ path }) => path),
      ["/api/runs?status=failed", "/api/runs?status=failed&before=5", "/api/runs?status=failed&before=2"],
    );
  });

  it("asks for no page that nobody wants", async () => {
    await using host = await paged();
    for await (const page of createTutti({ url: host.url }).run.list.pages()) {
      assert.equal(page.length, 3);
      break;
    }
    assert.equal(host.heard.length, 1);
  });
});
