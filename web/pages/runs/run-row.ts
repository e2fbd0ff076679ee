import type { StoredEvent } from "../../data/event.ts";

/** A run as lists know it. */
export interface RunRow {
  readonly id: string;
  readonly flow: string;
  readonly status: string;
  readonly summary: string | null;
  readonly waitingFor: string | null;
  readonly trigger: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly usage: {
    readonly calls: number;
    readonly inputTokens?: number;
    readonly outputTokens?: number;
    readonly models?: readonly string[];
  };
}

/** Whether a list of runs may be another after this event. */
export function changesRuns({ type }: StoredEvent): boolean {
  return type.startsWith("tutti.run.");
}

/** Tokens read and written; null where no model has said. */
export function tokensOf({ usage }: Pick<RunRow, "usage">): number | null {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === undefined && outputTokens === undefined) return null;
  return (inputTokens ?? 0) + (outputTokens ?? 0);
}

/** The models by their own names; `no model` where it has ended and none was called. */
export function modelsOf({ usage, status }: Pick<RunRow, "usage" | "status">): string {
  if (!usage.models || usage.models.length === 0) return usage.calls === 0 && !isOpen(status) ? "no model" : "–";
  return usage.models.map((name) => name.replace(/^[^/]+\//, "")).join(", ");
}

export function isOpen(status: string): boolean {
  return status === "queued" || status === "running" || status === "waiting";
}
