import type { Database } from "../storage/database.ts";
import type { CostBuild } from "./cost-table.ts";

/** A call as it stands in the ledger, for who shows where a run's time went. What is not known is null. */
export interface StepCall {
  readonly step: string | null;
  readonly attempt: number | null;
  readonly model: string;
  readonly beganAt: number;
  /** Null while it is open. */
  readonly endedAt: number | null;
  readonly queueMs: number | null;
  readonly loadMs: number | null;
  readonly promptMs: number | null;
  readonly input: number | null;
  readonly cached: number | null;
  readonly output: number | null;
  readonly reasoning: number | null;
  /** In millionths of the currency's unit. */
  readonly money: number | null;
  readonly currency: string | null;
  readonly isEstimated: boolean;
}

export async function callsOfRun(database: Database, build: CostBuild, run: string): Promise<StepCall[]> {
  const query = build
    .selectFrom("cost_calls")
    .select(["step", "attempt", "model", "began_at", "ended_at", "queue_ms", "load_ms", "prompt_ms"])
    .select(["input", "cached", "output", "reasoning", "money", "currency", "is_estimated"])
    .where("run", "=", run)
    .orderBy("began_at")
    .orderBy("id");
  const rows = await database.read(query.compile());
  return rows.map((row) => ({
    step: row.step,
    attempt: row.attempt,
    model: row.model,
    beganAt: row.began_at,
    endedAt: row.ended_at,
    queueMs: row.queue_ms,
    loadMs: row.load_ms,
    promptMs: row.prompt_ms,
    input: row.input,
    cached: row.cached,
    output: row.output,
    reasoning: row.reasoning,
    money: row.money,
    currency: row.currency,
    isEstimated: row.is_estimated === 1,
  }));
}
