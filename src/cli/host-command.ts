import type { Command } from "commander";
import { TuttiError } from "../core/error.ts";
import type { Connection } from "../sdk/connection.ts";
import { exitCodes } from "./exit-code.ts";
import { pause, type Interrupt } from "./interrupt.ts";
import type { Invocation } from "./invocation.ts";
import type { OnAction } from "./action.ts";

/** Commands that are about this process, not about an operation. */
export function addHostCommands(program: Command, onAction: OnAction): void {
  program
    .command("work")
    .description("Works on open runs until it is ended")
    .option("--until-idle", "end when nothing can run now; waits do not count")
    .option("--concurrency <number>", "how many runs at once")
    .addHelpText("after", "\nExamples:\n  tutti work\n  tutti work --until-idle --concurrency 4")
    .action((flags: WorkFlags, command: Command) =>
      onAction(command, async (invocation) => {
        const code = await runWork(flags, invocation);
        // A service that is told to stop has ended well.
        return code === exitCodes.terminated ? exitCodes.ok : code;
      }),
    );
}

interface WorkFlags {
  readonly untilIdle?: boolean;
  readonly concurrency?: string;
}

// How long after the end of another host its runs may lie until this worker looks again.
const standbyMs = 1_000;

async function runWork({ untilIdle = false, concurrency: given }: WorkFlags, invocation: Invocation): Promise<number> {
  const concurrency = given === undefined ? undefined : Number(given);
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new TuttiError("usage.invalid", `--concurrency ${given} is not a whole number above 0`);
  }
  const { interrupt } = invocation;
  using _held = interrupt.hold();
  for (let turn = 0; !interrupt.signal.aborted; turn++) {
    await using connection = await invocation.open({ takeRuns: true, write: true, isWorkerAlone: true, concurrency });
    if (connection?.mode === "host") return await work(connection, { untilIdle, interrupt, invocation });
    if (connection && untilIdle && !(await hasWork(connection))) return exitCodes.ok;
    if (turn === 0) invocation.output.say("Another process hosts this folder; this one takes over when that ends.");
    await pause(standbyMs, interrupt);
  }
  return interrupt.exitCode;
}

async function work(
  connection: Connection,
  { untilIdle, interrupt, invocation }: { untilIdle: boolean; interrupt: Interrupt; invocation: Invocation },
): Promise<number> {
  invocation.output.say(`Working on the runs of ${connection.home}. End with Ctrl-C.`);
  await (untilIdle ? Promise.race([interrupt.happened, connection.whenIdle()]) : interrupt.happened);
  if (!interrupt.signal.aborted) return exitCodes.ok;
  invocation.output.say("Stopping; what is open stays open and nothing is lost.");
  return interrupt.exitCode;
}

/** Whether the other host may leave something to do; a host that ends in between surely may. */
async function hasWork({ client }: Connection): Promise<boolean> {
  try {
    for (const status of ["queued", "running"]) {
      const runs = (await client.call("run.list", { status, limit: 1 })) as readonly unknown[];
      if (runs.length > 0) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof TuttiError && error.code === "host.unreachable") return true;
    throw error;
  }
}
