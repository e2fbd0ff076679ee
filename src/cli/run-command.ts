import type { Command } from "commander";
import { isDuration, notADurationText } from "../core/duration.ts";
import { TuttiError } from "../core/error.ts";
import type { RunRecord } from "../core/step.ts";
import type { Connection } from "../sdk/connection.ts";
import { daemonOf } from "./daemon/daemon.ts";
import { settingWords } from "./everywhere-flag.ts";
import { exitCodes } from "./exit-code.ts";
import { openAndCall } from "./first-call.ts";
import type { Invocation } from "./invocation.ts";
import { fromHere, fromText } from "./operation-flags.ts";
import { needsSchema, readInput, toInput, type GivenInput } from "./run-input.ts";
import { suggestVerb } from "./misspelled-verb.ts";
import type { OnAction } from "./action.ts";
import { toJson } from "./present/json.ts";
import { watch } from "./watch.ts";

interface RunFlags {
  readonly input?: readonly string[];
  readonly inputFile?: string;
  readonly detach?: boolean;
  readonly untilIdle?: boolean;
  readonly priority?: string;
  readonly deadline?: string;
}

export function addRunCommand(program: Command, onAction: OnAction): Command {
  return program
    .command("run")
    .description("Starts a run of a flow and watches it; `tutti run list|get|watch|…` look at runs")
    .argument("[flow]", "the flow's name, or the path of its file")
    .option("--input <key=value...>", "values of the input; JSON where it is JSON, else text")
    .option("--input-file <file>", "the whole input as JSON; - for standard input")
    .option("--detach", "start the run and return at once")
    .option("--until-idle", "return as soon as only waits are left")
    .option("--priority <number>", "higher goes first; 0 unless given")
    .option("--deadline <duration>", 'the run fails after this long, such as "10m"')
    .addHelpText(
      "after",
      "\nExamples:\n  tutti run code-review --input last=5\n  tutti run ./flows/greet.ts --input name=Ada --json",
    )
    .action((flow: string | undefined, flags: RunFlags, command: Command) =>
      onAction(command, async (invocation) => {
        try {
          return await run(flow, flags, invocation);
        } catch (error) {
          throw suggestVerb(
            error,
            flow ?? "",
            command.commands.map((verb) => verb.name()),
          );
        }
      }),
    );
}

async function run(named: string | undefined, given: RunFlags, invocation: Invocation): Promise<number> {
  const { flow: typed, flags } = untangle(named, given);
  const flow = fromHere(typed);
  const input = readInput(flags);
  checkFlags(flags);
  if (flags.detach) return detach({ flow, input, flags }, invocation);
  const opened = await start({ flow, input, flags }, invocation, { takeRuns: true });
  await using connection = opened.connection;
  return await watch(connection, { id: opened.run.id, untilIdle: flags.untilIdle ?? false }, invocation);
}

/** Before anything is opened, and by the names that they were given with. */
function checkFlags({ priority, deadline }: RunFlags): void {
  const hint = "For example: tutti run hello --priority 5 --deadline 10m";
  if (priority !== undefined && !(/^-?\d+$/.test(priority) && Math.abs(Number(priority)) <= mostPriority)) {
    const bounds = `from -${mostPriority} to ${mostPriority}`;
    throw new TuttiError("usage.invalid", `--priority ${priority} is not a whole number ${bounds}`, { hint });
  }
  if (deadline !== undefined && !isDuration(deadline)) {
    throw new TuttiError("usage.invalid", `--deadline ${deadline} ${notADurationText}`, { hint });
  }
}

// As the operation run.start takes it.
const mostPriority = 100;

interface Start {
  readonly flow: string;
  readonly input: GivenInput;
  readonly flags: RunFlags;
}

async function start(
  { flow, input, flags }: Start,
  invocation: Invocation,
  { takeRuns }: { readonly takeRuns: boolean },
): Promise<{ readonly connection: Connection; readonly run: RunRecord }> {
  const options = { priority: fromText(flags.priority), deadline: flags.deadline };
  const opened = await openAndCall(
    () => invocation.open({ takeRuns, write: true }),
    async ({ client }) => {
      const shown = needsSchema(input) ? await client.call("flow.show", { name: flow }) : null;
      const schema = (shown as { inputSchema: unknown } | null)?.inputSchema;
      return client.call("run.start", { ...options, flow, input: toInput(input, schema) });
    },
  );
  if (!opened) throw new TuttiError("host.unreachable", "there is no data folder");
  return { connection: opened.connection, run: opened.result as RunRecord };
}

/** Stores the run and leaves it to a worker; this process takes up none, so it ends at once. */
async function detach(request: Start, invocation: Invocation): Promise<number> {
  const { connection, run: started } = await start(request, invocation, { takeRuns: false });
  const daemon = connection.mode === "client" ? await daemonOf(connection) : null;
  await connection[Symbol.asyncDispose]();
  invocation.output.data(invocation.isJson ? toJson(started) : started.id);
  if (daemon?.url) {
    invocation.output.say(`The daemon works on it. Follow it with: tutti run watch ${started.id}`);
    return exitCodes.ok;
  }
  invocation.output.say(
    `The run goes on in the background. Follow it with: tutti run watch ${started.id}\n` +
      "Where only a person or an event is waited for, nobody works on it any more: then that watch, or tutti work, goes on.",
  );
  // Even where there is a host: it may be a short command's. The worker ends by itself when nothing goes on by itself.
  await startWorker(invocation);
  return exitCodes.ok;
}

async function startWorker({ settings }: Invocation): Promise<void> {
  const program = process.argv[1];
  if (program === undefined) return;
  const { spawn } = await import("node:child_process");
  const words = [...process.execArgv, program, "work", "--until-done", "--quiet", ...settingWords(settings)];
  spawn(process.execPath, words, { detached: true, stdio: "ignore" }).unref();
}

/** `--input a=1 greet`: the flag takes every word that follows, and the one without a value is the flow. */
function untangle(named: string | undefined, flags: RunFlags): { flow: string; flags: RunFlags } {
  const last = flags.input?.at(-1);
  if (named !== undefined) return { flow: named, flags };
  if (last !== undefined && !last.includes("="))
    return { flow: last, flags: { ...flags, input: flags.input?.slice(0, -1) ?? [] } };
  throw new TuttiError("usage.invalid", "which flow?", {
    hint: "tutti run <flow>; `tutti flow list` shows what there is.",
  });
}
