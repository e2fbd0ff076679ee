import type { AnyOperation } from "../core/operation.ts";
import { parseInput } from "../server/http.ts";
import { TuttiError } from "../core/error.ts";
import { exitCodes } from "./exit-code.ts";
import { open, type Invocation } from "./invocation.ts";
import { present } from "./present/present.ts";
import { watch } from "./watch.ts";

/** One command: parse, one call, print. */
export async function runOperation(
  operation: AnyOperation,
  input: Readonly<Record<string, unknown>>,
  invocation: Invocation,
): Promise<number> {
  // Checked here too, so that a wrong value is told before anything is opened.
  parseInput(operation, input);
  // The doctor proves that the folder can be written, so it makes one.
  const isRead = operation.effect === "read" && operation.name !== "doctor";
  await using connection = await open(invocation, { takeRuns: operation.name === "run.watch", write: !isRead });
  const result = connection ? await call(operation) : withoutFolder(operation);
  if (operation.name === "run.watch") return result as number;
  if (invocation.isJson) invocation.output.data(JSON.stringify(result, null, 2));
  else invocation.output.data(present(operation.name, result, invocation.output.color));
  return operation.name === "doctor" && hasFailure(result) ? exitCodes.failed : exitCodes.ok;

  async function call(asked: AnyOperation): Promise<unknown> {
    if (!connection) return undefined;
    if (asked.name === "run.watch")
      return await watch(connection, { id: String(input["id"]), untilIdle: input["untilIdle"] === true }, invocation);
    const interrupt = interruptSignal();
    try {
      return await connection.client.call(asked.name, input, { signal: interrupt.signal });
    } finally {
      interrupt.stop();
    }
  }
}

function hasFailure(result: unknown): boolean {
  return Array.isArray(result) && (result as { status?: string }[]).some(({ status }) => status === "fail");
}

function withoutFolder(operation: AnyOperation): unknown {
  if (operation.empty !== undefined) return operation.empty;
  throw new TuttiError("usage.invalid", "there is no data folder here", {
    hint: "Start a run, or `tutti init`, to make one; or name it with TUTTI_HOME.",
  });
}

export function interruptSignal(): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  process.once("SIGINT", abort);
  return { signal: controller.signal, stop: () => process.off("SIGINT", abort) };
}
