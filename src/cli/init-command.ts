import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { TuttiError } from "../core/error.ts";
import type { AnyOperation } from "../core/operation.ts";
import { isConfigError } from "./error-output.ts";
import { exitCodes } from "./exit-code.ts";
import { createQuestions } from "./init/question.ts";
import { writeScaffold, type Scaffold } from "./init/scaffold.ts";
import { askChoices, defaultChoices, type Choices, type Surveyed } from "./init/wizard.ts";
import type { Invocation } from "./invocation.ts";
import type { OnAction } from "./action.ts";

/** `tutti init`: a folder becomes a project, with a first flow, settings, and types for the editor. */
export function addInitCommand(program: Command, onAction: OnAction, operations: readonly AnyOperation[]): void {
  program
    .command("init")
    .description("Sets this folder up: a first flow, tutti.yaml, and types for the editor")
    .addHelpText("after", "\nExamples:\n  tutti init\n  tutti init --yes --json")
    .action((_flags: unknown, command: Command) =>
      onAction(command, (invocation) => runInit(process.cwd(), operations, invocation)),
    );
}

async function runInit(folder: string, operations: readonly AnyOperation[], invocation: Invocation): Promise<number> {
  const choices = await choose(folder, operations, invocation);
  if (typeof choices === "number") return choices;
  const problem = await openData(folder, invocation);
  const scaffold = writeScaffold({
    ...choices,
    folder,
    packageFolder: packageFolder(),
    zodFolder: dirname(fileURLToPath(import.meta.resolve("zod/package.json"))),
    schema: await ask(operations, "config.schema", never()),
  });
  show(folder, { scaffold, choices, problem }, invocation);
  return exitCodes.ok;
}

function packageFolder(): string {
  return fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");
}

/** What to write, or the exit code where the person has left before anything was written. */
async function choose(
  folder: string,
  operations: readonly AnyOperation[],
  { answers, output, interrupt: signals }: Invocation,
): Promise<Choices | number> {
  if (answers === null) return defaultChoices;
  using interrupt = signals.hold();
  const surveyed = await survey(folder, operations, interrupt.signal);
  using questions = createQuestions(answers, { output, interrupt });
  const choices = await askChoices(surveyed, questions, output);
  if (choices !== null) return choices;
  output.say("\nNothing was written.");
  return interrupt.signal.aborted ? interrupt.exitCode() : exitCodes.cancelled;
}

async function survey(folder: string, operations: readonly AnyOperation[], signal: AbortSignal): Promise<Surveyed> {
  const hasFlow = existsSync(join(folder, "flows", "hello.ts"));
  const hasConfig = existsSync(join(folder, "tutti.yaml"));
  return { node: process.versions.node, models: await chatModels(operations, signal), hasFlow, hasConfig };
}

interface ListedModel {
  readonly name: string;
  readonly kind: string;
  readonly problem: string | null;
}

async function chatModels(operations: readonly AnyOperation[], signal: AbortSignal): Promise<string[] | null> {
  try {
    const models = (await ask(operations, "models.list", signal)) as readonly ListedModel[];
    return models.filter(({ kind, problem }) => kind === "chat" && !problem).map(({ name }) => name);
  } catch (error) {
    if (error instanceof TuttiError && error.code.startsWith("model.")) return null;
    throw error;
  }
}

/** Answered by this process: neither models nor settings need a data folder. */
async function ask(operations: readonly AnyOperation[], name: string, signal: AbortSignal): Promise<unknown> {
  const operation = operations.find((candidate) => candidate.name === name);
  if (!operation) throw new TuttiError("internal.defect", `there is no operation ${name}`);
  return operation.handle({} as never, { signal, caller: "cli" });
}

/** The data folder of this very folder, also where one above it has its own, opened once to prove that it works, unless the settings are wrong. */
async function openData(folder: string, invocation: Invocation): Promise<TuttiError | null> {
  try {
    mkdirSync(join(folder, ".tutti"), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new TuttiError("usage.invalid", `${join(folder, ".tutti")} cannot be made`, {
      cause: error,
      hint: "Check the owner and mode of the folder.",
      where: folder,
    });
  }
  try {
    const connection = await invocation.open({ takeRuns: false, write: true });
    await connection?.[Symbol.asyncDispose]();
    return null;
  } catch (error) {
    // The rest of a project can be written while its settings are wrong; they are the user's and stay as they are.
    if (isConfigError(error)) return error;
    throw error;
  }
}

function show(
  folder: string,
  { scaffold, choices, problem }: { scaffold: Scaffold; choices: Choices; problem: TuttiError | null },
  { isJson, output }: Invocation,
): void {
  const next = nextSteps(choices);
  const { written, renewed, kept } = scaffold;
  const lines = [
    ...written.map((path) => `wrote    ${path}`),
    ...renewed.map((path) => `renewed  ${path}`),
    // What lies under .tutti is ours and tells nobody anything while it stays as it is.
    ...kept.filter((path) => !path.startsWith(".tutti/")).map((path) => `kept     ${path}`),
  ];
  output.data(isJson ? JSON.stringify({ folder, ...scaffold, next }, null, 2) : lines.join("\n"));
  const notes = notesOn(folder, scaffold);
  if (problem)
    output.complain(`${output.color.yellow("!")} The settings cannot be used yet: ${problem.message}\n  tutti doctor`);
  output.say([...notes, "", "Next:", ...next.map((step) => `  ${step}`)].join("\n"));
}

function nextSteps({ withFlow }: Choices): string[] {
  return [withFlow ? "tutti run hello --input name=Ada" : "tutti flow list", "tutti run list", "tutti doctor"];
}

function notesOn(folder: string, { written, renewed }: Scaffold): string[] {
  const isChanged = written.length + renewed.length > 0;
  return [
    ...(isChanged ? [] : ["All of this was here already; nothing was changed."]),
    ...(written.includes("flows/tsconfig.json")
      ? [
          'Your own tsconfig.json was kept. If it takes in "flows", leave that out there: flows/tsconfig.json is for it.',
        ]
      : []),
    ...(existsSync(join(folder, ".tutti/pkg/dist/index.d.ts"))
      ? []
      : ["The editor has no types yet: this Tutti is not built. In its clone: node start.js build"]),
  ];
}

function never(): AbortSignal {
  return new AbortController().signal;
}
