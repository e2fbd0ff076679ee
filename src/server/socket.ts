import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { chmodSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TuttiError } from "../core/error.ts";
import { sha256 } from "../core/hash.ts";
import { isStreamType } from "./stream.ts";

// A Unix socket's path has at most 104 bytes on macOS and 108 on Linux.
const longestPath = 100;
// A call is a transaction or two; what takes longer is not waited for when the host ends.
const lastAnswersMs = 1_000;
const lookAgainMs = 5;

/** Where the host of a data folder listens: in the folder, or for a long path under a short name in the temporary folder. */
export function socketPath(home: string): string {
  const name = sha256(home).slice(0, 16);
  if (process.platform === "win32") return `\\\\.\\pipe\\tutti-${name}`;
  const inside = join(home, "socket");
  return fits(inside) ? inside : join(shortFolder(), `${name}.socket`);
}

/** Serves an app on a local socket, mode 0600. The caller holds the folder's lock, so a file that is there is left over. */
export async function serveOnSocket(app: Hono, path: string): Promise<AsyncDisposable> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const server = createAdaptorServer({ fetch: app.fetch });
  const calls = openCalls(server);
  server.once("listening", resolve);
  server.once("error", reject);
  try {
    prepare(path);
    listenPrivately(server, path);
    await promise;
    if (process.platform !== "win32") chmodSync(path, 0o600);
  } catch (error) {
    throw new TuttiError("host.unreachable", `the host cannot listen on ${path}`, { cause: error, where: path });
  }
  return {
    async [Symbol.asyncDispose]() {
      // Who comes now finds nobody, and knows that nothing was done; who was heard gets the answer.
      if (process.platform !== "win32") rmSync(path, { force: true });
      await calls.ended(lastAnswersMs);
      const { promise: closed, resolve: done } = Promise.withResolvers<void>();
      server.close(() => done());
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    },
  };
}

/** Connections that wait for an answer; one that is followed line by line (a watch) may take for ever and is none. */
function openCalls(server: ReturnType<typeof createAdaptorServer>): { ended(withinMs: number): Promise<void> } {
  const answers = new Map<Socket, ServerResponse | null>();
  server.on("connection", (socket: Socket) => {
    answers.set(socket, null);
    socket.once("close", () => answers.delete(socket));
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => answers.set(request.socket, response));
  return {
    async ended(withinMs) {
      for (let waitedMs = 0; waitedMs < withinMs; waitedMs += lookAgainMs) {
        // At least once: who has just connected is not accepted yet.
        await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
        if (![...answers.values()].some(isCall)) return;
      }
    },
  };
}

function isCall(response: ServerResponse | null): boolean {
  return !isStreamType(response?.getHeader("content-type"));
}

function listenPrivately(server: ReturnType<typeof createAdaptorServer>, path: string): void {
  // The umask is the whole process's: a pipe is bound before `listen` returns, so nothing else is made under this one.
  const previous = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(previous);
  }
}

function prepare(path: string): void {
  if (process.platform === "win32") return;
  const folder = dirname(path);
  if (folder === shortFolder()) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // The temporary folder is everybody's: one that somebody else has put there could listen in our place.
    const { uid, mode } = lstatSync(folder);
    if (uid !== process.getuid?.() || (mode & 0o077) !== 0) throw new Error(`${folder} is not this user's alone`);
  }
  rmSync(path, { force: true });
}

function shortFolder(): string {
  const name = `tutti-${process.getuid?.() ?? 0}`;
  const folder = join(tmpdir(), name);
  return fits(join(folder, "0123456789abcdef.socket")) ? folder : join("/tmp", name);
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= longestPath;
}
