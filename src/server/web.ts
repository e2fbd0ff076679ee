import type { Context } from "hono";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock, type Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import type { Log } from "../core/log.ts";
import type { AnyOperation } from "../core/operation.ts";
import type { Route } from "../core/route.ts";
import { jsonAnswer } from "./answer.ts";
import { addAssets } from "./assets.ts";
import { createBoot } from "./boot.ts";
import { guardConnections } from "./connections.ts";
import { attachDoor } from "./door.ts";
import { createHostNames, isLoopback, urlHost } from "./host-names.ts";
import { createHttpApp } from "./http.ts";
import { serverLimits, type ServerLimits } from "./limits.ts";
import { openApi } from "./openapi.ts";
import type { EventStreamLimits } from "./outbox.ts";
import { addRoutes, openTargets } from "./routes.ts";
import { createSessions } from "./session.ts";
import { readToken } from "./token-file.ts";

export interface WebServerOptions {
  /** The whole table; those without the face `http` are left out. */
  readonly operations: readonly AnyOperation[];
  /** Places for protocols of others, by their whole paths. */
  readonly routes?: readonly Route[];
  /** Where the token is, or is to be made: 0600, in the data folder. */
  readonly tokenFile: string;
  readonly host: string;
  /** The wanted port; if another program has it, the next free one. 0 is any. */
  readonly port: number;
  /** Names beside loopback that a request's `Host` may say. */
  readonly allowedHosts?: readonly string[];
  /** The folder of the built web UI. */
  readonly assets: string;
  readonly version?: string;
  readonly limits?: Partial<ServerLimits>;
  readonly streams?: EventStreamLimits;
  readonly clock?: Clock;
  readonly log: Log;
}

export interface WebServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** A link that opens a session in a browser: valid once, for 10 minutes. */
  createLink(path?: string): string;
}

const portsTried = 100;

/** Serves the operations and the web UI over TCP: by loopback, to known names, pages of our own and holders of the token. */
export async function serveWeb(options: WebServerOptions): Promise<WebServer> {
  const { host, log, clock = systemClock } = options;
  if (!isLoopback(host))
    log.warn("server.exposed", { host, note: "everybody who reaches this address and has the token" });
  const sessions = createSessions(readToken(options.tokenFile, log), clock);
  const closing = new AbortController();
  const limits = { ...serverLimits, ...options.limits };
  const server = createNodeServer(limits);
  const connections = guardConnections(server, limits, log);
  const port = await listen(server, options);
  const door = {
    names: createHostNames(host, port, options.allowedHosts ?? []),
    sessions,
    isOpen: openTargets(options.routes ?? []),
    log,
    closing: closing.signal,
  };
  attachDoor(server, door, createApp(options, closing.signal));
  const url = `http://${urlHost(host)}:${port}`;
  return {
    url,
    port,
    createLink: (path = "/") => linkTo(new URL(path, url), url, sessions.createOnce()),
    async [Symbol.asyncDispose]() {
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      closing.abort();
      await connections.drained();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createNodeServer(limits: ServerLimits): Server {
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersMs),
    keepAliveTimeout: limits.idleMs,
    maxHeaderSize: limits.mostHeaderBytes,
    keepAlive: true,
    // We look at the host ourselves, and say what is wrong.
    requireHostHeader: false,
  });
  server.timeout = limits.stalledMs;
  return server;
}

async function listen(server: Server, { host, port, log }: WebServerOptions): Promise<number> {
  for (let tried = 0; ; tried++) {
    try {
      return await listenOn(server, host, port === 0 ? 0 : port + tried);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EADDRINUSE" && tried < portsTried && port + tried < 65_535) {
        log.info("server.port_taken", { port: port + tried });
        continue;
      }
      throw new TuttiError("server.unavailable", `the server cannot listen on ${host}:${port + tried}`, {
        cause: error,
        hint: "Choose another port with `--port`, or another address with `--host`.",
      });
    }
  }
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", reject);
  server.listen({ host, port, exclusive: true }, () => {
    server.off("error", reject);
    resolve((server.address() as AddressInfo).port);
  });
  return promise;
}

function linkTo(target: URL, url: string, once: string): string {
  if (target.origin !== url) throw new TuttiError("usage.invalid", `${target.href} is not an address of this server`);
  target.searchParams.set("token", once);
  return target.href;
}

function createApp(options: WebServerOptions, closing: AbortSignal) {
  const operations = options.operations.filter(({ faces }) => faces.includes("http"));
  const { log, clock, streams, version = "0.0.0" } = options;
  const app = createHttpApp(operations, {
    caller: callerOf,
    closing,
    log,
    ...(clock ? { clock } : {}),
    ...(streams ? { streams } : {}),
  });
  let document: unknown;
  app.get("/api/openapi.json", (context) => {
    document ??= openApi(operations, { version });
    return jsonAnswer(context, { method: "GET" }, { input: {}, output: document });
  });
  addRoutes(app, options.routes ?? [], callerOf);
  addAssets(app, { folder: options.assets, boot: createBoot(operations) });
  return app;
}

function callerOf(context: Context): string {
  const { caller } = context.env as { readonly caller?: "http" | "web" };
  return caller ?? "http";
}
