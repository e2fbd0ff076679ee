import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Command } from "commander";
import { readConfig } from "../../app.ts";
import { toMs } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import type { OnAction } from "../action.ts";
import { settingWords } from "../everywhere-flag.ts";
import { exitCodes } from "../exit-code.ts";
import type { Invocation } from "../invocation.ts";
import { joinDaemon } from "./daemon.ts";
import { serviceManager, tell, type ServiceManager } from "./service-manager.ts";
import type { Service } from "./service-unit.ts";

// Beside the grace of its steps, as `tutti down` waits.
const lastActsSeconds = 15;

export function addServiceCommands(program: Command, onAction: OnAction): void {
  const group = program.command("service").description("`tutti service --help` lists its commands");
  group
    .command("install")
    .description("Lets systemd or launchd keep the daemon of this folder running, as your user")
    .option("--dry-run", "print what would be written, and write nothing")
    .addHelpText("after", "\nExamples:\n  tutti service install --dry-run\n  tutti service install")
    .action((flags: { readonly dryRun?: boolean }, command: Command) =>
      onAction(command, (invocation) => install(flags.dryRun ?? false, invocation)),
    );
  group
    .command("uninstall")
    .description("Ends that service and removes what `install` has written")
    .addHelpText("after", "\nExamples:\n  tutti service uninstall")
    .action((_flags: unknown, command: Command) => onAction(command, uninstall));
  group
    .command("status")
    .description("Says whether the service of this folder is installed and runs")
    .addHelpText("after", "\nExamples:\n  tutti service status")
    .action((_flags: unknown, command: Command) => onAction(command, status));
}

/** The folder that the data is of: a service for each folder below it would be one too many. */
async function projectFolder(invocation: Invocation): Promise<string> {
  const home = await invocation.dataFolder({ write: false });
  return home !== null && basename(home) === ".tutti" ? dirname(home) : process.cwd();
}

async function install(isDry: boolean, invocation: Invocation): Promise<number> {
  const { environment, output, isJson } = invocation;
  const folder = await projectFolder(invocation);
  const manager = serviceManager(folder, environment);
  const { name, file } = manager;
  const definition = manager.definition(describe(folder, invocation));
  if (isDry) {
    output.data(isJson ? JSON.stringify({ name, file, definition, isDryRun: true }) : definition);
    output.say(`Would be written to ${file}`);
    return exitCodes.ok;
  }
  write(file, definition);
  output.say(`Wrote ${file}`);
  const daemon = await joinDaemon(invocation);
  await daemon?.connection[Symbol.asyncDispose]();
  // One that was started by hand holds the folder: the service would find it, and end.
  const isFree = daemon === null || (await tell(manager.isRunning, environment)) === null;
  const problems = await tellAll([...manager.install.load, ...(isFree ? manager.install.start : [])], invocation);
  if (!isFree) {
    output.say(
      `Process ${daemon.facts.pid} serves this folder already: tutti down, then ${wordsOf(manager.install.start)}`,
    );
  }
  if (isJson) output.data(JSON.stringify({ name, file, isStarted: isFree && problems.length === 0, problems }));
  if (problems.length === 0) output.say(manager.hint);
  return problems.length === 0 ? exitCodes.ok : exitCodes.unverified;
}

function describe(folder: string, { environment, settings }: Invocation): Service {
  const { settings: all } = readConfig({ folder, environment, flags: settings });
  const grace = all.find(({ name }) => name === "engine.grace")?.layers[0]?.value;
  // A setting that this shell makes would else be another one in the service, and nobody would see why.
  const kept = Object.entries(environment).flatMap(([name, value]) =>
    value && /^(PATH$|TUTTI_(?!TEST_)|OLLAMA_)/.test(name) ? [[name, value] as const] : [],
  );
  const service = {
    folder,
    command: [
      process.execPath,
      ...process.execArgv,
      process.argv[1] ?? "",
      "up",
      "--no-open",
      ...settingWords(settings),
    ],
    environment: Object.fromEntries(kept),
    stopWithinSeconds: Math.ceil(toMs(grace as string | number) / 1_000) + lastActsSeconds,
  };
  const texts = [folder, ...service.command, ...Object.values(service.environment)];
  if (!texts.some((text) => text.includes("\n"))) return service;
  throw new TuttiError("usage.invalid", "a path or a variable of the service has a line break in it", {
    hint: "Neither systemd nor launchd can be told such a name.",
  });
}

function write(file: string, definition: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    // The address of a database may have a password in it.
    writeFileSync(file, definition, { mode: 0o600 });
  } catch (error) {
    throw new TuttiError("usage.invalid", `${file} cannot be written`, {
      cause: error,
      hint: "Look at the owner and mode of its folder. `tutti service install --dry-run` prints what belongs there.",
      where: file,
    });
  }
}

/** Tells each command that is run, and gives what did not work. */
async function tellAll(
  commands: readonly (readonly string[])[],
  { environment, output }: Invocation,
): Promise<string[]> {
  const problems: string[] = [];
  for (const words of commands) {
    const problem = await tell(words, environment);
    output.say(problem === null ? `Ran   ${words.join(" ")}` : `✕ ${words.join(" ")}: ${problem}`);
    // What was not loaded cannot be unloaded, and that is as it should be.
    if (problem !== null && !words.includes("bootout")) problems.push(`${words.join(" ")}: ${problem}`);
  }
  if (problems.length > 0) output.say(`Do by hand what did not work: ${wordsOf(commands)}`);
  return problems;
}

function wordsOf(commands: readonly (readonly string[])[]): string {
  return commands.map((words) => words.join(" ")).join(" && ");
}

async function uninstall(invocation: Invocation): Promise<number> {
  const { environment, output, isJson } = invocation;
  const { name, file, uninstall: commands } = serviceManager(await projectFolder(invocation), environment);
  if (!existsSync(file)) {
    output.say(`No service of this folder is installed: there is no ${file}`);
    if (isJson) output.data(JSON.stringify({ name, file, isRemoved: false, problems: [] }));
    return exitCodes.ok;
  }
  const problems = await tellAll(commands.stop, invocation);
  rmSync(file);
  output.say(`Removed ${file}`);
  problems.push(...(await tellAll(commands.forget, invocation)));
  if (isJson) output.data(JSON.stringify({ name, file, isRemoved: true, problems }));
  return problems.length === 0 ? exitCodes.ok : exitCodes.unverified;
}

async function status(invocation: Invocation): Promise<number> {
  const { environment, output, isJson } = invocation;
  const manager: ServiceManager = serviceManager(await projectFolder(invocation), environment);
  const { name, file } = manager;
  const isInstalled = existsSync(file);
  const isRunning = isInstalled && (await tell(manager.isRunning, environment)) === null;
  if (isJson) output.data(JSON.stringify({ name, file, isInstalled, isRunning }));
  else if (!isInstalled) output.data("not installed: tutti service install");
  else output.data(`${isRunning ? "running" : "installed, but not running"}  ${file}`);
  return isRunning ? exitCodes.ok : exitCodes.unreachable;
}
