import { Option, type Command } from "commander";
import { TuttiError } from "../../core/error.ts";
import { isHostName, type HostFacts } from "../../hosting.ts";
import type { Connection, Served } from "../../sdk/connection.ts";
import type { OnAction } from "../action.ts";
import { settingWords } from "../everywhere-flag.ts";
import { exitCodes } from "../exit-code.ts";
import { pause, type Interrupt } from "../interrupt.ts";
import type { Invocation } from "../invocation.ts";
import { greet, greetOther, lineOf, warnOfOpenHost } from "./banner.ts";
import { openBrowser } from "./browser.ts";
import { daemonOf, joinDaemon } from "./daemon.ts";
import { startDetached } from "./detach.ts";
import { takeKeys } from "./key.ts";
import { bothLogs, logPath, openFileLog } from "./log-file.ts";
import { createReport, type Report } from "./report.ts";

export interface UpFlags {
  readonly detach?: boolean;
  readonly port?: string;
  readonly host?: string;
  readonly open?: boolean;
  /** Hidden: started by `--detach`. */
  readonly background?: boolean;
  /** Hidden: started by itself, by new settings. */
  readonly again?: boolean;
  // Of the flags of every command, those that a process which this one starts has to be given.
  readonly quiet?: boolean;
  readonly color?: string;
}

// How long after the end of another host this one looks again.
const lookAgainMs = 500;

export function addUpCommand(program: Command, onAction: OnAction): void {
  program
    .command("up")
    .description("Starts the daemon: works on runs and schedules, serves the API and the web UI")
    .option("--detach", "run in the background; returns when it answers")
    .option("--port <number>", "where to listen; where it is taken, the next free port")
    .option("--host <address>", "address to listen on; only this machine unless given")
    .option("--open", "open the web UI in the browser")
    .option("--no-open", "open no browser; so it is unless told otherwise")
    .addOption(new Option("--background").hideHelp())
    .addOption(new Option("--again").hideHelp())
    .addHelpText("after", "\nExamples:\n  tutti up\n  tutti up --detach --json\n  tutti up --port 9000 --open")
    .action((_flags: unknown, command: Command) =>
      onAction(command, async (invocation) => {
        const code = await runUp(command.optsWithGlobals(), invocation);
        // A service that is told to stop has ended well.
        return code === exitCodes.terminated ? exitCodes.ok : code;
      }),
    );
}

async function runUp(flags: UpFlags, invocation: Invocation): Promise<number> {
  const settings = toSettings(flags);
  if (flags.detach) return upDetached(flags, settings, invocation);
  using report = createReport(Boolean(flags.background) && !flags.again);
  let outcome: Outcome;
  try {
    using interrupt = invocation.interrupt.hold();
    outcome = await whenFree({ flags, settings, invocation, interrupt, report });
  } catch (error) {
    report.failed(error);
    throw error;
  }
  if (outcome.kind === "again") startAgain(outcome.port, flags, invocation);
  return outcome.code;
}

/** The settings that flags make, told by the names that they were given with. */
function toSettings({ port, host }: UpFlags): Record<string, string> {
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) {
    throw new TuttiError("usage.invalid", `--port ${port} is not a whole number from 0 to 65535`, {
      hint: "For example: tutti up --port 9000. 0 means any free port.",
    });
  }
  if (host !== undefined && !isHostName(host)) {
    throw new TuttiError("usage.invalid", `--host ${JSON.stringify(host)} is not a host name or an IP address`, {
      hint: "For example: tutti up --host 0.0.0.0, which lets other machines in. The port is a flag of its own.",
    });
  }
  return {
    ...(port === undefined ? {} : { "server.port": port }),
    ...(host === undefined ? {} : { "server.host": host }),
  };
}

type Outcome = { readonly kind: "ended" | "again"; readonly code: number; readonly port: number | null };

const ended = (code: number): Outcome => ({ kind: "ended", code, port: null });

interface Up {
  readonly flags: UpFlags;
  readonly settings: Readonly<Record<string, string>>;
  readonly invocation: Invocation;
  readonly interrupt: Interrupt;
  readonly report: Report;
}

/** Serves once no other process hosts the folder; nothing to do where that one is a daemon itself. */
async function whenFree(up: Up): Promise<Outcome> {
  const { flags, settings, invocation, interrupt, report } = up;
  const home = (await invocation.dataFolder({ write: true })) ?? "";
  using file = openFileLog(logPath(home));
  // In the background standard error is that very file.
  const log = flags.background ? file.log : bothLogs(file.log, invocation.log);
  for (let turn = 0; !interrupt.signal.aborted; turn++) {
    await using connection = await invocation.open({ takeRuns: true, write: true, serve: true, flags: settings, log });
    if (connection?.served) return await serve(connection, connection.served, up);
    const facts = connection && (await daemonOf(connection));
    if (connection && facts?.url) return await reuse(connection, facts, up);
    if (turn === 0) {
      const pid = facts?.pid ?? null;
      report.waits(pid);
      invocation.output.say(
        `Process ${pid ?? "unknown"} hosts this folder for a command of its own; the daemon takes over when that ends.`,
      );
    }
    await pause(lookAgainMs, interrupt);
  }
  return ended(interrupt.exitCode());
}

