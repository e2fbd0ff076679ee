import { sql, type Kysely } from "kysely";
import type { Clock } from "../../core/clock.ts";
import type { Failure } from "../../core/error.ts";
import type { RunRecord, RunStatus } from "../../core/step.ts";
import type { Database } from "../../storage/database.ts";
import { toRunSummary } from "../run-record.ts";
import type { EngineTables, RunRow } from "../run-table.ts";
import { summaryOf, type SummaryWait } from "./summary.ts";
import type { ReadPorts } from "./port.ts";
import type { QueryTerm, WaitingFor } from "./query.ts";
import { conditionsOf, waitKinds } from "./query-filter.ts";

/** A run as lists show it: no payloads, and one line that says why it is where it is. */
export interface ListedRun extends Omit<RunRecord, "input" | "output" | "steps"> {
  readonly summary: string;
  readonly trigger: string | null;
  readonly models: readonly string[];
  readonly waitingFor: WaitingFor | null;
  readonly parent: { readonly run: string; readonly step: string | null } | null;
}

export interface RunListPorts extends Pick<ReadPorts, "reviewsOf"> {
  readonly database: Database;
  readonly clock: Clock;
}

export interface RunListFilter {
  readonly terms: readonly QueryTerm[];
  readonly status?: RunStatus | undefined;
  readonly flow?: string | undefined;
  /** Only runs that go on by themselves at some time: a sleep, a timeout or a deadline is set. */
  readonly due?: boolean | undefined;
  /** Only runs that were made before this one. */
  readonly before?: string | undefined;
  readonly limit: number;
  /** Just this run. */
  readonly only?: string | undefined;
}

type Row = Omit<RunRow, "input" | "output">;

const columns = [
  "id",
  "flow",
  "status",
  "failure",
  "created_at",
  "started_at",
  "finished_at",
  "due_at",
  "parent_run",
  "parent_key",
  "forked_from",
  "trigger",
  "usage",
  "brief",
  "models",
  "error_code",
  "error_step",
  "error_text",
] as const satisfies readonly (keyof Row)[];

export async function listRuns(ports: RunListPorts, filter: RunListFilter): Promise<ListedRun[]> {
  const { database, clock } = ports;
  const build = database.build as unknown as Kysely<EngineTables>;
  const rows = (await database.read(selected(build, filter).compile())) as Row[];
  const waits = await waitsOf(ports, rows);
  return rows.map((row) => toListed(row, waits.get(row.id) ?? [], clock.now()));
}

function selected(build: Kysely<EngineTables>, { status, flow, due, before, limit, terms, only }: RunListFilter) {
  // First which runs they are, as far as that can be told from indexes; then their rows.
  let query = build
    .selectFrom("runs")
    .select("id")
    .where((where) => where.and(conditionsOf(where, [...terms, ...flagTerms({ status, flow })])))
    .orderBy("id", "desc")
    .limit(limit);
  if (due) query = query.where("status", "=", "waiting").where("due_at", "is not", null);
  if (only !== undefined) query = query.where("id", "=", only);
  if (before !== undefined) query = query.where("id", "<", before);
  return build.selectFrom("runs").select(columns).where("id", "in", query).orderBy("id", "desc");
}

/** The flags as the query would say them. */
function flagTerms(flags: Pick<RunListFilter, "status" | "flow">): QueryTerm[] {
  return (["status", "flow"] as const).flatMap((key) => {
    const value = flags[key];
    return value === undefined ? [] : [{ key, values: [value], isNot: false, at: 0 }];
  });
}

function toListed(row: Row, waits: readonly SummaryWait[], now: number): ListedRun {
  const error = errorOf(row);
  return {
    ...toRunSummary(row),
    error: error === null ? null : { ...toRunSummary(row).error, code: error.code, message: error.message },
    summary: summaryOf({ status: row.status, brief: row.brief, error, waits, now }),
    trigger: row.trigger,
    models: row.models?.split(",") ?? [],
    waitingFor: waitingForOf(row, waits),
    parent: row.parent_run === null ? null : { run: row.parent_run, step: row.parent_key },
  };
}

/** Of a failure that lies in a blob, what the columns beside it say of it. */
function errorOf(row: Row): { code: string; step: string | null; message: string } | null {
  if (row.failure === null) return null;
  if (row.failure.startsWith("@")) {
    return { code: row.error_code ?? "step.failed", step: row.error_step, message: row.error_text ?? "" };
  }
  const { code, message } = JSON.parse(row.failure) as Failure;
  return { code, step: row.error_step, message };
}

function waitingForOf(row: Row, [first]: readonly SummaryWait[]): WaitingFor | null {
  if (row.status === "paused" && row.error_code?.startsWith("budget.")) return "budget";
  if (row.status !== "waiting" || !first) return null;
  const found = kindsInOrder.find((name) => waitKinds[name] === first.kind);
  return found ?? null;
}

// What a person can do something about comes first.
const kindsInOrder = ["review", "event", "child", "sleep"] as const;

async function waitsOf(
  { database, reviewsOf }: RunListPorts,
  rows: readonly Row[],
): Promise<Map<string, SummaryWait[]>> {
  const waiting = rows.filter(({ status }) => status === "waiting").map(({ id }) => id);
  if (waiting.length === 0) return new Map();
  const build = database.build as unknown as Kysely<EngineTables>;
  const open = await database.read(
    build
      .selectFrom("openings")
      .select((value) => [
        "run_id",
        "kind",
        value.fn.countAll<number>().as("count"),
        value.fn.min("name").as("name"),
        sql<string | null>`min(event)`.as("event"),
        value.fn.min("due_at").as("due"),
      ])
      .where("run_id", "in", waiting)
      .where("settled_at", "is", null)
      .groupBy(["run_id", "kind"])
      .compile(),
  );
  const asks = open.filter(({ kind }) => kind === "review").map(({ run_id: run }) => run);
  const titles = new Map<string, string>();
  if (asks.length > 0) {
    const reviews = (await reviewsOf(asks)).filter(({ status }) => status === "open");
    for (const { run, title } of reviews.toReversed()) titles.set(run, title);
  }
  const waits = open.map(({ run_id: run, kind, count, name, event, due }) => {
    const title = kind === "review" ? titles.get(run) : undefined;
    return { run, wait: { kind, count, name, event, dueAt: due, title } };
  });
  const sorted = waits.toSorted((left, right) => orderOf(left.wait) - orderOf(right.wait));
  return new Map(
    Map.groupBy(sorted, ({ run }) => run)
      .entries()
      .map(([run, list]) => [run, list.map(({ wait }) => wait)]),
  );
}

function orderOf({ kind }: SummaryWait): number {
  return kindsInOrder.findIndex((name) => waitKinds[name] === kind);
}
