import { runTimeStart } from "../../src/core/id.ts";
import type { Statement } from "../../src/core/statement.ts";
import { engineMigrations } from "../../src/engine/run-table.ts";
import { eventMigrations } from "../../src/events/event-log.ts";
import { blobMigrations } from "../../src/storage/blob.ts";
import type { Database } from "../../src/storage/database.ts";

export interface Stored {
  /** Newest first. */
  readonly now: number;
  readonly long: string;
  readonly some: readonly string[];
}

const batch = 2_000;
const spanMs = 30 * 86_400_000;

/** As a year of use leaves them: many flows, most runs good, some failed in many ways, a few that wait. */
export async function storeRuns(database: Database, { runs, steps }: { runs: number; steps: number }): Promise<Stored> {
  await database.migrate([
    { room: "storage", migrations: blobMigrations },
    { room: "events", migrations: eventMigrations },
    { room: "engine", migrations: engineMigrations },
  ]);
  const now = Date.now();
  const ids: string[] = [];
  for (let from = 0; from < runs; from += batch) {
    const rows = Array.from({ length: Math.min(batch, runs - from) }, (_none, index) =>
      runRow(from + index, { runs, now }),
    );
    ids.push(...rows.map(({ id }) => String(id)));
    await database.write(rows.map((row) => insert(database, "runs", row)));
    await database.write(rows.flatMap((row) => openingRows(row).map((one) => insert(database, "openings", one))));
  }
  const long = ids[Math.floor(ids.length / 2)] ?? "";
  for (let from = 0; from < steps; from += batch) {
    const rows = Array.from({ length: Math.min(batch, steps - from) }, (_none, index) =>
      stepRow(long, from + index, now),
    );
    await database.write(rows.map((row) => insert(database, "journal", row)));
  }
  await database.maintain?.();
  if (database.dialect === "postgres") await database.write([{ sql: "analyze", parameters: [] }]);
  return { now, long, some: ids.slice(-50) };
}

type Row = Readonly<Record<string, string | number | null>>;

function runRow(index: number, { runs, now }: { runs: number; now: number }): Row {
  const at = now - spanMs + Math.floor((index / runs) * spanMs);
  const status =
    index % 50 === 7 ? "failed" : index % 1_000 === 13 ? "waiting" : index % 500 === 3 ? "cancelled" : "succeeded";
  const isFailed = status === "failed" || status === "cancelled";
  const message = `connect ECONNREFUSED 127.0.0.1:${11_000 + (index % 900)} while item ${index} was read`;
  const usage =
    index % 3 === 0 ? { calls: 2, inputTokens: 900, outputTokens: 80, modelMs: 4_000, models: [model(index)] } : null;
  return {
    id: `${runTimeStart(at)}${String(index).padStart(6, "0")}`,
    flow: `flow-${index % 17}`,
    status,
    input: JSON.stringify({
      ticket: index,
      text: "The printer on the third floor prints nothing but circles. ".repeat(6),
    }),
    output: status === "succeeded" ? JSON.stringify({ answer: "It has been told to stop. ".repeat(10) }) : null,
    failure: isFailed ? JSON.stringify({ code: "step.failed", message, data: { stack: "at x ".repeat(40) } }) : null,
    seed: 1,
    priority: 0,
    created_at: at,
    started_at: at,
    finished_at: status === "waiting" ? null : at + 100 + (index % 5_000),
    due_at: null,
    epoch: 1,
    wake: 0,
    seq: 0,
    deaths: 0,
    trigger: index % 5 === 0 ? "schedule:nightly" : "cli",
    usage: usage === null ? null : JSON.stringify(usage),
    brief: `ticket: ${index}, text: The printer on the third floor prints nothing but circles.`,
    models: usage?.models.join(",") ?? null,
    input_tokens: usage?.inputTokens ?? null,
    output_tokens: usage?.outputTokens ?? null,
    error_code: isFailed ? "step.failed" : null,
    error_step: isFailed ? `items[${index % 40}]/call` : null,
    error_text: isFailed ? message : null,
  };
}

function model(index: number): string {
  return index % 30 === 0 ? "ollama/qwen3:8b" : "ollama/llama3.2:latest";
}

function openingRows({ id, status }: Row): Row[] {
  if (status !== "waiting") return [];
  return [{ run_id: id ?? null, key: "ask", kind: "review", name: "ask", opened_at: 0, due_at: null }];
}

/** Ten items of a map at a time, each with a scope and a step in it. */
function stepRow(run: string, index: number, now: number): Row {
  const at = now - 1_000_000 + index * 100;
  return {
    run_id: run,
    seq: index + 1,
    key: `each[${Math.floor(index / 4)}]/part ${index % 4}`,
    scope: null,
    kind: "run",
    name: `part ${index % 4}`,
    status: index % 97 === 5 ? "failed" : "succeeded",
    hash: null,
    input: null,
    result: JSON.stringify({ text: "what it gave ".repeat(20) }),
    failure: index % 97 === 5 ? JSON.stringify({ code: "step.failed", message: "it broke" }) : null,
    attempts: 1,
    started_at: at,
    finished_at: at + 90,
  };
}

function insert(database: Database, table: string, row: Row): Statement {
  const names = Object.keys(row);
  const slots = names.map((_name, index) => (database.dialect === "sqlite" ? "?" : `$${index + 1}`));
  return {
    sql: `insert into ${table} (${names.join(", ")}) values (${slots.join(", ")})`,
    parameters: Object.values(row),
  };
}
