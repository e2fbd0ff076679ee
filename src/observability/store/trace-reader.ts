import type { Tables } from "./tables.ts";
import type { TraceFilter, TraceSummary } from "./telemetry-store.ts";
import { toSummary, type TraceRow } from "./trace-row.ts";

export function listTraces({ sqlite }: Tables, { limit }: TraceFilter): TraceSummary[] {
  return sqlite.all<TraceRow>("select * from traces order by id desc limit ?", limit).map(toSummary);
}

export function countTraces({ sqlite }: Tables, _filter: Omit<TraceFilter, "before" | "limit">): number {
  return sqlite.first<{ count: number }>("select count(*) as count from traces")?.count ?? 0;
}
