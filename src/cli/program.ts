import { Command, CommanderError, Option } from "commander";
import { TuttiError } from "../core/error.ts";
import type { AnyOperation } from "../core/operation.ts";
import { showError } from "./error-output.ts";
import { exitCodeOfError, exitCodes } from "./exit-code.ts";
import { explainCommandName } from "./command-name.ts";
import { takeEverywhereFlags } from "./everywhere-flag.ts";
import type { OnAction } from "./action.ts";
import { addHostCommands } from "./host-command.ts";
import { addInitCommand } from "./init-command.ts";
import { createInterrupt } from "./interrupt.ts";
import { createInvocation, type Surroundings } from "./invocation.ts";
import { runOperation } from "./operation-command.ts";
import type { Output } from "./output.ts";
import { argumentText, fromHere, inputShape, keyOf, optionsOf, ownInput } from "./operation-flags.ts";
import { product } from "./product.ts";
import { addRunCommand } from "./run-command.ts";
import { version } from "./version.ts";

/** Builds the commands from the operation table, runs the one that was asked for, and gives the exit code. */
export async function runProgram(words: readonly string[], surroundings: Surroundings = ownProcess()): Promise<number> {
  const plain = createInvocation({}, surroundings).output;
  let code: number = exitCodes.ok;
  try {
    const everywhere = takeEverywhereFlags(words);
    for (const folder of everywhere.folders) enter(folder);
    const onAction: OnAction = async (command, action) => {
      code = await action(createInvocation(command.optsWithGlobals(), surroundings, everywhere));
    };
    const operations = await surroundings.product.operations(everywhere.settings);
    const program = buildProgram(operations, surroundings, onAction);
    await program.parseAsync(everywhere.rest, { from: "user" });
    return code;
  } catch (error) {
    if (error === surroundings.interrupt.signal.reason) return surroundings.interrupt.exitCode();
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    // A group without its verb has printed its help instead.
    if (error instanceof CommanderError && error.code === "commander.help") return exitCodes.usage;
    const shown = error instanceof CommanderError ? toUsageError(error, words) : error;
    return toExitCode(shown, plain, { isJson: words.includes("--json"), isVerbose: words.includes("--verbose") });
  }
}

/** The boundary of a command: shows what went wrong and gives the exit code for it. */
export function toExitCode(error: unknown, output: Output, how: { isJson: boolean; isVerbose: boolean }): number {
  showError(error, output, how);
  return error instanceof TuttiError ? exitCodeOfError(error.code) : exitCodes.failed;
}

export function ownProcess(): Surroundings {
  const place = {
    path: process.env["PATH"] ?? "",
    cwd: process.cwd(),
    onExit: (listener: () => void) => void process.once("exit", listener),
  };
  const streams = { stdout: process.stdout, stderr: explainCommandName(process.stderr, place) };
  return { product, streams, stdin: process.stdin, interrupt: createInterrupt(process), environment: process.env };
}

function enter(folder: string): void {
  try {
    process.chdir(folder);
  } catch (error) {
    throw new TuttiError("usage.invalid", `--dir ${folder} is not a folder that can be entered`, { cause: error });
  }
}

function toUsageError(error: CommanderError, words: readonly string[]): TuttiError {
  const [what = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const suggestion = rest.join(" ").replaceAll(/[()]/g, "");
  const command = words.slice(0, words.findIndex((word) => word.startsWith("-")) >>> 0).slice(0, 2);
  return new TuttiError("usage.invalid", what, {
    hint: suggestion || `See: ${["tutti", ...command, "--help"].join(" ")}`,
  });
}

/** All commands with their flags, from the operation table and the command line's own. */
export function buildProgram(
  operations: readonly AnyOperation[],
  surroundings: Surroundings,
  onAction: OnAction,
): Command {
  const program = new Command("tutti").description("Durable flows on your own models, on this machine.");
  configure(program, surroundings);
  program.addHelpText(
    "afterAll",
    "\nEverywhere: --dir <folder> works in another folder; --set <key=value> makes a setting for this call;\n" +
      "--yes and --no-input ask nothing.",
  );
  const groups = new Map([["run", addRunCommand(program, onAction)]]);
  addHostCommands(program, onAction);
  addInitCommand(program, onAction, operations);
  for (const operation of operations) {
    if (!operation.faces.includes("cli") || operation.name === "run.start") continue;
    const [group = "", ...verb] = (operation.cli.command ?? operation.name.replaceAll(".", " ")).split(" ");
    if (verb.length === 0) {
      addOperation(program.command(group), operation, onAction);
      continue;
    }
    const parent =
      groups.get(group) ?? program.command(group).description(`\`tutti ${group} --help\` lists its commands`);
    groups.set(group, parent);
    addOperation(parent.command(verb.join("-")), operation, onAction);
  }
  configureAll(program, surroundings);
  return program;
}

function addOperation(command: Command, operation: AnyOperation, onAction: OnAction): void {
  const shape = inputShape(operation);
  const positional = operation.cli.positional ?? [];
  const keys = positional.map(keyOf);
  command.description(operation.summary);
  for (const position of positional) {
    command.argument(argumentText(position, shape), shape.properties[keyOf(position)]?.description);
  }
  for (const option of optionsOf(shape, keys)) command.addOption(option);
  command.addHelpText("after", `\nExamples:\n${operation.cli.examples.map((example) => `  ${example}`).join("\n")}`);
  command.action(() =>
    onAction(command, (invocation) => {
      const isPath = (key: string): boolean => operation.cli.paths?.includes(key) ?? false;
      const words = keys.map((key, index): [string, unknown] => [key, command.processedArgs[index]]);
      const given = Object.fromEntries(
        words.map(([key, word]) => [key, isPath(key) && typeof word === "string" ? fromHere(word) : word]),
      );
      const byPosition = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      return runOperation(operation, { ...ownInput(shape, command.opts()), ...byPosition }, invocation);
    }),
  );
}

function configureAll(command: Command, surroundings: Surroundings): void {
  for (const inner of command.commands) {
    configure(inner, surroundings);
    configureAll(inner, surroundings);
  }
}

function configure(command: Command, { streams }: Surroundings): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .helpCommand(false)
    // A flag belongs to the command that it stands behind: `run` and `run get` have flags of the same name.
    .enablePositionalOptions()
    .configureOutput({
      outputError: () => undefined,
      writeOut: (text) => void streams.stdout.write(text),
      writeErr: (text) => void streams.stderr.write(text),
    })
    .version(version(), "-V, --version", "print the version")
    .option("--json", "print one JSON value on stdout")
    .option("--quiet", "say nothing on stderr but errors")
    .option("--verbose", "say on stderr what happens inside")
    .addOption(new Option("--color <when>", "colour; auto unless given").choices(["auto", "always", "never"]));
}
