import type { Command } from "commander";
import { TuttiError } from "../core/error.ts";
import type { Connection } from "../sdk/connection.ts";
import { exitCodes } from "./exit-code.ts";
import { pause } from "./interrupt.ts";
import type { Invocation } from "./invocation.ts";
import type { OnAction } from "./action.ts";

/** Commands that are about this process, not about an operation. */
export function addHostCommands(program: Command, onAction: OnAction): void {
  program
    .command("work")
    .description("Works on open runs until it is ended")
    .option("--until-idle", "end when nothing can run now; waits do not count")
    .option("--until-done", "end when only people or events are waited for; sleeps, timeouts and deadlines count")
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
  readonly untilDone?: boolean;
  readonly concurrency?: string;
}

/** When a worker leaves: told to, when nothing can run now, or when nothing ever will without a person or an event. */
type Until = "told" | "idle" | "done";

// How long after the end of another host its runs may lie until this worker looks again.
const standbyMs = 1_000;
// As many as the setting `engine.concurrency` takes.
const mostConcurrency = 10_000;

async function runWork(flags: WorkFlags, invocation: Invocation): Promise<number> {
  using interrupt = invocation.interrupt.hold();
  const concurrency = toConcurrency(flags.concurrency);
  const until: Until = flags.untilDone ? "done" : flags.untilIdle ? "idle" : "told";
  using standby = new Standby();
  for (let turn = 0; !interrupt.signal.aborted; turn++) {
    await using connection = await invocation.open({ takeRuns: true, write: true, isWorkerAlone: true, concurrency });
    if (connection?.mode === "host") {
      standby.giveUp();
      return await work(connection, { until, invocation });
    }
    const isNeeded = until === "told" || !connection || (await hasWork(connection, until));
    if (!isNeeded && !standby.giveUp()) return exitCodes.ok;
    if (!isNeeded) continue;
    // One is enough to go on where the host leaves off: detached runs would else each leave a worker behind.
    if (until === "done" && connection && standby.isTaken(connection)) return exitCodes.ok;
    if (turn === 0) invocation.output.say("Another process hosts this folder; this one takes over when that ends.");
    await pause(standbyMs, interrupt);
  }
  return interrupt.exitCode();
}

function toConcurrency(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const concurrency = Number(given);
  if (Number.isInteger(concurrency) && concurrency > 0 && concurrency <= mostConcurrency) return concurrency;
  throw new TuttiError("usage.invalid", `--concurrency ${given} is not a whole number from 1 to ${mostConcurrency}`, {
    hint: "For example: tutti work --concurrency 4",
  });
}

/**
 * The place behind the host. Who gives it up looks once more before it leaves: another may have found the place taken,
 * and left, just then.
 */
class Standby implements Disposable {
  #place: Disposable | null = null;
  #refusals = 0;

  /** Whether another has it: two that ask in the same moment both get a no, so one no is none. */
  isTaken(connection: Connection): boolean {
    this.#place ??= connection.standBy();
    this.#refusals = this.#place ? 0 : this.#refusals + 1;
    return this.#refusals > 1;
  }

  /** Whether there was a place to give up. */
  giveUp(): boolean {
    const place = this.#place;
    this.#place = null;
    place?.[Symbol.dispose]();
    return place !== null;
  }

  [Symbol.dispose](): void {
    this.giveUp();
  }
}

async function work(
  connection: Connection,
  { until, invocation }: { until: Until; invocation: Invocation },
): Promise<number> {
  const { interrupt, output } = invocation;
  output.say(`Working on the runs of ${connection.home}. End with Ctrl-C.`);
  const ends = { told: () => interrupt.happened, idle: () => connection.whenIdle(), done: () => connection.whenDone() };
  await Promise.race([interrupt.happened, ends[until]()]);
  if (!interrupt.signal.aborted) return exitCodes.ok;
  output.say("Stopping; what is open stays open and nothing is lost.");
  return interrupt.exitCode();
}

/** Whether the other host may leave something to do; a host that ends in between surely may. */
async function hasWork({ client }: Connection, until: Until): Promise<boolean> {
  const filters = [{ status: "queued" }, { status: "running" }, ...(until === "done" ? [{ due: true }] : [])];
  try {
    for (const filter of filters) {
      const runs = (await client.call("run.list", { ...filter, limit: 1 })) as readonly unknown[];
      if (runs.length > 0) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof TuttiError && error.code === "host.unreachable") return true;
    throw error;
  }
}
