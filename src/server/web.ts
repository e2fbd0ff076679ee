import { getRequestListener } from "@hono/node-server";
import type { Context } from "hono";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock, type Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import type { Log } from "../core/log.ts";
import type { AnyOperation } from "../core/operation.ts";
import { jsonAnswer } from "./answer.ts";
import { addAssets } from "./assets.ts";
import { createBoot, type BootCall } from "./boot.ts";
import { guardConnections } from "./connections.ts";
import { admit, type GateOptions } from "./gate.ts";
import { createHostNames, isLoopback } from "./host-names.ts";
import { createHttpApp } from "./http.ts";
import { serverLimits, type ServerLimits } from "./limits.ts";
import { openApi } from "./openapi.ts";
import type { EventStreamLimits } from "./outbox.ts";
import { problemPage, securityHeaders } from "./page.ts";
import { problemResponse, problemType, toProblem } from "./problem.ts";
import { createSessions } from "./session.ts";
import { readToken } from "./token-file.ts";

export interface WebServerOptions {
  /** The whole table; those without the face `http` are left out. */
  readonly operations: readonly AnyOperation[];
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
  /** What the page gets along with itself. */
  readonly boot?: readonly BootCall[];
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
  const limits = { ...serverLimits, ...options.limits };
  const server = createNodeServer(limits);
  const connections = guardConnections(server, limits, log);
  const port = await listen(server, options);
  const gate = {
    names: createHostNames(host, port, options.allowedHosts ?? []),
    sessions,
    tokenFile: options.tokenFile,
    log,
  };
  const closing = new AbortController();
  attach(server, gate, createApp(options, closing.signal));
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

function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
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
  addAssets(app, { folder: options.assets, boot: createBoot(operations, options.boot ?? []) });
  return app;
}

function callerOf(context: Context): string {
  const { caller } = context.env as { readonly caller?: "http" | "web" };
  return caller ?? "http";
}

/** Nothing of a request is read before it is admitted; `Expect: 100-continue` asks for just that. */
function attach(server: Server, gate: GateOptions & { readonly log: Log }, app: ReturnType<typeof createApp>): void {
  const { log } = gate;
  const callers = new WeakMap<IncomingMessage, "http" | "web">();
  const answer = getRequestListener(
    (request, env) => app.fetch(request, { ...env, caller: callers.get(env.incoming as IncomingMessage) }),
    { errorHandler: (error) => problemResponse(toMalformed(error)) },
  );
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeaders(new Map(Object.entries(securityHeaders)));
    const admission = admit(gate, request);
    if (admission.kind === "pass" && request.headers.expect !== undefined) response.writeContinue();
    switch (admission.kind) {
      case "refuse":
        return refuse(request, response, admission.error);
      case "enter":
        response.writeHead(303, {
          location: admission.location,
          "set-cookie": admission.cookie,
          "cache-control": "no-store",
        });
        response.end();
        return;
      case "pass":
        request.url = admission.target;
        callers.set(request, admission.caller);
        if (admission.cookie !== null) response.setHeader("set-cookie", admission.cookie);
        return answer(request, response);
    }
  };
  for (const event of ["request", "checkContinue"]) {
    server.on(event, (request: IncomingMessage, response: ServerResponse) => {
      // The last boundary: one request that cannot be answered must not end the host.
      handle(request, response).catch((error: unknown) => {
        log.error("server.defect", { error: error instanceof Error ? error.stack : String(error) });
        response.destroy();
      });
    });
  }
}

function toMalformed(error: unknown): unknown {
  if (error instanceof TuttiError) return error;
  return new TuttiError("request.malformed", error instanceof Error ? error.message : String(error));
}

function refuse(request: IncomingMessage, response: ServerResponse, error: TuttiError): void {
  const { status } = toProblem(error);
  const wantsPage = !/^\/api(\/|\?|$)/.test(request.url ?? "") && (request.headers.accept ?? "").includes("text/html");
  const { body, headers } = wantsPage
    ? problemPage(error)
    : { body: JSON.stringify(toProblem(error)), headers: { "content-type": problemType, "cache-control": "no-store" } };
  response.writeHead(status, { ...headers, ...(status === 401 ? { "www-authenticate": 'Bearer realm="tutti"' } : {}) });
  response.end(request.method === "HEAD" ? undefined : body);
}
