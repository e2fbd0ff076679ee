import { join } from "node:path";
import type { AppOptions } from "../app.ts";
import { silentLog, type Log } from "../core/log.ts";
import type { Connection, ConnectOptions } from "../sdk/connection.ts";
import { createCommandLog } from "./command-log.ts";
import type { SignalSource } from "./interrupt.ts";
import { createOutput, type Output, type Streams } from "./output.ts";
import type { Product } from "./product.ts";

/** How a command was called, beyond its own input. */
export interface Invocation {
  readonly isJson: boolean;
  readonly isVerbose: boolean;
  readonly output: Output;
  readonly log: Log;
  readonly signals: SignalSource;
  open(options: OpenOptions): Promise<Connection | null>;
}

export type OpenOptions = Pick<ConnectOptions, "takeRuns" | "write" | "isWorkerAlone" | "concurrency">;

/** What a program runs in: the product that it shows, and where its words go. */
export interface Surroundings {
  readonly product: Product;
  readonly streams: Streams;
  readonly signals: SignalSource;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function createInvocation(
  options: Readonly<Record<string, unknown>>,
  { product, streams, signals, environment }: Surroundings,
): Invocation {
  const isVerbose = options["verbose"] === true;
  const color = (options["color"] ?? "auto") as "auto" | "always" | "never";
  const output = createOutput({ isQuiet: options["quiet"] === true, color, environment, streams });
  const log = createCommandLog(output, isVerbose);
  return {
    isJson: options["json"] === true,
    isVerbose,
    signals,
    output,
    log,
    open: (wanted) => product.connect({ cwd: process.cwd(), environment, flags: {}, log, ...wanted }),
  };
}

/** Enough of a place to tell which operations there are; nothing is opened there. */
export function homeToDescribe(): AppOptions {
  const folder = process.cwd();
  const path = join(folder, ".tutti");
  const tenant = () => ({ path, database: "", blobs: path });
  return { home: { path, lock: "", tenant }, folder, environment: process.env, log: silentLog };
}
