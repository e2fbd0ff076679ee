/** A line of the ledger as the daemon sums it up. Unknown is null, never zero. */
export interface CostRow {
  readonly key: string | null;
  readonly calls: number;
  readonly unknown: number;
  readonly unpriced: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly generateMs: number | null;
  readonly totalMs: number | null;
  readonly money: number | null;
  readonly currency: string | null;
}

export interface CostTotal {
  readonly calls: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly totalMs: number | null;
  readonly money: number | null;
  readonly currency: string | null;
  readonly unpriced: number;
}

/** What is known of all rows together; a sum of which nothing is known is unknown. */
export function totalOf(rows: readonly CostRow[]): CostTotal {
  const sum = (key: "inputTokens" | "outputTokens" | "totalMs" | "money"): number | null => {
    const known = rows.flatMap((row) => (row[key] === null ? [] : [row[key]]));
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  const add = (key: "calls" | "unpriced"): number => rows.reduce((total, row) => total + row[key], 0);
  return {
    calls: add("calls"),
    unpriced: add("unpriced"),
    inputTokens: sum("inputTokens"),
    outputTokens: sum("outputTokens"),
    totalMs: sum("totalMs"),
    money: sum("money"),
    currency: rows.find(({ currency }) => currency !== null)?.currency ?? null,
  };
}

/** Tokens written in a second of writing. */
export function speedOf({ outputTokens, generateMs }: Pick<CostRow, "outputTokens" | "generateMs">): number | null {
  return outputTokens === null || generateMs === null || generateMs === 0 ? null : (outputTokens / generateMs) * 1_000;
}

/** Whether a model server is this machine: then a call of it costs no money. */
export function isHere(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
