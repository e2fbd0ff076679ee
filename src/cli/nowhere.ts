import { join } from "node:path";
import type { AppOptions } from "../app.ts";
import { silentLog } from "../core/log.ts";

/** Enough of a place to tell which operations there are; nothing is opened there. */
export function homeToDescribe(flags: Readonly<Record<string, string>> = {}): AppOptions {
  const folder = process.cwd();
  const path = join(folder, ".tutti");
  const tenant = () => ({ path, database: "", telemetry: ":memory:", blobs: path });
  return { home: { path, lock: "", tenant }, folder, environment: process.env, flags, log: silentLog };
}
