import { sql, type Kysely } from "kysely";
import type { Clock } from "../../core/clock.ts";
import { runTime, runTimeStart } from "../../core/id.ts";
import { runStatuses, type RunStatus } from "../../core/step.ts";
import type { Database } from "../../storage/database.ts";
import type { Payloads } from "../../storage/payload.ts";
import type { EngineTables } from "../run-table.ts";

export interface FlowFigures {
  readonly runs24h: number;
  readonly failed24h: number;
  readonly lastRun: { readonly id: string; readonly status: RunStatus; readonly createdAt: number } | null;
  /** Of its last hundred runs that succeeded, from start to end; null where there are none. */
  readonly medianMs: number | null;
}

const dayMs = 86_400_000;
const measured = 100;

export interface FlowFigurePorts {
  readonly database: Database;
  readonly clock: Clock;
}

/** How the flows of these names have been doing. */
export async function flowFigures(
  { database, clock }: FlowFigurePorts,
  names: readonly string[],
): Promise<Map<string, FlowFigures>> {
  const build = database.build as unknown as Kysely<EngineTables>;
  // By states, so that the index of states answers it and no run's row is opened.
  const counted = await database.read(
    build
      .selectFrom("runs")
      .select(["flow", "status", sql<number>`count(*)`.as("count")])
      .where("status", "in", runStatuses)
      .where("id", ">=", runTimeStart(clock.now() - dayMs))
      .groupBy(["flow", "status"])
      .compile(),
  );
  const count = (flow: string, status?: RunStatus): number =>
    counted
      .filter((row) => row.flow === flow && (status === undefined || row.status === status))
      .reduce((sum, row) => sum + row.count, 0);
  const figures = names.map(async (flow): Promise<[string, FlowFigures]> => {
    const [last, took] = await Promise.all([
      database.read(ofFlow(build, flow).select(["id", "status"]).limit(1).compile()),
      database.read(
        ofFlow(build, flow)
          .select(sql<number>`finished_at - started_at`.as("ms"))
          // Not a plain column: SQLite would walk all runs of that state for a flow that has few of them, 5 s of 100,000.
          .where(sql<string>`status || ''`, "=", "succeeded")
          .limit(measured)
          .compile(),
      ),
    ]);
    return [
      flow,
      {
        runs24h: count(flow),
        failed24h: count(flow, "failed"),
        lastRun: last[0] ? toLast(last[0]) : null,
        medianMs: median(took.map(({ ms }) => ms)),
      },
    ];
  });
  return new Map(await Promise.all(figures));
}

function ofFlow(build: Kysely<EngineTables>, flow: string) {
  return build.selectFrom("runs").where("flow", "=", flow).orderBy("id", "desc");
}

function toLast({ id, status }: { readonly id: string; readonly status: string }): FlowFigures["lastRun"] {
  return { id, status: status as RunStatus, createdAt: runTime(id) ?? 0 };
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

export interface RecentInput {
  /** Null where it is too large for a list: `run.get` has it. */
  readonly input: unknown;
  readonly isCut: boolean;
  readonly brief: string | null;
  /** The newest run that was given it. */
  readonly run: string;
  readonly createdAt: number;
}

const mostInputs = 10;
// Among so many runs of a flow are ten inputs that differ, or there is little to choose from.
const lookedAt = 200;

/** What the flow was given lately, each once, the newest first; children's inputs are not for people. */
export async function recentInputs(
  { database, payloads }: { readonly database: Database; readonly payloads: Payloads },
  flow: string,
): Promise<RecentInput[]> {
  const build = database.build as unknown as Kysely<EngineTables>;
  const rows = await database.read(
    ofFlow(build, flow).select(["id", "input", "brief"]).where("parent_run", "is", null).limit(lookedAt).compile(),
  );
  const newest = [...Map.groupBy(rows, ({ input }) => input ?? "null").values()].flatMap(([first]) => first ?? []);
  return newest.slice(0, mostInputs).map(({ id, input, brief }) => {
    const isCut = input?.startsWith("@") ?? false;
    const value = isCut ? null : payloads.load(input);
    return { input: value ?? null, isCut, brief, run: id, createdAt: runTime(id) ?? 0 };
  });
}
