import type { Command } from "commander";
import { formatMs } from "../../core/duration.ts";
import type { HostFacts } from "../../hosting.ts";
import { notServed } from "../../hosting.ts";
import { TuttiError } from "../../core/error.ts";
import type { OnAction } from "../action.ts";
import { version as ownVersion } from "../../host/version.ts";
import { formatBytes } from "../../core/byte-size.ts";
import { summaryOf } from "../command-index.ts";
import { exitCodes } from "../exit-code.ts";
import type { Invocation } from "../invocation.ts";
import { toJson } from "../present/json.ts";
import type { Colors } from "../terminal-text.ts";
import { findHost } from "./daemon.ts";

export function addStatusCommand(program: Command, onAction: OnAction): void {
  program
    .command("status")
    .description(summaryOf("status"))
    .addHelpText("after", "\nExamples:\n  tutti status\n  tutti status --json")
    .action((_flags: unknown, command: Command) => onAction(command, runStatus));
}

async function runStatus(invocation: Invocation): Promise<number> {
  const { isJson, output } = invocation;
  const { daemon, otherPid } = await findHost(invocation);
  if (!daemon) throw otherPid === null ? notServed() : otherHost(otherPid);
  await daemon.connection[Symbol.asyncDispose]();
  output.data(isJson ? toJson(daemon.facts) : presentHost(daemon.facts, output.dataColor));
  const own = ownVersion();
  if (daemon.facts.version !== own)
    output.say(`This command is Tutti ${own}. To have the daemon be that, too: tutti down, then tutti up --detach`);
  return exitCodes.ok;
}

function otherHost(pid: number): TuttiError {
  return new TuttiError(
    "host.unreachable",
    `no daemon serves this folder; process ${pid} hosts it for a command of its own`,
    {
      hint: "Start a daemon: tutti up --detach. It takes over when that process ends.",
    },
  );
}

export function presentHost(facts: HostFacts, { bold, dim, green, blue }: Colors): string {
  const { version, pid, uptimeMs, bootMs, url, home, database, concurrency, sizes } = facts;
  const data = sizes.databaseBytes === null ? database : `${database} ${formatBytes(sizes.databaseBytes)}`;
  const blobs = sizes.blobsBytes === null ? "" : `, blobs ${formatBytes(sizes.blobsBytes)}`;
  const telemetry = `, telemetry ${formatBytes(sizes.telemetryBytes)}`;
  const free = sizes.freeBytes === null ? "" : `, ${formatBytes(sizes.freeBytes)} free`;
  return [
    `${green("●")} ${bold(`Tutti ${version}`)}  ${dim(`process ${pid}, up for ${formatMs(uptimeMs)}, ready in ${formatMs(bootMs)}`)}`,
    `  web     ${blue(url ?? "–")}`,
    `  data    ${home}`,
    `  size    ${data}${blobs}${telemetry}${free}; may take ${formatBytes(sizes.capBytes)}`,
    `  work    up to ${concurrency} runs at once`,
  ].join("\n");
}
