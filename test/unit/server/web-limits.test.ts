import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { z } from "zod";
import { seededRandom } from "../../../src/core/random.ts";
import { eventStreamLimits } from "../../../src/server/outbox.ts";
import { operation } from "../../../src/core/operation.ts";
import { madeUpOperations } from "./made-up.ts";
import { problemIn, raw, serve, statusOf, type Served } from "./served.ts";

const head = (served: Served, lines: readonly string[] = []): string =>
  [`host: 127.0.0.1:${served.server.port}`, `authorization: Bearer ${served.token}`, ...lines, "", ""].join("\r\n");

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const base = {
  role: "viewer",
  effect: "read",
  idempotent: true,
  faces: ["http"],
  cli: { examples: ["tutti"] },
} as const;

function gated(gate: Promise<unknown>, heard: () => void) {
  return operation({
    ...base,
    name: "slow",
    summary: "Takes its time",
    method: "GET",
    path: "/slow",
    input: z.strictObject({}),
    output: z.unknown(),
    handle: async () => {
      heard();
      return gate;
    },
  });
}

describe("a client that is slow", () => {
  it("is told so when its headers do not come", async () => {
    await using served = await serve({ limits: { headersMs: 200 } });
    const answer = await raw(served.server.port, `GET /api/things/x1 HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: `);
    assert.equal(statusOf(answer), 408);
    assert.equal(problemIn(answer).code, "request.too_slow");
  });

  it("is told so when it says nothing at all", async () => {
    await using served = await serve({ limits: { headersMs: 200 } });
    assert.equal(statusOf(await raw(served.server.port, "")), 408);
  });

  it("is told so when its body does not come", async () => {
    await using served = await serve({ limits: { headersMs: 200, requestMs: 300 } });
    const answer = await raw(
      served.server.port,
      `POST /api/things HTTP/1.1\r\n${head(served, ["content-length: 100"])}{"si`,
    );
    assert.equal(statusOf(answer), 408);
  });

  it("does not keep others waiting", async () => {
    await using served = await serve();
    const slow = await Promise.all(Array.from({ length: 50 }, () => connected(served.server.port)));
    for (const socket of slow) socket.write("GET / HTTP/1.1\r\n");
    assert.equal((await served.ask("/api/things/x1")).status, 200);
    for (const socket of slow) socket.destroy();
  });

  it("is dropped when it does not take its answer", async () => {
    const large = operation({
      ...base,
      name: "large",
      summary: "Is large",
      method: "GET",
      path: "/large",
      input: z.strictObject({}),
      output: z.unknown(),
      handle: async () => "x".repeat(50_000_000),
    });
    await using served = await serve({ operations: [large], limits: { stalledMs: 300 } });
    const socket = await connected(served.server.port);
    const closed = once(socket, "close");
    socket.write(`GET /api/large HTTP/1.1\r\n${head(served)}`);
    await until(() => served.logged.some(({ event }) => event === "server.reader_dropped"));
    socket.resume();
    await closed;
    assert.ok(socket.bytesRead < 50_000_000, `${socket.bytesRead}`);
  });

  it("misses what it does not take of a stream, and is told so", async () => {
    const isReading = Promise.withResolvers<void>();
    let given = 0;
    const tail = operation<object, unknown, unknown>({
      ...base,
      name: "tail",
      summary: "Tells much",
      method: "GET",
      path: "/tail",
      input: z.strictObject({}),
      output: z.unknown(),
      handle: async function* () {
        // 30 MB: more than the wires and the buffer hold.
        while (given < 3_000) yield { sequence: ++given, text: "x".repeat(10_000) };
        await isReading.promise;
        yield { sequence: ++given };
        return null;
      },
    });
    await using served = await serve({ operations: [tail], streams: { ...eventStreamLimits, patienceMs: 100 } });
    const socket = await connected(served.server.port);
    socket.pause();
    socket.write(`GET /api/tail HTTP/1.1\r\n${head(served, ["accept: text/event-stream", "connection: close"])}`);
    await until(() => given === 3_000);
    let bytes = 0;
    let last = "";
    socket.setEncoding("utf8").on("data", (piece: string) => {
      bytes += piece.length;
      last = (last + piece).slice(-2_000);
      if (last.includes("event: resync")) isReading.resolve();
    });
    socket.resume();
    await isReading.promise;
    await until(() => last.includes("event: result"));
    assert.match(
      last,
      /id: 3000\nevent: resync\ndata: \{"latest":3000\}\n\n[\s\S]*id: 3001\ndata: \{"sequence":3001\}\n\n/,
    );
    assert.ok(bytes < 20_000_000, `${bytes}`);
  });

  it("may wait for its answer longer than that", async () => {
    const gate = Promise.withResolvers<string>();
    const heard = Promise.withResolvers<void>();
    await using served = await serve({
      operations: [gated(gate.promise, heard.resolve)],
      limits: { stalledMs: 50, idleMs: 50 },
    });
    const asked = served.ask("/api/slow");
    await heard.promise;
    await until(() => served.logged.filter(({ event }) => event === "server.call_takes_long").length === 3);
    gate.resolve("late");
    assert.equal(await (await asked).json(), "late");
  });
});

