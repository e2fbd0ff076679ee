import { sql, type RawBuilder } from "kysely";
import { z } from "zod";
import type { Database } from "../storage/database.ts";
import type { CostBuild } from "./cost-table.ts";
import { counted, known } from "./ledger.ts";

export const groupings = ["model", "agent", "flow", "kind", "day", "tenant", "run", "step"] as const;
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
  /** The last day whose single calls are gone; null while none are. */
  prunedThrough(): Promise<string | null>;
}

export function createCostReport(database: Pick<Database, "read">, build: CostBuild): CostReport {
  return {
    async rows(filter) {
      const isDetailed = filter.run !== undefined || filter.by === "run" || filter.by === "step";
      const query = isDetailed ? fromCalls(filter) : fromDays(filter);
      return (await database.read(query.compile(build))).map(toCostRow);
    },
    async inFlight() {
      const query = build
        .selectFrom("cost_calls")
        .select((value) => value.fn.countAll().as("count"))
        .where("state", "=", "reserved");
      const [row] = await database.read(query.compile());
      return Number(row?.count ?? 0);
    },
    async prunedThrough() {
      const [row] = await database.read(build.selectFrom("cost_pruned").select("day").compile());
      return row?.day ? row.day : null;
    },
  };
}

type SumRow = Readonly<Record<string, number | string | null>>;

const sumsOf = (names: readonly string[]) => sql.raw(names.map((name) => `sum(${name}) as ${name}`).join(", "));
const knownSums = sumsOf(known);

/** The rollups: as quick for a year as for a day. */
function fromDays({ by, since }: CostFilter): RawBuilder<SumRow> {
  return sql`select ${keyOf(by)} as key, currency, ${sumsOf(counted)}, ${knownSums}
    from cost_days where day >= ${since} group by 1, 2 order by 1, 2`;
}

const sums = [...counted, ...known];

/** Call by call: what rollups do not tell apart. Days whose calls are gone are one row, so the sum is that of all. */
function fromCalls({ by, since, run }: CostFilter): RawBuilder<SumRow> {
  const which = run === undefined ? sql`day >= ${since} and day > ${pruned}` : sql`run = ${run}`;
  const kept = sql`select coalesce(${keyOf(by)}, '') as key, coalesce(currency, '') as currency,
      charged_calls as calls, is_estimated as estimated,
      case when is_estimated = 1 then coalesce(charged_tokens, 0) else 0 end as estimated_tokens,
      case when charged_tokens is null then 1 else 0 end as unknown,
      case when money is null then 1 else 0 end as unpriced, ${sql.raw(known.join(", "))}
    from cost_calls where state <> 'reserved' and ${which}`;
  const gone = sql`union all select '' as key, currency, ${sql.raw(sums.join(", "))}
    from cost_days where day >= ${since} and day <= ${pruned}`;
  return sql`select key, currency, ${sumsOf(sums)} from (${kept} ${run === undefined ? gone : sql``}) as parts
    group by 1, 2 order by 1, 2`;
}

const pruned = sql.raw("(select day from cost_pruned where id = 1)");

/** A database is one tenant's own. */
function keyOf(by: Grouping): RawBuilder<string> {
  return by === "tenant" ? sql`'default'` : sql`${sql.ref(by)}`;
}

function toCostRow(row: SumRow): CostRow {
  // Postgres gives sums as text, since they may be larger than its whole numbers.
  const sumOf = (name: string): number | null =>
    typeof row[name] === "string" ? Number(row[name]) : (row[name] ?? null);
  const money = sumOf("money");
  return {
    key: textOf(row["key"]),
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
    currency: textOf(row["currency"]),
  };
}

function textOf(value: number | string | null | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
