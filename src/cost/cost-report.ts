import { sql, type Kysely } from "kysely";
import { z } from "zod";
import type { Database } from "../storage/database.ts";
import type { CostBuild } from "./cost-table.ts";
import { known } from "./ledger.ts";

export const groupings = ["model", "agent", "flow", "day", "tenant", "run", "step"] as const;
export type Grouping = (typeof groupings)[number];

const count = z.number();
const sum = z.number().nullable();

/** Sums of calls; null where nothing is known of any of them. Milliseconds, and money in units of the currency. */
export const costRow = z.object({
  key: z.string().nullable().describe("What the calls have in common; null for those without"),
  calls: count,
  estimated: count.describe("Calls that were cut off, and count with what they might have taken"),
  estimatedTokens: count.describe("What those may have taken at the most; in no other column"),
  unknown: count.describe("Calls of which not even that is known"),
  unpriced: count.describe("Calls of models without a price: their money is unknown"),
  inputTokens: sum,
  cachedTokens: sum,
  outputTokens: sum,
  reasoningTokens: sum,
  queueMs: sum,
  loadMs: sum,
  promptMs: sum,
  generateMs: sum,
  totalMs: sum,
  money: sum,
  currency: z.string().nullable(),
});
export type CostRow = z.infer<typeof costRow>;

export interface CostFilter {
  readonly by: Grouping;
  /** The first day, as the ledger writes days. */
  readonly since: string;
  readonly run?: string | undefined;
}

export interface CostReport {
  rows(filter: CostFilter): Promise<CostRow[]>;
  /** Calls that have not ended. */
  inFlight(): Promise<number>;
}

export function createCostReport(database: Pick<Database, "read">, build: CostBuild): CostReport {
  return {
    async rows(filter) {
      const isDetailed = filter.run !== undefined || filter.by === "run" || filter.by === "step";
      const query = isDetailed ? fromCalls(build, filter) : fromDays(build, filter);
      return (await database.read(query.compile())).map(toCostRow);
    },
    async inFlight() {
      const query = build
        .selectFrom("cost_calls")
        .select((value) => value.fn.countAll().as("count"))
        .where("state", "=", "reserved");
      const [row] = await database.read(query.compile());
      return Number(row?.count ?? 0);
    },
  };
}

/** The rollups: as quick for a year as for a day. */
function fromDays(build: CostBuild, { by, since }: CostFilter) {
  const key = by === "tenant" ? sql<string>`'default'` : sql<string>`${sql.ref(by)}`;
  return summed(
    build
      .selectFrom("cost_days")
      .select([key.as("key"), "currency", ...sums(["calls", "estimated", "estimated_tokens", "unknown", "unpriced"])])
      .where("day", ">=", since)
      .groupBy([key, "currency"]),
  );
}

/** Call by call: what rollups do not tell apart. */
function fromCalls(build: CostBuild, { by, since, run }: CostFilter) {
  const key = by === "tenant" ? sql<string>`'default'` : sql<string>`coalesce(${sql.ref(by)}, '')`;
  const currency = sql<string>`coalesce(currency, '')`;
  const query = build
    .selectFrom("cost_calls")
    .select([
      key.as("key"),
      currency.as("currency"),
      sql<number>`sum(charged_calls)`.as("calls"),
      sql<number>`sum(is_estimated)`.as("estimated"),
      sql<number>`sum(case when is_estimated = 1 then coalesce(charged_tokens, 0) else 0 end)`.as("estimated_tokens"),
      sql<number>`sum(case when charged_tokens is null then 1 else 0 end)`.as("unknown"),
      sql<number>`sum(case when money is null then 1 else 0 end)`.as("unpriced"),
    ])
    .where("state", "<>", "reserved")
    .groupBy([key, currency]);
  return summed(run === undefined ? query.where("day", ">=", since) : query.where("run", "=", run));
}

type Summable = ReturnType<Kysely<{ some: { key: string; currency: string } }>["selectFrom"]>;

function summed<Query extends { select: unknown }>(query: Query): Summable {
  const select = query as unknown as { select(columns: unknown): { orderBy(by: unknown): Summable } };
  return select.select(sums(known)).orderBy(sql`1`);
}

function sums(names: readonly string[]) {
  return names.map((name) => sql<number | null>`sum(${sql.ref(name)})`.as(name));
}

function toCostRow(given: unknown): CostRow {
  const row = given as Readonly<Record<string, number | string | null>>;
  // Postgres gives sums as text, since they may be larger than its whole numbers.
  const sumOf = (name: string): number | null => (row[name] === null ? null : Number(row[name]));
  const money = sumOf("money");
  return {
    key: row["key"] === "" ? null : String(row["key"]),
    calls: sumOf("calls") ?? 0,
    estimated: sumOf("estimated") ?? 0,
    estimatedTokens: sumOf("estimated_tokens") ?? 0,
    unknown: sumOf("unknown") ?? 0,
    unpriced: sumOf("unpriced") ?? 0,
    inputTokens: sumOf("input"),
    cachedTokens: sumOf("cached"),
    outputTokens: sumOf("output"),
    reasoningTokens: sumOf("reasoning"),
    queueMs: sumOf("queue_ms"),
    loadMs: sumOf("load_ms"),
    promptMs: sumOf("prompt_ms"),
    generateMs: sumOf("generate_ms"),
    totalMs: sumOf("total_ms"),
    money: money === null ? null : money / 1e6,
    currency: row["currency"] === "" ? null : String(row["currency"]),
  };
}