describe("a request that is wrong", () => {
  it("is answered with a problem, whatever it is", async () => {
    await using served = await serve();
    const own = head(served);
    const cases: readonly (readonly [string, number, string])[] = [
      ["hello\r\n\r\n", 400, "request.malformed"],
      ["\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n", 400, "request.malformed"],
      ["GET / HTTP/9.9\r\n\r\n", 400, "request.malformed"],
      [`GET / HTTP/1.1\r\nx-long: ${"x".repeat(20_000)}\r\n${own}`, 413, "request.too_large"],
      [
        `POST /api/things HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n${own}`,
        400,
        "request.malformed",
      ],
      [`GET /api/things/%ff%fe HTTP/1.1\r\nconnection: close\r\n${own}`, 200, ""],
      [`GET /\\evil HTTP/1.1\r\nconnection: close\r\n${own}`, 400, "request.malformed"],
    ];
    for (const [request, status, code] of cases) {
      const answer = await raw(served.server.port, request);
      assert.equal(statusOf(answer), status, `${request.slice(0, 60)} → ${answer.slice(0, 300)}`);
      if (code !== "") assert.equal(problemIn(answer).code, code);
      assert.match(answer, /x-content-type-options: nosniff/i);
    }
  });

  it("gets its answer also when its body goes on for long", async () => {
    await using served = await serve();
    const body = "x".repeat(5_000_000);
    const wrongToken = await fetch(`${served.server.url}/api/things`, {
      method: "POST",
      body,
      headers: { authorization: "Bearer x" },
    });
    assert.equal(wrongToken.status, 401);
    const tooLong = await served.ask("/api/things", { method: "POST", body });
    assert.equal(tooLong.status, 413);
    assert.equal(((await tooLong.json()) as { code: string }).code, "request.too_large");
  });
});

describe("what is thrown at the server", () => {
  it("does not end it", async () => {
    await using served = await serve();
    const random = seededRandom(7);
    const words = [
      "GET ",
      "POST ",
      " HTTP/1.1\r\n",
      "\r\n\r\n",
      head(served),
      "/api/things",
      "%",
      "\0",
      "content-length: 5\r\n",
      "transfer-encoding: chunked\r\n",
      "expect: 100-continue\r\n",
      "upgrade: websocket\r\nconnection: upgrade\r\n",
      "CONNECT x:1",
      "TRACE ",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "ÿþ",
      "{",
    ];
    const requests = Array.from({ length: 300 }, () =>
      Array.from({ length: 1 + Math.floor(random() * 8) }, () => words[Math.floor(random() * words.length)]).join(""),
    );
    for (const request of requests) {
      const socket = await connected(served.server.port);
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      socket.once("close", () => resolve());
      socket.resume();
      socket.end(request);
      await closed;
    }
    assert.equal((await served.ask("/api/things/x1")).status, 200);
    assert.deepEqual(
      served.logged.filter(({ event }) => event === "server.defect"),
      [],
    );
  });
});

