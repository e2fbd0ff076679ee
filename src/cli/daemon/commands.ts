import type { Command } from "commander";
import type { AnyOperation } from "../../core/operation.ts";
import type { OnAction } from "../action.ts";
import { addDownCommand } from "./down.ts";
import { addLogsCommand } from "./logs.ts";
import { addOpenCommand } from "./open.ts";
import { addServiceCommands } from "./service.ts";
import { addStatusCommand } from "./status.ts";
import { addUpCommand } from "./up.ts";

/** Operations about the host have commands that never become one themselves. */
export const daemonOperations: readonly string[] = ["host.show", "host.stop", "host.link"];

/** The daemon and all that is said to it. */
export function addDaemonCommands(program: Command, onAction: OnAction, operations: readonly AnyOperation[]): void {
  const summaryOf = (name: string): string => operations.find((one) => one.name === name)?.summary ?? "";
  addUpCommand(program, onAction);
  addDownCommand(program, summaryOf("host.stop"), onAction);
  addStatusCommand(program, summaryOf("host.show"), onAction);
  addOpenCommand(program, summaryOf("host.link"), onAction);
  addLogsCommand(program, onAction);
  addServiceCommands(program, onAction);
}
