/** A trace as lists know it. */
export interface TraceRow {
  readonly traceId: string;
  readonly name: string;
  readonly service: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly spans: number;
  readonly errors: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly models: readonly string[];
  readonly run: string | null;
  readonly isComplete: boolean;
}

// What has been silent for longer was cut off, or its first span was never sent.
const openMs = 60_000;

type Ending = Pick<TraceRow, "errors" | "isComplete" | "startedAt" | "durationMs">;

/** It goes on: its first span has not ended, and it was heard of lately. */
export function isTraceOpen({ isComplete, startedAt, durationMs }: Omit<Ending, "errors">, now: number): boolean {
  return !isComplete && now - startedAt - durationMs < openMs;
}

/** The word of a trace's state, as the query has it: one failed span makes it an error, whatever became of the whole. */
export function stateOf(trace: Ending, now: number): "error" | "running" | "unfinished" | "ok" {
  if (trace.errors > 0) return "error";
  if (isTraceOpen(trace, now)) return "running";
  return trace.isComplete ? "ok" : "unfinished";
}

/** Tokens read and written; null where no span has told. */
export function tokensOf({ inputTokens, outputTokens }: Pick<TraceRow, "inputTokens" | "outputTokens">): number | null {
  return inputTokens === null && outputTokens === null ? null : (inputTokens ?? 0) + (outputTokens ?? 0);
}

/** The models by their own names. */
export function modelsOf({ models }: Pick<TraceRow, "models">): string {
  return models.length === 0 ? "–" : models.map((name) => name.replace(/^[^/]+\//, "")).join(", ");
}

/** The name without the operation that the conventions begin it with: what kind of span it is stands beside it. */
export function shownName(name: string): string {
  return name.replace(/^(?:invoke_workflow|invoke_agent|execute_tool) (?=.)/, "");
}
