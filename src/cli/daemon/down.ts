import type { Command } from "commander";
import { isAlive } from "../../host/process.ts";
import { TuttiError } from "../../core/error.ts";
import type { OnAction } from "../action.ts";
import { summaryOf } from "../command-index.ts";
import { exitCodes } from "../exit-code.ts";
import { wasNeverSent } from "../../sdk/lost.ts";
import { pause } from "../interrupt.ts";
import type { Invocation } from "../invocation.ts";
import { findHost, type Daemon } from "./daemon.ts";

// Beside the grace of its steps: HTTP answers come to their ends, and the database is closed.
const lastActsMs = 10_000;
const lookAgainMs = 25;

export function addDownCommand(program: Command, onAction: OnAction): void {
  program
    .command("down")
    .description(summaryOf("down"))
    .addHelpText("after", "\nExamples:\n  tutti down")
    .action((_flags: unknown, command: Command) => onAction(command, runDown));
}

async function runDown(invocation: Invocation): Promise<number> {
  const { isJson, output } = invocation;
  const { daemon, otherPid } = await findHost(invocation);
  if (daemon) return endDaemon(daemon, invocation);
  if (isJson) output.data(JSON.stringify({ stopped: false, pid: null }));
  else if (otherPid === null) output.say("No daemon runs here.");
  else
    output.say(
      `No daemon runs here; process ${otherPid} hosts this folder for a command of its own, and ends by itself.`,
    );
  return exitCodes.ok;
}

async function endDaemon({ connection, facts }: Daemon, invocation: Invocation): Promise<number> {
  await using open = connection;
  using interrupt = invocation.interrupt.hold();
  const { isJson, output } = invocation;
  await tell(open.client);
  const began = performance.now();
  const longestMs = open.graceMs + lastActsMs;
  while (isAlive(facts.pid)) {
    if (interrupt.signal.aborted) return interrupt.exitCode();
    if (performance.now() - began > longestMs) throw stillThere(facts.pid, longestMs);
    await pause(lookAgainMs, interrupt);
  }
  if (isJson) output.data(JSON.stringify({ stopped: true, pid: facts.pid }));
  else
    output.say(
      `Ended. Process ${facts.pid} is gone; open runs stay open and go on with the next \`tutti up\` or \`tutti work\`.`,
    );
  return exitCodes.ok;
}

/** Somebody else may have told it a moment ago. */
async function tell(client: Daemon["connection"]["client"]): Promise<void> {
  try {
    await client.call("host.stop", {});
  } catch (error) {
    if (!wasNeverSent(error)) throw error;
  }
}

function stillThere(pid: number, waitedMs: number): TuttiError {
  return new TuttiError(
    "host.busy",
    `process ${pid} was told to end and is still there after ${Math.round(waitedMs / 1_000)} s`,
    {
      hint: `Wait for it, or end it with \`kill -9 ${pid}\`: what it works on is done again by the next host.`,
    },
  );
}
