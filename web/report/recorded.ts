import { TuttiError, type Tutti } from "tutti/client";
import type { RecordedAnswer } from "./report.ts";

type Input = Readonly<Record<string, unknown>>;

// Of these inputs only what says whose answer it is; how much of it was asked for is no difference.
const identity: Readonly<Record<string, readonly string[]>> = {
  "run.timeline": ["id"],
  "run.get": ["id"],
  "run.step": ["id", "key"],
  "run.list": [],
  "run.stats": [],
  "run.errors": [],
  "event.list": ["subject"],
  "metric.query": ["expression"],
  "cost.show": ["by"],
};

/** The client's methods over what was recorded: the pages ask as they ask the daemon. */
export function answerFrom(answers: readonly RecordedAnswer[]): Tutti {
  const known = new Map(answers.map(({ operation, input, output }) => [keyOf(operation, input), output]));
  const call = async (operation: string, input: Input = {}): Promise<unknown> => {
    const key = keyOf(operation, input);
    if (!known.has(key)) throw notHere();
    return since(known.get(key), input);
  };
  const room = (name: string): object =>
    new Proxy({}, { get: (_target, verb) => (input?: Input) => call(`${name}.${String(verb)}`, input) });
  return new Proxy({}, { get: (_target, name) => room(String(name)) }) as Tutti;
}

/** Lists that are read page by page go on behind the last that is there. */
function since(output: unknown, { after }: Input): unknown {
  if (!Array.isArray(output) || typeof after !== "number") return output;
  return output.filter((row: { readonly sequence?: number }) => (row.sequence ?? Number.POSITIVE_INFINITY) > after);
}

function keyOf(operation: string, input: Input): string {
  const keys = identity[operation] ?? Object.keys(input).toSorted();
  return JSON.stringify([operation, ...keys.map((key) => [key, input[key] ?? null])]);
}

function notHere(): TuttiError {
  return new TuttiError("request.missing", "this report does not hold it", {
    hint: "Open Tutti itself, or make a report of that run: `tutti export --html --run ID`.",
  });
}
