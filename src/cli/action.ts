import type { Command } from "commander";
import type { Invocation } from "./invocation.ts";

/** Adds what every command does: it makes the invocation, runs, and keeps the exit code. */
export type OnAction = (
  command: Command,
  action: (invocation: Invocation) => Promise<number> | number,
) => Promise<void>;
