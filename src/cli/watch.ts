import { TuttiError } from "../core/error.ts";
import type { RunRecord, StepRecord } from "../core/step.ts";
import type { Connection } from "../sdk/connection.ts";
import { exitCodeOfRun, exitCodes } from "./exit-code.ts";
import type { Invocation } from "./invocation.ts";
import { createProgress } from "./progress.ts";
import { receipt } from "./present/receipt.ts";

interface Wait {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
}

type Progress =
  | { readonly type: "run"; readonly run: { readonly status: string } }
  | { readonly type: "step"; readonly step: StepRecord }
  | { readonly type: "live" }
  | { readonly type: "waiting"; readonly waits: readonly Wait[] };

/** Follows a run to its end, shows what happens, and gives the exit code. Ctrl-C detaches, or stops the host gracefully. */
export async function watch(
  connection: Connection,
  input: { id: string; untilIdle: boolean },
  invocation: Invocation,
): Promise<number> {
  const interrupt = onInterrupt();
  const progress = createProgress(invocation.output);
  try {
    const run = (await connection.client.call("run.watch", input, {
      signal: interrupt.signal,
      onProgress: (event) => void tell(event as Progress),
    })) as RunRecord;
    return await finish(run);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    return interrupted();
  } finally {
    progress.stop();
    interrupt.stop();
  }

  async function tell(event: Progress): Promise<void> {
    if (event.type === "step") progress.step(event.step);
    if (event.type === "waiting") {
      progress.wait(event.waits);
      if (event.waits.some((wait) => wait.kind === "review")) await tellReviews();
    }
  }

  async function tellReviews(): Promise<void> {
    for (const review of await openReviews(connection, input.id)) {
      invocation.output.say(
        `◆ waiting for you: ${review.title}\n  tutti review show ${review.id}\n  tutti review approve ${review.id}\n  tutti review reject ${review.id} --reason "…"`,
      );
    }
  }

  async function finish(run: RunRecord): Promise<number> {
    if (interrupt.signal.aborted) return interrupted();
    const reviews = run.status === "waiting" ? await openReviews(connection, run.id) : [];
    progress.stop();
    if (invocation.isJson) invocation.output.data(JSON.stringify(run, null, 2));
    else if (run.status === "succeeded") invocation.output.data(essence(run.output));
    invocation.output.say(receipt(run, invocation.output.color));
    return exitCodeOfRun(run, reviews.length > 0);
  }

  function interrupted(): number {
    const { output } = invocation;
    progress.stop();
    if (connection.mode === "client") output.say(`The run goes on. Come back with: tutti run watch ${input.id}`);
    else
      output.say(
        `Stopped; run ${input.id} is kept as it is. Go on with: tutti run watch ${input.id}   (or tutti work)`,
      );
    return exitCodes.interrupted;
  }
}

async function openReviews(connection: Connection, run: string): Promise<{ id: string; title: string }[]> {
  const reviews = (await connection.client.call("review.list", {})) as { id: string; title: string; run: string }[];
  return reviews.filter((review) => review.run === run);
}

/** What a flow wants to be printed: text, or the `summary` of its output, or the output as JSON. */
function essence(output: unknown): string {
  if (typeof output === "string") return output;
  if (typeof output === "object" && output !== null && "summary" in output && typeof output.summary === "string")
    return output.summary;
  return JSON.stringify(output, null, 2) ?? "";
}

function onInterrupt(): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const handle = (): void => {
    // The second time somebody means it.
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort(new TuttiError("run.cancelled", "interrupted"));
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, handle);
  return {
    signal: controller.signal,
    stop() {
      for (const signal of signals) process.off(signal, handle);
    },
  };
}
