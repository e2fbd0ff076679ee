import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Hono } from "hono";
import { TuttiError } from "../../../src/core/error.ts";
import { createClient, type Client } from "../../../src/sdk/client.ts";
import { wasNeverSent } from "../../../src/sdk/lost.ts";
import { socketTransport } from "../../../src/sdk/socket-transport.ts";
import { createHttpApp } from "../../../src/server/http.ts";
import { serveOnSocket, socketPath } from "../../../src/server/socket.ts";
import { madeUpOperations } from "./made-up.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-socket-"));
after(() => rmSync(folder, { recursive: true }));

function hosted(heard: string[] = []) {
  const operations = madeUpOperations(heard);
  const app = createHttpApp(operations, { caller: "tester" });
  return { app, operations, inProcess: createClient(async (request) => app.fetch(request), operations) };
}

const clientOf = (path: string): Client => createClient(socketTransport(path), madeUpOperations());

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof TuttiError && error.code === code;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("the local socket", { skip: process.platform === "win32" && "Windows has named pipes" }, () => {
  it("is the owner's alone, and is gone afterwards", async () => {
    const path = socketPath(folder);
    {
      await using stack = new AsyncDisposableStack();
      stack.use(await serveOnSocket(hosted().app, path));
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
    assert.equal(existsSync(path), false);
  });

  it("leaves the umask of the process as it was", async () => {
    const before = process.umask();
    const starting = serveOnSocket(hosted().app, socketPath(folder));
    assert.equal(process.umask(), before);
    await using stack = new AsyncDisposableStack();
    stack.use(await starting);
  });

  it("takes the place of a file that a dead host has left", async () => {
    const path = socketPath(folder);
    writeFileSync(path, "");
    await using stack = new AsyncDisposableStack();
    stack.use(await serveOnSocket(hosted().app, path));
    assert.deepEqual(await clientOf(path).call("thing.make", { size: 1 }), { size: 1 });
  });

  it("has a short name where the folder's is too long for a socket", async () => {
    const path = socketPath(join(folder, "x".repeat(120)));
    assert.ok(Buffer.byteLength(path) <= 100, path);
    await using stack = new AsyncDisposableStack();
    stack.use(await serveOnSocket(hosted().app, path));
    assert.deepEqual(await clientOf(path).call("thing.make", { size: 1 }), { size: 1 });
  });

  it("says so where nobody listens, and that nothing was sent", async () => {
    const call = clientOf(join(folder, "nobody")).call("thing.make", { size: 1 });
    await assert.rejects(call, (error) => hasCode("host.unreachable")(error) && wasNeverSent(error));
  });

  it("answers what it has heard before it closes, and hears no more", async () => {
    const path = socketPath(mkdtempSync(join(folder, "home-")));
    const heard = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const app = new Hono().post("/api/things", async (context) => {
      heard.resolve();
      await gate.promise;
      return context.json("late");
    });
    const server = await serveOnSocket(app, path);
    const first = clientOf(path).call("thing.make", { size: 1 });
    await heard.promise;
    const closing = server[Symbol.asyncDispose]();
    await assert.rejects(clientOf(path).call("thing.make", { size: 2 }), wasNeverSent);
    gate.resolve();
    assert.equal(await first, "late");
    await closing;
  });

  it("tells a follower that the host has died in the middle", async () => {
    const heard: string[] = [];
    const path = socketPath(folder);
    const server = await serveOnSocket(hosted(heard).app, path);
    const following = assert.rejects(
      clientOf(path).call("thing.follow", { id: "endless" }),
      hasCode("host.unreachable"),
    );
    await until(() => heard.includes("waiting"));
    await server[Symbol.asyncDispose]();
    await following;
  });
});

for (const kind of ["in process", "over the socket"] as const) {
  describe(`the client ${kind}`, { skip: process.platform === "win32" && "Windows has named pipes" }, () => {
    async function connected(use: (client: Client, heard: string[]) => Promise<void>): Promise<void> {
      const heard: string[] = [];
      const { app, inProcess } = hosted(heard);
      const path = socketPath(mkdtempSync(join(folder, "home-")));
      await using stack = new AsyncDisposableStack();
      stack.use(await serveOnSocket(app, path));
      await use(kind === "in process" ? inProcess : clientOf(path), heard);
    }

    it("calls by name, with input in path, query and body", () =>
      connected(async (client) => {
        assert.deepEqual(await client.call("thing.get", { id: "a/b ü", limit: 4 }), {
          id: "a/b ü",
          limit: 4,
          caller: "tester",
        });
        assert.deepEqual(await client.call("thing.make", { size: 2, tags: undefined }), { size: 2 });
      }));

    it("hands progress over in order, then the result", () =>
      connected(async (client) => {
        const seen: unknown[] = [];
        const result = await client.call("thing.follow", { id: "t1" }, { onProgress: (event) => seen.push(event) });
        assert.deepEqual(result, { id: "t1" });
        assert.deepEqual(seen, [{ turn: 1 }, { turn: "zwei – ü" }]);
      }));

    it("throws the error that the host has thrown", () =>
      connected(async (client) => {
        await assert.rejects(client.call("thing.fail", { id: "x1" }), (error) => {
          assert.ok(error instanceof TuttiError);
          const { code, message, hint, where, data } = error;
          assert.deepEqual(
            { code, message, hint, where, data },
            {
              code: "run.missing",
              message: "there is no x1",
              hint: "Look again.",
              where: "here",
              data: { id: "x1" },
            },
          );
          return true;
        });
        await assert.rejects(client.call("thing.follow", { id: "fails" }), hasCode("run.conflict"));
      }));

    it("ends the handler when the caller leaves", () =>
      connected(async (client, heard) => {
        const caller = new AbortController();
        const following = client.call("thing.follow", { id: "endless" }, { signal: caller.signal });
        await until(() => heard.includes("waiting"));
        caller.abort(new Error("enough"));
        // In process the handler's last word may still be heard.
        if (kind === "in process") await following;
        else await assert.rejects(following, /enough/);
        await until(() => heard.includes("aborted"));
      }));

    it("refuses an operation that there is not, and a path without its key", () =>
      connected(async (client) => {
        await assert.rejects(client.call("thing.nope", {}), hasCode("usage.invalid"));
        await assert.rejects(client.call("thing.get", {}), hasCode("usage.invalid"));
      }));
  });
}
