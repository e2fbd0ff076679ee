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

/** The word of a trace's state, as every page has it. */
export function stateOf({ errors, isComplete }: Pick<TraceRow, "errors" | "isComplete">): string {
  if (errors > 0) return "failed";
  return isComplete ? "succeeded" : "running";
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
