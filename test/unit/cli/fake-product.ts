import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import type { AnyOperation } from "../../../src/core/operation.ts";
import { createInterrupt, type SignalSource } from "../../../src/cli/interrupt.ts";
import { runProgram } from "../../../src/cli/program.ts";
import { createClient } from "../../../src/sdk/client.ts";
import type { Connection, ConnectOptions } from "../../../src/sdk/connection.ts";
import { createHttpApp } from "../../../src/server/http.ts";

export interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly connects: readonly ConnectOptions[];
}

export interface FakeOptions {
  /** One per connection, in order; the last one again for all that follow. */
  readonly modes?: readonly ("host" | "client")[];
  readonly hasFolder?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  /** Where Ctrl-C comes from. The test's own process is no place for it: the test runner listens there, too. */
  readonly signals?: EventEmitter;
  /** What is typed. */
  readonly stdin?: readonly string[];
}

/** Runs one command line against made-up operations and keeps what it says. */
export async function callTutti(
  words: readonly string[],
  operations: readonly AnyOperation[],
  {
    modes = ["host"],
    hasFolder = true,
    environment = {},
    isTerminal = false,
    signals = new EventEmitter(),
    stdin = [],
  }: FakeOptions = {},
): Promise<Called> {
  const app = createHttpApp(operations, { caller: "cli" });
  const connects: ConnectOptions[] = [];
  const connect = async (options: ConnectOptions): Promise<Connection | null> => {
    connects.push(options);
    const mode = modes[connects.length - 1] ?? modes.at(-1) ?? "host";
    return hasFolder ? connection(mode) : null;
  };
  const connection = (mode: "host" | "client"): Connection => {
    let isOpen = true;
    const transport = async (request: Request): Promise<Response> => {
      await new Promise((resolve) => setImmediate(resolve));
      if (!isOpen) throw new Error("called after the connection had ended");
      return app.fetch(request);
    };
    return {
      mode,
      operations,
      home: "/made/up",
      client: createClient(transport, operations),
      graceMs: 0,
      takeUp: async () => mode === "host",
      whenIdle: async () => undefined,
      whenDone: async () => undefined,
      served: null,
      standBy: () => null,
      [Symbol.asyncDispose]: async () => {
        isOpen = false;
      },
    };
  };
  const said = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    isTTY: isTerminal,
    columns: 80,
    write: (text: string) => (said[name] += text),
    on: () => undefined,
  });
  const code = await runProgram(words, {
    product: { operations: async () => operations, connect, dataFolder: async () => (hasFolder ? "/made/up" : null) },
    streams: { stdout: stream("stdout"), stderr: stream("stderr") },
    stdin: Object.assign(Readable.from(stdin), { isTTY: isTerminal }),
    interrupt: createInterrupt(signalSource(signals)),
    environment,
    onExit: () => ({ [Symbol.dispose]: () => undefined }),
  });
  return { code, ...said, connects };
}

/** Signals that a test sends; none ends the test's own process. */
export function signalSource(signals: EventEmitter = new EventEmitter()): SignalSource {
  return {
    on: (name, listener) => signals.on(name, listener),
    off: (name, listener) => signals.off(name, listener),
    exit: (code) => assert.fail(`the process would have ended with ${code}`),
  };
}
