import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { count, money, percent, unknown, whole } from "../../data/format.ts";
import { useCall } from "../../data/query.ts";
import { budgets, cost24h } from "../../first.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { changesRuns } from "../runs/run-row.ts";
import { mostUsedBudget, type BudgetLine } from "./budget-line.ts";

interface Stats {
  readonly byStatus: Readonly<Record<string, number>>;
  readonly total: number;
  readonly tokens: { readonly input: number; readonly output: number } | null;
}

/** Five figures between barlines, each a link to what it counts. */
export function Figures({
  stats,
  waiting,
}: {
  readonly stats: Stats | undefined;
  readonly waiting: number | undefined;
}): JSX.Element {
  const of = (status: string): number | undefined => (stats ? (stats.byStatus[status] ?? 0) : undefined);
  const tokens = stats?.tokens ? stats.tokens.input + stats.tokens.output : null;
  const [ok, failed] = [of("succeeded"), of("failed")];
  const ended = ok === undefined || failed === undefined || ok + failed === 0 ? null : ok / (ok + failed);
  return (
    <div class="figures overview-figures">
      <Figure to="/runs?q=status%3Arunning" status="running" value={whole(of("running"))} caption="running" />
      <Figure to="/reviews" status="open" value={whole(waiting)} caption="waiting for you" />
      <Figure to="/runs?q=status%3Afailed+since%3A24h" status="failed" value={whole(failed)} caption="failed in 24 h" />
      <Tokens tokens={tokens} />
      <Spent />
      <Figure
        to="/runs?q=since%3A24h"
        value={whole(stats?.total)}
        caption={ended === null ? "runs in 24 h" : `runs in 24 h; of those ended, ${percent(ended)} succeeded`}
      />
    </div>
  );
}

interface FigureProps {
  readonly to: string;
  readonly status?: string;
  readonly value: string;
  readonly caption: string;
}

function Figure({ to, status, value, caption }: FigureProps): JSX.Element {
  return (
    <Link href={to}>
      <b>
        {status === undefined || value === "0" ? null : <Glyph status={status} />}
        {value}
      </b>
      <small>{caption}</small>
    </Link>
  );
}

function Tokens({ tokens }: { readonly tokens: number | null }): JSX.Element {
  const { data } = useCall(budgets, { changedBy: ({ type }) => type.startsWith("tutti.budget.") });
  const budget: BudgetLine | null = data ? mostUsedBudget(data) : null;
  const caption = budget
    ? `tokens in 24 h; the budget ${budget.name} is at ${percent(budget.share)} of ${count(budget.limit)}`
    : "tokens in 24 h";
  return <Figure to="/costs" value={count(tokens)} caption={caption} />;
}

/** Local models cost nothing; what the same would have cost elsewhere stands beside it, if a price is known. */
function Spent(): JSX.Element {
  const { data } = useCall(cost24h, { changedBy: changesRuns });
  const priced = data?.rows.filter((row) => row.money !== null) ?? [];
  const sum = priced.length === 0 ? null : priced.reduce((total, row) => total + (row.money ?? 0), 0);
  const currency = priced[0]?.currency ?? "USD";
  const caption =
    data === undefined
      ? "list price"
      : sum === null
        ? "list price: no model here has one"
        : `list price of ${data.prices?.date ?? unknown}`;
  return <Figure to="/costs" value={money(sum, currency)} caption={caption} />;
}
