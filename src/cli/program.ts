import { Command, CommanderError, Option } from "commander";
import { z } from "zod";
import { describeOperations } from "../app.ts";
import { TuttiError, isErrorCode } from "../core/error.ts";
import type { AnyOperation } from "../core/operation.ts";
import { showError } from "./error-output.ts";
import { exitCodeOfError, exitCodes } from "./exit-code.ts";
import { createOutput } from "./output.ts";
import { addRunCommand } from "./run-command.ts";
import { addHostCommands } from "./host-command.ts";
import { runOperation } from "./operation-command.ts";
import { addCommonOptions, fromText, invocationOf } from "./common-option.ts";
import { homeToDescribe } from "./invocation.ts";

/** Builds the commands from the operation table, runs the one that was asked for, and gives the exit code. */
export async function runProgram(words: readonly string[]): Promise<number> {
  const state: { code: number } = { code: exitCodes.ok };
  const isJson = words.includes("--json");
  const plain = createOutput({ isQuiet: false, color: "auto", environment: process.env });
  try {
    const operations = describeOperations(homeToDescribe());
    const program = buildProgram(operations, (code) => (state.code = code));
    await program.parseAsync([...words], { from: "user" });
    return state.code;
  } catch (error) {
    if (error instanceof CommanderError) return commanderExit(error, isJson, plain);
    showError(error, plain, isJson);
    return error instanceof TuttiError && isErrorCode(error.code) ? exitCodeOfError(error.code) : exitCodes.failed;
  }
}

function commanderExit(error: CommanderError, isJson: boolean, output: ReturnType<typeof createOutput>): number {
  if (error.exitCode === 0) return exitCodes.ok;
  const message = error.message.replace(/^error: /, "");
  const [what = message, ...rest] = message.split("\n");
  showError(
    new TuttiError("usage.invalid", what, { hint: rest.join(" ").replaceAll(/[()]/g, "") || "See --help." }),
    output,
    isJson,
  );
  return exitCodes.usage;
}

type SetCode = (code: number) => void;

function buildProgram(operations: readonly AnyOperation[], setCode: SetCode): Command {
  const program = new Command("tutti").description("Durable flows on your own models, on this machine.");
  configure(program);
  const groups = new Map<string, Command>();
  const run = addRunCommand(program, setCode);
  groups.set("run", configure(run));
  addHostCommands(program, setCode).forEach(configure);
  for (const operation of operations) {
    if (!operation.faces.includes("cli") || operation.name === "run.start") continue;
    const [group = "", verb = ""] = (operation.cli.command ?? operation.name.replace(".", " ")).split(" ");
    if (verb === "") {
      addOperation(program, group, operation, setCode);
      continue;
    }
    const parent = groups.get(group) ?? configure(program.command(group).description(`See tutti ${group} --help`));
    groups.set(group, parent);
    addOperation(parent, verb, operation, setCode);
  }
  return program;
}

function configure(command: Command): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => undefined })
    .helpCommand(false);
}

function addOperation(parent: Command, verb: string, operation: AnyOperation, setCode: SetCode): void {
  const command = configure(parent.command(verb).description(operation.summary));
  const positional = operation.cli.positional ?? [];
  for (const key of positional) command.argument(`<${key}>`, describe(operation, key));
  for (const option of optionsOf(operation, positional)) command.addOption(option);
  addCommonOptions(command);
  command.addHelpText("after", `\nExamples:\n${operation.cli.examples.map((example) => `  ${example}`).join("\n")}`);
  command.action(async (...values: unknown[]) => {
    const named = command.opts<Record<string, unknown>>();
    const input = Object.fromEntries(positional.map((key, index) => [key, values[index]]));
    setCode(await runOperation(operation, { ...ownInput(operation, named), ...input }, invocationOf(named)));
  });
}

interface SchemaShape {
  readonly properties?: Readonly<
    Record<string, { type?: string; description?: string; enum?: readonly string[]; default?: unknown }>
  >;
  readonly required?: readonly string[];
}

function shapeOf(operation: AnyOperation): SchemaShape {
  return z.toJSONSchema(operation.input, { io: "input", unrepresentable: "any" }) as SchemaShape;
}

function describe(operation: AnyOperation, key: string): string {
  return shapeOf(operation).properties?.[key]?.description ?? "";
}

function optionsOf(operation: AnyOperation, positional: readonly string[]): Option[] {
  const { properties = {}, required = [] } = shapeOf(operation);
  return Object.entries(properties)
    .filter(([key]) => !positional.includes(key))
    .map(([key, schema]) => {
      const isSwitch = schema.type === "boolean" || key === "untilIdle";
      const option = new Option(`--${kebab(key)}${isSwitch ? "" : " <value>"}`, schema.description ?? "");
      if (schema.enum) option.choices(schema.enum);
      return required.includes(key) && schema.default === undefined ? option.makeOptionMandatory() : option;
    });
}

/** The values of the operation's own keys; text that is JSON counts as such where the schema takes more than text. */
function ownInput(operation: AnyOperation, named: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { properties = {} } = shapeOf(operation);
  const given = Object.entries(properties).filter(([key]) => named[key] !== undefined);
  return Object.fromEntries(
    given.map(([key, schema]) => [key, schema.type === "string" ? named[key] : fromText(named[key])]),
  );
}

function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
