import { sql } from "kysely";
import type { EpochMs } from "../core/clock.ts";
import { pruneOrder, type PrunePreview, type Pruning, type Retained } from "../core/retained.ts";
import type { Statement } from "../core/statement.ts";
import { toStatement, type Database } from "../storage/database.ts";
import { currentPeriod, type Budget } from "./budget.ts";
import type { BudgetStore } from "./budget-store.ts";
import type { CostBuild } from "./cost-table.ts";
import type { BudgetedRuns } from "./pause.ts";
import { dayOf, type Calendar } from "./period.ts";

export interface PrunePorts {
  readonly database: Pick<Database, "read" | "write">;
  readonly build: CostBuild;
  readonly store: Pick<BudgetStore, "fresh">;
  readonly runs: Pick<BudgetedRuns, "hasEnded">;
  readonly calendar: Calendar;
  readonly keepMs: number;
}

// Budgets count what was called today call by call.
const leastMs = 86_400_000;
// A transaction that holds the only connection of SQLite for longer than some milliseconds is felt by every run.
const batch = 1_000;
// A row with its three places in indexes, measured with 10,000 of them.
const callBytes = 400;
const together = 100;

/** Single calls of models; their sums by day stay. */
export function retainedCalls(ports: PrunePorts): Retained {
  const { database, build } = ports;
  return {
    name: "calls",
    summary: "Single calls of models; their sums by day are kept for good",
    order: pruneOrder.calls,
    keepMs: ports.keepMs,
    leastMs,
    async oldest() {
      const first = build.selectFrom("cost_calls").select((value) => value.fn.min("day").as("day"));
      const day = (await database.read(first.compile()))[0]?.day;
      return day ? Date.parse(`${day}T00:00:00Z`) : null;
    },
    prune: (pruning) => prune(ports, pruning),
    preview: ({ before }) => preview(ports, before),
  };
}

/**
 * Deletes what is older than it is kept: single calls, whose sums stay, and the counts of windows that are closed. May be
 * cut off anywhere: which days count by their sums alone is stored before the first of their calls is deleted.
 */
async function prune(ports: PrunePorts, pruning: Pruning): Promise<number> {
  const { database, build, calendar } = ports;
  const { before, signal } = pruning;
  const hour = calendar.hourOf(before);
  const last = dayBefore(dayOf(hour));
  const through = build.updateTable("cost_pruned").set({ day: last }).where("day", "<", last);
  await database.write([toStatement(through)]);
  const gone = await deleteCalls(ports, pruning);
  for (const budget of (await ports.store.fresh()).budgets) {
    if (signal.aborted) return gone;
    await (budget.period === "run" || budget.scope === "run"
      ? deleteWindowsOfRuns(ports, budget, signal)
      : deleteClosedWindows(ports, budget, hour));
  }
  await forgetPauses(ports, before);
  return gone;
}

async function preview({ database, build, calendar }: PrunePorts, before: EpochMs): Promise<PrunePreview> {
  const last = dayBefore(dayOf(calendar.hourOf(before)));
  const query = build
    .selectFrom("cost_calls")
    .select((value) => value.fn.countAll().as("count"))
    .where("state", "in", ["settled", "estimated"])
    .where("day", "<=", last);
  const count = Number((await database.read(query.compile()))[0]?.count ?? 0);
  return { count, bytes: count * callBytes };
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

async function deleteCalls({ database, build }: PrunePorts, { signal, pause }: Pruning): Promise<number> {
  const old = build
    .selectFrom("cost_calls")
    .select("id")
    .where("state", "in", ["settled", "estimated"])
    .where("day", "<=", sql<string>`(select day from cost_pruned where id = 1)`)
    .limit(batch);
  const some = toStatement(build.deleteFrom("cost_calls").where("id", "in", old).returning("id"));
  let gone = 0;
  while (!signal.aborted) {
    const result = await database.write([some]);
    const count = result.committed ? (result.rows[0]?.length ?? 0) : 0;
    gone += count;
    if (count < batch) break;
    await pause?.();
  }
  return gone;
}

/** Hours, days and months are written so that the older one comes first. */
async function deleteClosedWindows({ database, build }: PrunePorts, budget: Budget, hour: string): Promise<void> {
  const period = currentPeriod(budget, hour);
  if (period === null || budget.period === "total") return;
  const closed = build.deleteFrom("cost_windows").where("budget", "=", budget.id).where("reserved", "=", 0);
  await database.write([toStatement(closed.where(sql<boolean>`substr(period, 1, 13) < ${period.slice(0, 13)}`))]);
}

/** A run that waits for a month is still counted when it goes on. */
async function deleteWindowsOfRuns(
  { database, build, runs }: PrunePorts,
  budget: Budget,
  signal: AbortSignal,
): Promise<void> {
  const run = budget.scope === "run" ? "subject" : "period";
  const idle = build
    .selectFrom("cost_windows")
    .select(["subject", "period"])
    .where("budget", "=", budget.id)
    .where("reserved", "=", 0)
    .where(
      sql<boolean>`not exists (select 1 from cost_calls where cost_calls.run = ${sql.ref(`cost_windows.${run}`)})`,
    );
  const windows = await database.read(idle.compile());
  for (let start = 0; start < windows.length && !signal.aborted; start += together) {
    const some = windows.slice(start, start + together);
    const hasEnded = await Promise.all(some.map((window) => runs.hasEnded(window[run])));
    const statements = some.flatMap(({ subject, period }, index) => {
      const gone = build.deleteFrom("cost_windows").where("budget", "=", budget.id).where("subject", "=", subject);
      return hasEnded[index] ? [toStatement(gone.where("period", "=", period))] : [];
    });
    if (statements.length > 0) await database.write(statements);
  }
}

async function forgetPauses({ database, build, runs }: PrunePorts, before: number): Promise<void> {
  const old = build.selectFrom("cost_pauses").select(["run", "id"]).where("at", "<", before);
  for (const { run, id } of await database.read(old.compile())) {
    if (await runs.hasEnded(run))
      await database.write([toStatement(build.deleteFrom("cost_pauses").where("run", "=", run).where("id", "=", id))]);
  }
}

/** What goes with runs that are pruned. Their calls stay for as long as calls are kept. */
export function forgetRuns(build: CostBuild, runs: readonly string[]): Statement[] {
  return [
    toStatement(build.deleteFrom("cost_pauses").where("run", "in", runs)),
    toStatement(
      build
        .deleteFrom("cost_windows")
        .where("reserved", "=", 0)
        .where((where) => where.or([where("subject", "in", runs), where("period", "in", runs)])),
    ),
  ];
}
