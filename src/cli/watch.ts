import { errorCatalogue, TuttiError } from "../core/error.ts";
import type { RunRecord, StepRecord } from "../core/step.ts";
import type { Connection } from "../sdk/connection.ts";
import { toWireError } from "../sdk/wire.ts";
import { exitCodeOfRun } from "./exit-code.ts";
import { isLostHost } from "./first-call.ts";
import { pause } from "./interrupt.ts";
import type { Invocation } from "./invocation.ts";
import { toJson } from "./present/json.ts";
import { essence } from "./present/run.ts";
import { receipt, type OpenReview } from "./present/receipt.ts";
import { howToAnswer } from "./present/review.ts";
import { createProgress, type Progress } from "./progress.ts";

interface Target {
  readonly id: string;
  readonly untilIdle: boolean;
}

// How long a database that cannot be reached may lie until the watch looks again.
const lookAgainMs = 500;
// A host that dies right after each start would be followed for ever.
const mostHosts = 20;

/** Follows a run to its end, shows what happens, and gives the exit code. Ctrl-C detaches, or stops the host gracefully. */
export async function watch(first: Connection, target: Target, invocation: Invocation): Promise<number> {
  using interrupt = invocation.interrupt.hold();
  await using later = new AsyncDisposableStack();
  const progress = createProgress(invocation.output);
  const { signal } = interrupt;
  let connection = first;
  for (let hosts = 1; ;) {
    const seen = await attempt(() => follow(connection, target, { invocation, progress, signal }));
    if (!signal.aborted && isPassing(seen.error)) {
      invocation.log.warn("storage.waited_for", { code: seen.error.code, message: seen.error.message });
      await pause(lookAgainMs, interrupt);
      continue;
    }
    const isOver = signal.aborted || !isLostHost(seen.error) || connection.mode === "host" || hosts++ === mostHosts;
    if (isOver) progress.stop();
    if (signal.aborted) {
      await leave(connection, target.id, invocation);
      return interrupt.exitCode();
    }
    if (seen.run) return await finish(seen.run, connection, invocation);
    if (isOver) throw seen.error;
    connection = await takeOver(invocation, later);
  }
}

async function attempt(following: () => Promise<RunRecord>): Promise<{ run?: RunRecord; error?: unknown }> {
  try {
    return { run: await following() };
  } catch (error) {
    return { error };
  }
}

/** The host has ended: whoever connects first takes its place, and with it the open runs. */
async function takeOver(invocation: Invocation, stack: AsyncDisposableStack): Promise<Connection> {
  const connection = await invocation.open({ takeRuns: true, write: true });
  if (!connection) throw new TuttiError("host.unreachable", "the data folder is gone");
  stack.use(connection);
  if (connection.mode === "host") invocation.output.say("The host has ended; this process has taken its place.");
  return connection;
}

async function follow(
  { client }: Connection,
  { id, untilIdle }: Target,
  { invocation, progress, signal }: { invocation: Invocation; progress: Progress; signal: AbortSignal },
): Promise<RunRecord> {
  const told = new Set<string>();
  const onProgress = (event: unknown): void => {
    if (isStep(event)) progress.step(event.step);
    if (!isWaiting(event)) return;
    progress.wait(event.waits);
    if (event.waits.some(({ kind }) => kind === "review")) void tellReviews();
  };
  return (await client.call("run.watch", { id, untilIdle }, { signal, onProgress })) as RunRecord;

  async function tellReviews(): Promise<void> {
    try {
      for (const review of await openReviews(client, id)) {
        if (!told.has(review.id)) invocation.output.say(question(review));
        told.add(review.id);
      }
    } catch {
      // The watch itself hears of a lost host, and says so.
    }
  }
}

async function finish(run: RunRecord, { client }: Connection, { isJson, output }: Invocation): Promise<number> {
  const reviews = run.status === "waiting" ? await openReviews(client, run.id) : [];
  if (isJson) output.data(toJson(run));
  else if (run.status === "succeeded" && run.output !== null) {
    // What the run was for stands apart from the talk around it.
    output.say("");
    output.data(essence(run.output));
    output.say("");
  }
  // What went wrong is said even when quiet.
  const way = ["failed", "paused", "cancelled"].includes(run.status) ? "complain" : "say";
  output[way](receipt(run, { color: output.color, reviews }));
  return exitCodeOfRun(run, reviews.length > 0);
}

/** The run goes on without this watch, or lies until the next host: what is printed is the run as it is now. */
async function leave({ mode, client }: Connection, id: string, { isJson, output }: Invocation): Promise<void> {
  if (isJson) {
    const { run, error } = await attempt(async () => (await client.call("run.get", { id })) as RunRecord);
    output.data(toJson(run ?? { error: toWireError(error) }));
  }
  if (mode === "client") output.say(`Detached; run ${id} goes on. Come back with: tutti run watch ${id}`);
  else output.say(`Stopped; run ${id} stays open and nothing is lost. Go on with: tutti work   (or any tutti run)`);
}

function question(review: OpenReview): string {
  const answers = howToAnswer(review);
  return [`◆ waiting for you: ${review.title}`, `tutti review show ${review.id}`, ...answers].join("\n    ");
}

async function openReviews(client: Connection["client"], run: string): Promise<OpenReview[]> {
  const reviews = (await client.call("review.list", {})) as (OpenReview & { run: string; runs?: string[] })[];
  return reviews.filter((review) => review.run === run || review.runs?.includes(run));
}

/** The worker waits these out; so does who watches it. */
function isPassing(error: unknown): error is TuttiError {
  return error instanceof TuttiError && error.code.startsWith("storage.") && errorCatalogue[error.code].retryable;
}

export function isStep(event: unknown): event is { readonly type: "step"; readonly step: StepRecord } {
  return typeof event === "object" && event !== null && "type" in event && event.type === "step";
}

function isWaiting(event: unknown): event is { readonly type: "waiting"; readonly waits: readonly Wait[] } {
  return typeof event === "object" && event !== null && "type" in event && event.type === "waiting";
}

interface Wait {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
}
