import type { Command } from "commander";
import type { OnAction } from "../action.ts";
import { addDownCommand } from "./down.ts";
import { addLogsCommand } from "./logs.ts";
import { addOpenCommand } from "./open.ts";
import { addServiceCommands } from "./service.ts";
import { addStatusCommand } from "./status.ts";
import { addUpCommand } from "./up.ts";

/** Operations about the host have commands that never become one themselves. */
export const daemonOperations: readonly string[] = ["host.show", "host.stop", "host.link"];

/** Commands that are made without the operation table, which takes a good part of a short command's time to put together. */
const ownCommands: readonly string[] = ["up", "down", "status", "open", "logs"];

export function needsOperations(words: readonly string[]): boolean {
  // A help says all there is, and a misspelled word is compared with all of them.
  return !ownCommands.includes(words.find((word) => !word.startsWith("-")) ?? "");
}

/** The daemon and all that is said to it. */
export function addDaemonCommands(program: Command, onAction: OnAction): void {
  addUpCommand(program, onAction);
  addDownCommand(program, onAction);
  addStatusCommand(program, onAction);
  addOpenCommand(program, onAction);
  addLogsCommand(program, onAction);
  addServiceCommands(program, onAction);
}
