import { Command, CommanderError, Option } from "commander";
import { TuttiError } from "../core/error.ts";
import type { AnyOperation } from "../core/operation.ts";
import { showError } from "./error-output.ts";
import { exitCodeOfError, exitCodes } from "./exit-code.ts";
import { explainCommandName } from "./command-name.ts";
import { isHelp, showHelp, toUsageError } from "./commander-end.ts";
import { takeEverywhereFlags } from "./everywhere-flag.ts";
import type { OnAction } from "./action.ts";
import { addClaudeCommand } from "./claude-command.ts";
import { addDaemonCommands, daemonOperations, needsOperations } from "./daemon/commands.ts";
import { addExportCommand } from "./export-command.ts";
import { addHostCommands } from "./host-command.ts";
import { addInitCommand } from "./init-command.ts";
import { createInterrupt } from "./interrupt.ts";
import { createInvocation, type Surroundings } from "./invocation.ts";
import { runOperation } from "./operation-command.ts";
import type { Output } from "./output.ts";
import {
  argumentText,
  commandOf,
  fromHere,
  inputShape,
  keyOf,
  optionsOf,
  ownInput,
  type InputShape,
} from "./operation-flags.ts";
import { overview } from "./overview.ts";
import { product } from "./product.ts";
import { addRunCommand } from "./run-command.ts";
import { suddenExit } from "./sudden-exit.ts";
import { version } from "../host/version.ts";

/** Builds the commands from the operation table, runs the one that was asked for, and gives the exit code. */
export async function runProgram(words: readonly string[], surroundings: Surroundings = ownProcess()): Promise<number> {
  const said: string[] = [];
  let code: number = exitCodes.ok;
  const how = { isJson: words.includes("--json"), isVerbose: words.includes("--verbose") };
  const plain = createInvocation({ color: colorIn(words) }, surroundings).output;
  const { interrupt } = surroundings;
  using untilDone = new DisposableStack();
  untilDone.use(
    surroundings.onExit((uncaught) => {
      if (interrupt.signal.aborted) return interrupt.exitCode();
      // A line that was being redrawn stands there still.
      if (surroundings.streams.stderr.isTTY) surroundings.streams.stderr.write("\n");
      return toExitCode(suddenExit(uncaught), plain, how);
    }),
  );
  try {
    const everywhere = takeEverywhereFlags(words);
    for (const folder of everywhere.folders) enter(folder);
    const onAction: OnAction = async (command, action) => {
      code = await action(createInvocation(command.optsWithGlobals(), surroundings, everywhere));
    };
    const operations = needsOperations(everywhere.rest)
      ? await surroundings.product.operations(everywhere.settings)
      : [];
    const program = buildProgram(operations, (text) => said.push(text), onAction);
    await program.parseAsync(everywhere.rest, { from: "user" });
    return code;
  } catch (error) {
    if (error === interrupt.signal.reason) return interrupt.exitCode();
    if (error instanceof CommanderError && isHelp(error, how)) {
      return showHelp(error, said.join(""), { ...how, streams: surroundings.streams });
    }
    return toExitCode(error instanceof CommanderError ? toUsageError(error, words) : error, plain, how);
  }
}

/** For errors, which may come before the flags are read. */
function colorIn(words: readonly string[]): string | undefined {
  const [given] = words.flatMap((word, at) => (/^--color(=|$)/.test(word) ? [word.slice(8) || words[at + 1]] : []));
  return given === "always" || given === "never" ? given : undefined;
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
  const interrupt = createInterrupt(process);
  return { product, streams, stdin: process.stdin, interrupt, environment: process.env, onExit };
}

function onExit(listener: (uncaught: unknown) => number): Disposable {
  let uncaught: unknown;
  const keep = (error: unknown): void => void (uncaught = error);
  const handle = (): void => void (process.exitCode = listener(uncaught));
  process.on("uncaughtExceptionMonitor", keep);
  process.on("exit", handle);
  return {
    [Symbol.dispose]() {
      process.off("uncaughtExceptionMonitor", keep);
      process.off("exit", handle);
    },
  };
}

function enter(folder: string): void {
  try {
    process.chdir(folder);
  } catch (error) {
    throw new TuttiError("usage.invalid", `--dir ${folder} is not a folder that can be entered`, {
      cause: error,
      hint: `It is seen from ${process.cwd()}. Check its name and its mode.`,
    });
  }
}

/** All commands with their flags, from the operation table and the command line's own. */
export function buildProgram(
  operations: readonly AnyOperation[],
  write: (text: string) => void,
  onAction: OnAction,
): Command {
  const program = new Command("tutti");
  configure(program, write);
  program.helpInformation = () => overview(process.stdout.columns);
  const groups = new Map([
    ["run", addRunCommand(program, onAction)],
    ["claude", addClaudeCommand(program, onAction)],
  ]);
  addHostCommands(program, onAction);
  addDaemonCommands(program, onAction);
  addInitCommand(program, onAction, operations);
  addExportCommand(program, onAction);
  for (const operation of operations) {
    if (!operation.faces.includes("cli") || operation.name === "run.start") continue;
    if (daemonOperations.includes(operation.name)) continue;
    const [group = "", ...verb] = commandOf(operation).split(" ");
    if (verb.length === 0) {
      addOperation(program.command(group), operation, onAction);
      continue;
    }
    const parent =
      groups.get(group) ?? program.command(group).description(`\`tutti ${group} --help\` lists its commands`);
    groups.set(group, parent);
    addOperation(parent.command(verb.join("-")), operation, onAction);
  }
  configureAll(program, write);
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
      const words = keys.map((key, index): [string, unknown] => [
        key,
        asText(command.processedArgs[index], shape, key),
      ]);
      const given = Object.fromEntries(
        words.map(([key, word]) => [key, isPath(key) && typeof word === "string" ? fromHere(word) : word]),
      );
      const byPosition = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      return runOperation(operation, { ...ownInput(shape, command.opts()), ...byPosition }, invocation);
    }),
  );
}

/** Words that make up one text. */
function asText(word: unknown, { properties }: InputShape, key: string): unknown {
  if (!Array.isArray(word) || properties[key]?.type !== "string") return word;
  return word.length === 0 ? undefined : word.join(" ");
}

function configureAll(command: Command, write: (text: string) => void): void {
  for (const inner of command.commands) {
    configure(inner, write);
    inner.addHelpText("after", everywhere);
    configureAll(inner, write);
  }
}

const everywhere = `
Everywhere: --dir <folder> works in another folder, --set <key=value> makes a
setting for this call, --yes and --no-input ask nothing.`;

function configure(command: Command, write: (text: string) => void): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .helpCommand(false)
    // A flag belongs to the command that it stands behind: `run` and `run get` have flags of the same name.
    .enablePositionalOptions()
    .configureOutput({
      outputError: () => undefined,
      writeOut: write,
      writeErr: write,
    })
    .version(version(), "-V, --version", "print the version")
    .option("--json", "print one JSON value on stdout")
    .option("--quiet", "say nothing on stderr but errors")
    .option("--verbose", "say on stderr what happens inside")
    .addOption(new Option("--color <when>", "colour; auto unless given").choices(["auto", "always", "never"]));
}
