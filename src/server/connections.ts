import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TuttiError } from "../core/error.ts";
import type { Log } from "../core/log.ts";
import type { ServerLimits } from "./limits.ts";
import { securityHeaders } from "./page.ts";
import { problemType, toProblem } from "./problem.ts";

export interface Connections {
  /** Resolves once no call is open, after the time that calls have to end at the latest. */
  drained(): Promise<void>;
}

/** Keeps a server's connections within their limits and tells what is wrong to who breaks them. */
export function guardConnections(server: Server, limits: ServerLimits, log: Log): Connections {
  const sockets = new Set<Socket>();
  const calls = new Map<ServerResponse, Socket>();
  let onQuiet: (() => void) | null = null;

  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    if (sockets.size > limits.mostConnections) refuse(socket, tooMany(limits.mostConnections));
  });
  const track = (request: IncomingMessage, response: ServerResponse): void => {
    calls.set(response, request.socket);
    response.once("close", () => {
      calls.delete(response);
      if (calls.size === 0) onQuiet?.();
    });
  };
  server.prependListener("request", track);
  server.prependListener("checkContinue", track);
  server.on("timeout", (socket: Socket) => {
    const isWaiting = [...calls.values()].includes(socket);
    // Who waits for an answer may: a model takes its time. Who does not take it, or asks nothing, may not.
    if (isWaiting && socket.writableLength === 0) {
      log.debug("server.call_takes_long", { moreThanMs: limits.stalledMs });
      socket.setTimeout(limits.stalledMs);
      return;
    }
    if (isWaiting) log.info("server.reader_dropped", { untakenBytes: socket.writableLength });
    socket.destroy();
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    const isAnswered = [...calls].some(([response, open]) => open === socket && response.headersSent);
    if (error.code === "ECONNRESET" || !socket.writable || isAnswered) socket.destroy();
    else refuse(socket, toRefusal(error, limits));
  });
  return {
    async drained() {
      if (calls.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      onQuiet = resolve;
      const timer = setTimeout(resolve, limits.drainMs);
      await promise;
      clearTimeout(timer);
    },
  };
}

function tooMany(most: number): TuttiError {
  return new TuttiError("server.busy", `there are ${most} connections already`, {
    hint: "Close some: each tab and each follower of a run holds one.",
  });
}

function toRefusal({ code, message }: NodeJS.ErrnoException, limits: ServerLimits): TuttiError {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new TuttiError("request.too_large", `the headers have more than ${limits.mostHeaderBytes} bytes`);
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new TuttiError(
        "request.too_slow",
        `the headers did not arrive within ${limits.headersMs} ms, or the body within ${limits.requestMs} ms`,
      );
    default:
      return new TuttiError("request.malformed", `this is not HTTP: ${message}`);
  }
}

/** An answer to what is no request yet, so there is nothing that would write it for us. */
function refuse(socket: Duplex, error: TuttiError): void {
  const problem = toProblem(error);
  const body = JSON.stringify(problem);
  const headers = {
    ...securityHeaders,
    "content-type": problemType,
    "content-length": Buffer.byteLength(body),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines, "", body].join("\r\n"), () =>
    socket.destroy(),
  );
}
