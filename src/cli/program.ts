import { Command, CommanderError, Option } from "commander";
import { TuttiError } from "../core/error.ts";
import type { AnyOperation } from "../core/operation.ts";
import { showError } from "./error-output.ts";
import { exitCodeOfError, exitCodes } from "./exit-code.ts";
import { addHostCommands } from "./host-command.ts";
import { createInvocation, type Invocation, type Surroundings } from "./invocation.ts";
import { runOperation } from "./operation-command.ts";
import { argumentText, inputShape, keyOf, optionsOf, ownInput } from "./operation-flags.ts";
import { product } from "./product.ts";
import { addRunCommand } from "./run-command.ts";

/** Adds what every command does: it makes the invocation, runs, and keeps the exit code. */
export type OnAction = (
  command: Command,
  action: (invocation: Invocation) => Promise<number> | number,
) => Promise<void>;

/** Builds the commands from the operation table, runs the one that was asked for, and gives the exit code. */
export async function runProgram(words: readonly string[], surroundings: Surroundings = ownProcess()): Promise<number> {
  const isJson = words.includes("--json");
  const isVerbose = words.includes("--verbose");
  const plain = createInvocation({}, surroundings).output;
  let code: number = exitCodes.ok;
  const onAction: OnAction = async (command, action) => {
    code = await action(createInvocation(command.optsWithGlobals(), surroundings));
  };
  try {
    const rest = applyEverywhereFlags(words);
    const program = buildProgram(await surroundings.product.operations(), surroundings, onAction);
    await program.parseAsync(rest, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    // A group without its verb has printed its help instead.
    if (error instanceof CommanderError && error.code === "commander.help") return exitCodes.usage;
    const shown = error instanceof CommanderError ? toUsageError(error, words) : error;
    showError(shown, plain, { isJson, isVerbose });
    return shown instanceof TuttiError ? exitCodeOfError(shown.code) : exitCodes.failed;
  }
}

function ownProcess(): Surroundings {
  return { product, streams: process, signals: process, environment: process.env };
}

/** `--dir` moves the whole command; `--no-input` and `--yes` are taken by every command, and none asks anything yet. */
function applyEverywhereFlags(words: readonly string[]): string[] {
  const rest = [...words];
  const end = rest.includes("--") ? rest.indexOf("--") : rest.length;
  const flags = rest.slice(0, end).filter((word) => word !== "--no-input" && word !== "--yes");
  const at = flags.findIndex((word) => word === "--dir" || word.startsWith("--dir="));
  if (at >= 0) {
    const [flag = "", next] = flags.splice(at, flags[at] === "--dir" ? 2 : 1);
    enter(flag === "--dir" ? next : flag.slice("--dir=".length));
  }
  return [...flags, ...rest.slice(end)];
}

function enter(folder: string | undefined): void {
  try {
    process.chdir(folder ?? "");
  } catch (error) {
    throw new TuttiError("usage.invalid", `--dir ${folder ?? ""} is not a folder that can be entered`, {
      cause: error,
    });
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

function buildProgram(operations: readonly AnyOperation[], surroundings: Surroundings, onAction: OnAction): Command {
  const program = new Command("tutti").description("Durable flows on your own models, on this machine.");
  configure(program, surroundings);
  program.addHelpText(
    "afterAll",
    "\nEverywhere: --dir <folder> works in another folder; --no-input and --yes never ask.",
  );
  const groups = new Map([["run", addRunCommand(program, onAction)]]);
  addHostCommands(program, onAction);
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
      const given = Object.fromEntries(keys.map((key, index) => [key, command.processedArgs[index] as unknown]));
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
    .option("--json", "print one JSON value on stdout")
    .option("--quiet", "say nothing on stderr but errors")
    .option("--verbose", "say on stderr what happens inside")
    .addOption(new Option("--color <when>", "colour; auto unless given").choices(["auto", "always", "never"]));
}
