import { join } from "node:path";
import type { AppOptions } from "../app.ts";
import { silentLog } from "../core/log.ts";
import type { Connection, ConnectOptions } from "../sdk/connection.ts";
import type { Output } from "./output.ts";

/** How a command was called, beyond its own input. */
export interface Invocation {
  readonly isJson: boolean;
  readonly isVerbose: boolean;
  readonly output: Output;
}

export async function open(
  invocation: Invocation,
  options: Pick<ConnectOptions, "takeRuns" | "write"> & { concurrency?: number | undefined },
): Promise<Connection | null> {
  const { connect } = await import("../host.ts");
  return connect({
    cwd: process.cwd(),
    environment: process.env,
    flags: {},
    isVerbose: invocation.isVerbose,
    ...options,
  });
}

/** Enough of a place to tell which operations there are; nothing is opened there. */
export function homeToDescribe(): AppOptions {
  const path = join(process.cwd(), ".tutti");
  const tenant = () => ({ path, database: "", blobs: path });
  return { home: { path, lock: "", tenant }, folder: process.cwd(), environment: process.env, log: silentLog };
}
