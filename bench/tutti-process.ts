import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describeOperations } from "../src/app.ts";
import { silentLog } from "../src/core/log.ts";
import { createClient, type Client } from "../src/sdk/client.ts";
import { socketTransport } from "../src/sdk/socket-transport.ts";
import { socketPath } from "../src/server/socket.ts";
import { openHome } from "../src/storage/home.ts";
import { project } from "./contenders/tutti.ts";

// What users run: the build, not the sources.
const command = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** `tutti work` on the data in `folder`, in a process group of its own. */
export function startTutti(
  folder: string,
  { database, words = [] }: { database?: string; words?: string[] } = {},
): ChildProcess {
  return spawnGroup([command, "work", "--quiet", ...words], {
    TUTTI_HOME: openHome(folder, undefined).path,
    ...(database === undefined ? {} : { TUTTI_DATABASE: database }),
  });
}

export function spawnGroup(words: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(process.execPath, words, {
    cwd: project,
    detached: true,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, MASTRA_TELEMETRY_DISABLED: "1", ...environment },
  });
  // A group of its own does not get the terminal's Ctrl-C: it would outlive the benchmark.
  const end = (): void => void endGroup(child);
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  return child;
}

/** Ends a process and all that it has started, as a power cut for them would. */
export async function killGroup(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  if (endGroup(child)) await promise;
}

function endGroup(child: ChildProcess): boolean {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return false;
  return process.kill(-child.pid, "SIGKILL");
}

/** A client of the host of the data in `folder`. */
export function clientOf(folder: string): Client {
  const home = openHome(folder, undefined);
  const operations = describeOperations({ home, folder: project, environment: {}, log: silentLog });
  return createClient(socketTransport(socketPath(home.path)), operations);
}
