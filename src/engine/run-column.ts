import { oneLine } from "../core/brief.ts";
import type { Failure } from "../core/error.ts";
import type { Usage } from "../core/step.ts";
import type { RunTable } from "./run-table.ts";

export type UsageColumns = Pick<RunTable, "usage" | "models" | "input_tokens" | "output_tokens">;
export type ErrorColumns = Pick<RunTable, "error_code" | "error_text">;

const longestText = 500;

/** What a run has used, and what of it is searched and added up. */
export function usageColumns(usage: Usage): UsageColumns {
  return {
    usage: usage.calls > 0 ? JSON.stringify(usage) : null,
    models: usage.models?.join(",") ?? null,
    input_tokens: usage.inputTokens ?? null,
    output_tokens: usage.outputTokens ?? null,
  };
}

/** A failure as far as it is searched and grouped. */
export function errorColumns(failure: Failure | null): ErrorColumns {
  if (failure === null) return { error_code: null, error_text: null };
  return { error_code: failure.code, error_text: oneLine(failure.message, longestText) };
}