async function reuse({ client }: Connection, facts: HostFacts, { flags, invocation, settings }: Up): Promise<Outcome> {
  const { url } = (await client.call("host.link", {})) as { url: string };
  greetOther({ facts, link: url, isOther: Object.keys(settings).length > 0 }, invocation);
  if (flags.open) await openBrowser(url, invocation.environment);
  return ended(exitCodes.ok);
}

async function serve(
  connection: Connection,
  served: Served,
  { flags, invocation, interrupt, report }: Up,
): Promise<Outcome> {
  const { output } = invocation;
  const line = lineOf({ url: served.url, pid: process.pid, home: connection.home, tokenFile: served.tokenFile });
  const { log } = served;
  log.info("host.started", { pid: process.pid, url: served.url, bootMs: served.bootMs, again: flags.again ?? false });
  report.ready(line);
  if (invocation.isJson && !flags.again && !flags.background) output.data(line);
  // In the background the words would land in the log, which has them already.
  if (!invocation.isJson && !flags.background) greet({ connection, served, isAgain: flags.again ?? false }, invocation);
  warnOfOpenHost(served, invocation);
  if (flags.open && !flags.again) await openBrowser(served.createLink("/"), invocation.environment);
  using keys = takeKeys({ served, home: connection.home }, invocation);
  const asked = await Promise.race([
    served.ended,
    keys.quit.then(() => ({ kind: "quit" as const })),
    interrupt.happened.then(() => ({ kind: "signal" as const })),
  ]);
  log.info("host.stopping", { pid: process.pid, why: asked.kind });
  const say = (text: string): void => (flags.background ? undefined : output.say(text));
  if (asked.kind === "settings") {
    say("Starting anew by the changed settings.");
    return { kind: "again", code: exitCodes.ok, port: asked.port };
  }
  say("Stopping; what is open stays open and nothing is lost. Again to hurry.");
  return ended(asked.kind === "signal" ? interrupt.exitCode() : exitCodes.ok);
}

/** The same process with another program text: what waits for its pid (a terminal, a service manager) waits on. */
function startAgain(port: number | null, flags: UpFlags, invocation: Invocation): void {
  const own = ["up", "--again", ...flagWords(flags, port), ...everywhereWords(invocation)];
  const words = [process.execPath, ...process.execArgv, process.argv[1] ?? "", ...own];
  process.execve?.(process.execPath, words, process.env);
}

/** The words that hand the flags on to a process that this one starts. */
function flagWords({ port, host, background, quiet, color }: UpFlags, given: number | null = null): string[] {
  const wanted = given === null ? port : String(given);
  return [
    ...(wanted === undefined ? [] : ["--port", wanted]),
    ...(host === undefined ? [] : ["--host", host]),
    ...(background ? ["--background"] : []),
    ...(quiet ? ["--quiet"] : []),
    ...(color === undefined ? [] : ["--color", color]),
  ];
}

function everywhereWords({ isJson, isVerbose, settings }: Invocation): string[] {
  return [...(isJson ? ["--json"] : []), ...(isVerbose ? ["--verbose"] : []), ...settingWords(settings)];
}

async function upDetached(
  flags: UpFlags,
  settings: Readonly<Record<string, string>>,
  invocation: Invocation,
): Promise<number> {
  const there = await joinDaemon(invocation);
  if (there) {
    await using connection = there.connection;
    const { url } = (await connection.client.call("host.link", {})) as { url: string };
    greetOther({ facts: there.facts, link: url, isOther: Object.keys(settings).length > 0 }, invocation);
    if (flags.open) await openBrowser(url, invocation.environment);
    return exitCodes.ok;
  }
  const home = (await invocation.dataFolder({ write: true })) ?? "";
  const words = ["up", "--background", ...flagWords(flags), ...everywhereWords(invocation)];
  const line = await startDetached({ words, log: logPath(home) }, invocation);
  if (line === null) return invocation.interrupt.exitCode();
  if (invocation.isJson) invocation.output.data(line);
  const started = await joinDaemon(invocation);
  if (!started)
    throw new TuttiError("host.exited", "the daemon has started and ended at once", { hint: "See: tutti logs --file" });
  await using connection = started.connection;
  const { url } = (await connection.client.call("host.link", {})) as { url: string };
  if (!invocation.isJson) greetOther({ facts: started.facts, link: url, isNew: true }, invocation);
  if (flags.open) await openBrowser(url, invocation.environment);
  return exitCodes.ok;
}
