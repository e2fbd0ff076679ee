import { statSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import type { Check, CheckResult } from "../core/capability.ts";
import { TuttiError } from "../core/error.ts";
import { isLoopback } from "../server/host-names.ts";
import { checkToken } from "../server/token-file.ts";

/** What the doctor looks at; asked anew for each examination. */
export interface ExaminedHost {
  /** Null: this process is not `tutti up`. */
  readonly url: () => string | null;
  /** Where `tutti up` is to listen. */
  readonly wanted: () => { readonly host: string; readonly port: number };
  readonly tokenFile: string;
  readonly runningVersion: string;
  /** Of the files that the running program was read from, as they are now. */
  readonly installedVersion: () => string;
}

/** What is proved of the daemon, of where it listens, and of what opens it. */
export function hostChecks(host: ExaminedHost): readonly Check[] {
  return [
    { group: "Runtime", name: "daemon", run: async () => examineDaemon(host) },
    { group: "Network", name: "port", run: () => examinePort(host) },
    { group: "Security", name: "token", run: async () => examineToken(host) },
  ];
}

function examineDaemon({ url, runningVersion, installedVersion }: ExaminedHost): CheckResult {
  if (url() === null) return { status: "off", message: "none runs; `tutti up` starts one" };
  const installed = installedVersion();
  if (installed === runningVersion) return { status: "ok", message: `Tutti ${runningVersion}, process ${process.pid}` };
  const message = `process ${process.pid} is Tutti ${runningVersion}, and ${installed} is installed`;
  return { status: "warn", message, fix: "Start the new one: tutti down, then tutti up --detach." };
}

async function examinePort({ url, wanted }: ExaminedHost): Promise<CheckResult> {
  const { host, port } = wanted();
  const here = url();
  if (!isLoopback(host)) {
    const message = `${host}:${here === null ? port : new URL(here).port} lets other machines in, by plain HTTP`;
    return { status: "warn", message, fix: "Unless that is meant, set server.host to 127.0.0.1." };
  }
  const isTaken = port !== 0 && (here === null ? !(await isFree(host, port)) : Number(new URL(here).port) !== port);
  if (here !== null) return { status: "ok", message: isTaken ? `${here}; another program had ${port}` : here };
  if (!isTaken) return { status: "ok", message: port === 0 ? "any free one" : `${host}:${port} is free` };
  return { status: "ok", message: `another program has ${host}:${port}; \`tutti up\` takes the next free one` };
}

async function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen({ host, port, exclusive: true }), "listening");
    return true;
  } catch {
    return false; // whatever the reason is, `tutti up` tells it
  } finally {
    probe.close();
  }
}

function examineToken({ url, tokenFile }: ExaminedHost): CheckResult {
  const there = statSync(tokenFile, { throwIfNoEntry: false });
  if (!there && url() === null) return { status: "off", message: "none yet; the first `tutti up` makes it" };
  if (!there) {
    const message = `${tokenFile} was removed; the daemon goes on with the token that it has`;
    return { status: "warn", message, fix: "For a new token: tutti down, then tutti up --detach." };
  }
  if (process.platform !== "win32" && (there.mode & 0o077) !== 0) {
    const message = `${tokenFile} can be read by others`;
    return { status: "fail", message, fix: `chmod 600 ${tokenFile}; who may have read it: remove it and start anew.` };
  }
  try {
    checkToken(tokenFile);
    return { status: "ok", message: `${tokenFile}, readable by you alone` };
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    return { status: "fail", message: error.message, fix: error.hint ?? "Remove the file." };
  }
}
