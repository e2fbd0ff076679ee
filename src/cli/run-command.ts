import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { TuttiError } from "../core/error.ts";
import type { RunRecord } from "../core/step.ts";
import { exitCodes } from "./exit-code.ts";
import { open, type Invocation } from "./invocation.ts";
import { addCommonOptions, fromText, invocationOf } from "./common-option.ts";
import { watch } from "./watch.ts";

interface RunFlags {
  readonly input?: readonly string[];
  readonly inputFile?: string;
  readonly detach?: boolean;
  readonly untilIdle?: boolean;
  readonly priority?: string;
  readonly deadline?: string;
}

export function addRunCommand(program: Command, setCode: (code: number) => void): Command {
  const command = program
    .command("run")
    .description("Starts a run of a flow and watches it; `tutti run list|get|watch|…` look at runs");
  command
    .argument("[flow]", "the flow's name, or the path of its file")
    .option("--input <key=value...>", "one value of the input; JSON where it is JSON, else text")
    .option("--input-file <file>", "the whole input as JSON; - for standard input")
    .option("--detach", "start the run and return at once")
    .option("--until-idle", "return as soon as only waits are left")
    .option("--priority <number>", "higher goes first; 0 unless given")
    .option("--deadline <duration>", 'the run fails after this long, such as "10m"')
    .addHelpText(
      "after",
      "\nExamples:\n  tutti run code-review --input last=5\n  tutti run ./flows/greet.ts --input name=Ada --json",
    );
  addCommonOptions(command);
  command.action(async (flow: string | undefined, flags: RunFlags & Record<string, unknown>) => {
    if (flow === undefined)
      throw new TuttiError("usage.invalid", "which flow?", {
        hint: "tutti run <flow>; `tutti flow list` shows what there is.",
      });
    setCode(await run(flow, flags, invocationOf(flags)));
  });
  return command;
}

async function run(flow: string, flags: RunFlags, invocation: Invocation): Promise<number> {
  const input = readInput(flags);
  await using connection = await open(invocation, { takeRuns: true, write: true });
  if (!connection) throw new TuttiError("host.unreachable", "there is no data folder");
  const started = (await connection.client.call("run.start", {
    flow,
    input,
    ...(flags.priority === undefined ? {} : { priority: fromText(flags.priority) }),
    ...(flags.deadline === undefined ? {} : { deadline: flags.deadline }),
  })) as RunRecord;
  if (!flags.detach)
    return await watch(connection, { id: started.id, untilIdle: flags.untilIdle ?? false }, invocation);
  if (invocation.isJson) invocation.output.data(JSON.stringify(started, null, 2));
  else invocation.output.data(started.id);
  if (connection.mode === "host") await leaveToWorker(invocation);
  return exitCodes.ok;
}

/** Nobody hosts the folder: the run goes on in a process of its own, which ends when nothing can run any more. */
async function leaveToWorker(invocation: Invocation): Promise<void> {
  const { spawn } = await import("node:child_process");
  const child = spawn(process.execPath, [process.argv[1] ?? "", "work", "--until-idle", "--quiet"], {
    detached: true,
    stdio: "ignore",
  });
  child.unref();
  invocation.output.say("The run goes on in the background.");
}

function readInput({ input = [], inputFile }: RunFlags): unknown {
  const base = inputFile === undefined ? undefined : readInputFile(inputFile);
  if (input.length === 0) return base;
  const pairs = input.map((pair) => {
    const cut = pair.indexOf("=");
    if (cut < 1)
      throw new TuttiError("usage.invalid", `${JSON.stringify(pair)} is not key=value`, {
        hint: "For example: --input repository=../app --input last=5",
      });
    return [pair.slice(0, cut), fromText(pair.slice(cut + 1))] as const;
  });
  return { ...(typeof base === "object" && base !== null ? base : {}), ...Object.fromEntries(pairs) };
}

function readInputFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new TuttiError("usage.invalid", `the input file ${file} cannot be read`, { cause: error, where: file });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TuttiError(
      "usage.invalid",
      `${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      { where: file },
    );
  }
}
