import { Option, type Command } from "commander";
import type { Invocation } from "./invocation.ts";
import { createOutput } from "./output.ts";

export function addCommonOptions(command: Command): Command {
  return command
    .option("--json", "print one JSON value on stdout")
    .option("--quiet", "say nothing on stderr but errors")
    .option("--verbose", "say on stderr what happens inside")
    .addOption(new Option("--color <when>", "color").choices(["auto", "always", "never"]).default("auto"));
}

export function invocationOf(options: Readonly<Record<string, unknown>>): Invocation {
  return {
    isJson: options["json"] === true,
    isVerbose: options["verbose"] === true,
    output: createOutput({
      isQuiet: options["quiet"] === true,
      color: (options["color"] ?? "auto") as "auto",
      environment: process.env,
    }),
  };
}

export function fromText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value; // not JSON, so it is text
  }
}