describe("the connections", () => {
  it("are closed where nothing is asked for a while", async () => {
    await using served = await serve({ limits: { idleMs: 50 } });
    const answer = await raw(served.server.port, `GET /api/things/x1 HTTP/1.1\r\n${head(served)}`);
    assert.equal(statusOf(answer), 200);
  });

  it("are not more than they may be, and who comes in vain is told so", async () => {
    await using served = await serve({ limits: { mostConnections: 3 } });
    const open = await Promise.all(Array.from({ length: 3 }, () => connected(served.server.port)));
    const answer = await text(await connected(served.server.port));
    assert.equal(statusOf(answer), 503);
    assert.equal(problemIn(answer).code, "server.busy");
    const closed = open.map((socket) => once(socket, "close"));
    for (const socket of open) socket.end();
    await Promise.all(closed);
    assert.equal((await served.ask("/api/things/x1")).status, 200);
  });
});

describe("the end of the server", () => {
  it("answers what it has heard, hears no more, and is not kept by what never ends", async () => {
    const gate = Promise.withResolvers<string>();
    const heard = Promise.withResolvers<void>();
    const served = await serve({ operations: [gated(gate.promise, heard.resolve)] });
    const asked = served.ask("/api/slow");
    await heard.promise;
    const idle = await connected(served.server.port);
    const idleClosed = once(idle, "close");
    const ended = served[Symbol.asyncDispose]();
    await assert.rejects(fetch(served.server.url));
    gate.resolve("last words");
    assert.equal(await (await asked).json(), "last words");
    await ended;
    await idleClosed;
  });

  it("lets nobody in by a connection that is still open", async () => {
    const gate = Promise.withResolvers<string>();
    const heard = Promise.withResolvers<void>();
    const served = await serve({ operations: [gated(gate.promise, heard.resolve), ...madeUpOperations()] });
    const socket = await connected(served.server.port);
    socket.write(`GET /api/slow HTTP/1.1\r\n${head(served)}`);
    await heard.promise;
    const ended = served[Symbol.asyncDispose]();
    socket.write(`GET /api/things/x1 HTTP/1.1\r\n${head(served)}`);
    let answers = "";
    socket.setEncoding("utf8").on("data", (piece: string) => (answers += piece));
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    socket.once("close", () => resolve());
    await until(() => served.logged.some(({ event }) => event === "server.refused"));
    gate.resolve("last words");
    await ended;
    await closed;
    assert.match(answers, /^HTTP\/1.1 200 OK[\s\S]*"last words"/);
    assert.match(answers, /HTTP\/1.1 503 [\s\S]*"code":"host.unreachable"/);
  });

  it("waits for a call only so long", async () => {
    const heard = Promise.withResolvers<void>();
    const served = await serve({
      operations: [gated(new Promise(() => undefined), heard.resolve)],
      limits: { drainMs: 50 },
    });
    const asked = served.ask("/api/slow");
    await heard.promise;
    const failed = assert.rejects(asked);
    await served[Symbol.asyncDispose]();
    await failed;
  });

  it("tells the readers of streams to come again", async () => {
    const heard: string[] = [];
    const served = await serve({ operations: madeUpOperations(heard) });
    const follow = async (accept: string): Promise<string> =>
      (await served.ask("/api/things/endless/follow", { headers: { accept } })).text();
    const [lines, events] = [follow("*/*"), follow("text/event-stream")];
    await until(() => heard.length === 2);
    await served[Symbol.asyncDispose]();
    const last = JSON.parse((await lines).trim().split("\n").at(-1) ?? "") as {
      error: { code: string; retryable: boolean };
    };
    assert.deepEqual([last.error.code, last.error.retryable], ["host.unreachable", true]);
    assert.match(await events, /retry: 500\nevent: closing\ndata: \{"code":"host.unreachable".*\n\n$/);
    assert.deepEqual(heard, ["waiting", "waiting", "aborted", "aborted"]);
  });
});
