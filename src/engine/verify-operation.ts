import { z } from "zod";
import { TuttiError } from "../core/error.ts";
import { operation, type AnyOperation, type OperationContext } from "../core/operation.ts";
import { runStatuses } from "../core/step.ts";
import type { LiveEvents } from "../events/live.ts";
import type { RunControl } from "./engine.ts";
import type { FlowLoader } from "./flow-loader.ts";
import type { Verification } from "./flow-verify.ts";
import type { RunStore } from "./run-store.ts";
import { watchRun, type WatchEvent } from "./watch.ts";

const verification = z.object({
  run: z.string(),
  flow: z.string(),
  status: z.enum(runStatuses),
  /** False where the run has not ended, so that it is verified as far as it has come. */
  isComplete: z.boolean(),
  storedSteps: z.number(),
  replays: z.number(),
  differences: z
    .array(z.object({ after: z.string().nullable(), message: z.string(), stored: z.unknown(), code: z.unknown() }))
    .readonly(),
});

export interface VerifyDependencies {
  readonly control: Pick<RunControl, "start" | "cancel">;
  readonly store: RunStore;
  readonly live: LiveEvents;
  readonly flows: FlowLoader;
  /** Replays a run's rows without doing anything. */
  verify(run: string): Promise<Verification>;
}

interface VerifyInput {
  readonly name?: string | undefined;
  readonly input?: unknown;
  readonly run?: string | undefined;
}

/** Runs a flow (or takes a run that is there) and replays it behind every step. */
export function verifyOperation(dependencies: VerifyDependencies): AnyOperation {
  return operation<VerifyInput, z.infer<typeof verification>, WatchEvent>({
    name: "flow.verify",
    summary: "Runs a flow, then replays it behind every step and says what differs",
    method: "POST",
    path: "/flows/verify",
    role: "operator",
    effect: "write",
    idempotent: false,
    faces: ["cli", "http", "sdk", "mcp"],
    input: z.strictObject({
      name: z.string().min(1).optional().describe("The flow's name, or the path of its file"),
      input: z.unknown().optional().describe("The flow's input, JSON"),
      run: z.string().min(1).optional().describe("Replay this run with the code as it is now; nothing new is run"),
    }),
    output: verification,
    cli: {
      positional: ["name"],
      paths: ["name"],
      waitsForRuns: true,
      examples: ["tutti flow verify code-review", "tutti flow verify --run run_4k7d2mzq01pb"],
    },
    isStream: true,
    handle: (input, context) => verify(dependencies, input, context),
  });
}

const ended = ["succeeded", "failed", "cancelled"];
// Longer sleeps and timeouts are not waited for.
const patienceMs = 60_000;

/** A run that is left with nothing but waits is replayed as far as it has come; one that was made for this is cancelled. */
async function* verify(
  dependencies: VerifyDependencies,
  { name, input, run }: VerifyInput,
  { signal, folder }: OperationContext,
): AsyncGenerator<WatchEvent, z.infer<typeof verification>> {
  if ((name === undefined) === (run === undefined)) {
    throw new TuttiError("usage.invalid", "verify takes the name of a flow, or --run with the id of a run", {
      hint: "For example: tutti flow verify code-review",
    });
  }
  const id = run ?? (await start(dependencies, { flow: name ?? "", input, folder }));
  if (run === undefined) yield* watchRun(dependencies, { id, untilIdle: true, patienceMs }, signal);
  const { status, ...found } = await dependencies.verify(id);
  const isComplete = ended.includes(status);
  if (run === undefined && !isComplete) {
    await dependencies.control.cancel(id, "verified as far as it came");
    // This process may be the one that works on it, and must not leave before the cancel is done.
    yield* watchRun(dependencies, { id, untilIdle: false }, signal);
  }
  return { ...found, status: verification.shape.status.parse(status), isComplete };
}

async function start(
  { control, flows }: VerifyDependencies,
  { flow, input, folder }: { flow: string; input: unknown; folder: string | undefined },
): Promise<string> {
  return control.start({ flow: await flows.get(flow, folder), input, folder });
}
