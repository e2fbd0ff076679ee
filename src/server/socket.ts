import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { chmodSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TuttiError } from "../core/error.ts";
import { sha256 } from "../core/hash.ts";

// A Unix socket's path has at most 104 bytes on macOS and 108 on Linux.
const longestPath = 100;

/** Where the host of a data folder listens: in the folder, or for a long path under a short name in the temporary folder. */
export function socketPath(home: string): string {
  const name = sha256(home).slice(0, 16);
  if (process.platform === "win32") return `\\\\.\\pipe\\tutti-${name}`;
  const inside = join(home, "socket");
  return Buffer.byteLength(inside) <= longestPath ? inside : join(tmpdir(), `tutti-${name}.socket`);
}

/** Serves an app on a local socket, mode 0600. The caller holds the folder's lock, so a file that is there is left over. */
export async function serveOnSocket(app: Hono, path: string): Promise<AsyncDisposable> {
  if (process.platform !== "win32") rmSync(path, { force: true });
  const previous = process.umask(0o177);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const server = createAdaptorServer({ fetch: app.fetch });
  server.once("listening", resolve);
  server.once("error", reject);
  server.listen(path);
  try {
    await promise;
    if (process.platform !== "win32") chmodSync(path, 0o600);
  } catch (error) {
    throw new TuttiError("host.unreachable", `the host cannot listen on ${path}`, { cause: error, where: path });
  } finally {
    process.umask(previous);
  }
  return {
    async [Symbol.asyncDispose]() {
      const { promise: closed, resolve: done } = Promise.withResolvers<void>();
      server.close(() => done());
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
      if (process.platform !== "win32") rmSync(path, { force: true });
    },
  };
}
