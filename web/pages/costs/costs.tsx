import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { count, duration, money, plural, unknown, whole } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { useUrlState } from "../../data/url-state.ts";
import { Page } from "../../ui/page.tsx";
import { Empty, Shown } from "../../ui/state.tsx";
import { quoted } from "../../data/query-text.ts";
import { changesRuns } from "../runs/run-row.ts";
import { Budgets } from "./budgets.tsx";
import { Days } from "./days.tsx";
import { isHere, speedOf, totalOf, type CostRow, type CostTotal } from "./cost-total.ts";
import "./costs.css";

const kinds = ["model", "flow", "agent", "tenant", "day"] as const;
type Kind = (typeof kinds)[number];
const spans = ["24h", "7d", "30d"];

/** Where tokens, time and money-equivalent go; and the budgets. */
export function CostsPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  const url = useUrlState();
  const by = kinds.find((kind) => kind === url.get("by")) ?? "model";
  const since = spans.find((span) => span === url.get("since")) ?? "7d";
  const costs = useQuery(`cost ${by} ${since}`, (signal) => tutti.cost.show({ by, since }, { signal }), {
    changedBy: changesRuns,
  });
  const total = costs.data ? totalOf(costs.data.rows) : undefined;
  return (
    <Page
      title="Costs"
      answer={total ? answerOf(total, since) : undefined}
      action={<Kinds by={by} since={since} onPick={url.set} />}
    >
      <Shown answer={costs} lines={8}>
        {({ rows, prices, timeZone }) =>
          rows.length === 0 ? (
            <Empty title="No model was called in this time">
              <p>Each call of a model is a line in the ledger, and summed up here.</p>
            </Empty>
          ) : (
            <>
              <Figures total={totalOf(rows)} prices={prices} />
              <div class="cost-columns">
                <Table by={by} rows={rows} prices={prices} />
                <Days timeZone={timeZone} />
              </div>
            </>
          )
        }
      </Shown>
      <Budgets />
      <p class="muted cost-note">
        Tokens are counted by the model server, time is measured by Tutti. What is not known is –, never 0.
      </p>
    </Page>
  );
}

interface KindsProps {
  readonly by: Kind;
  readonly since: string;
  readonly onPick: (change: Readonly<Record<string, string>>) => void;
}

function Kinds({ by, since, onPick }: KindsProps): JSX.Element {
  return (
    <>
      <label class="line">
        <span class="spoken">Since</span>
        <select class="input" value={since} onChange={(event) => onPick({ since: event.currentTarget.value })}>
          {spans.map((span) => (
            <option key={span} value={span}>
              last {inWords(span)}
            </option>
          ))}
        </select>
      </label>
      <div class="tabs cost-kinds" role="group" aria-label="By">
        {kinds.map((kind) => (
          <button type="button" key={kind} aria-current={kind === by} onClick={() => onPick({ by: kind })}>
            {kind}
          </button>
        ))}
      </div>
    </>
  );
}

type Prices = { readonly date: string; readonly currency: string } | null;

function Figures({ total, prices }: { readonly total: CostTotal; readonly prices: Prices }): JSX.Element {
  const servers = useQuery("models.queue", (signal) => tutti.models.queue({}, { signal }));
  const isAllHere = servers.data?.every(({ url }) => isHere(url));
  return (
    <div class="cost-figures">
      <div>
        <span class="muted">spent</span>
        <b>{isAllHere ? money(0) : unknown}</b>
        <small>
          {isAllHere === undefined
            ? ""
            : isAllHere
              ? "Every model server is this machine."
              : "A model server is elsewhere; what it asks for is not known here."}
        </small>
      </div>
      <div>
        <span class="muted">list-price equivalent</span>
        <b class="faint">{money(total.money, total.currency ?? undefined)}</b>
        <small>
          {prices === null
            ? "There is no price list; docs/cost.md says how to write one."
            : `Price list of ${prices.date}.`}
          {total.unpriced > 0 && total.money !== null ? ` ${plural(total.unpriced, "call")} without a price.` : ""}
        </small>
      </div>
      <div>
        <span class="muted">what you do pay</span>
        <dl class="facts">
          <dt class="mono right">{duration(total.totalMs)}</dt>
          <dd>of this machine's time</dd>
          <dt class="mono right">{count(total.inputTokens)}</dt>
          <dd>tokens read</dd>
          <dt class="mono right">{count(total.outputTokens)}</dt>
          <dd>tokens written</dd>
        </dl>
      </div>
    </div>
  );
}

function Table({
  by,
  rows,
  prices,
}: {
  readonly by: Kind;
  readonly rows: readonly CostRow[];
  readonly prices: Prices;
}): JSX.Element {
  const total = totalOf(rows);
  return (
    <table class="table cost-table" aria-label={`Costs by ${by}`}>
      <thead>
        <tr>
          <th>{by}</th>
          <th class="num">calls</th>
          <th class="num">read</th>
          <th class="num">written</th>
          <th class="num wide">time</th>
          <th class="num wide">tokens/s</th>
          <th class="num sunk" title={prices ? `list of ${prices.date}` : "no price list"}>
            list price
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <td>
              <Name by={by} name={row.key} />
              {row.unknown > 0 ? <span class="aside">{plural(row.unknown, "call")} without a count</span> : null}
            </td>
            <td class="num">{whole(row.calls)}</td>
            <td class="num">{count(row.inputTokens)}</td>
            <td class="num">{count(row.outputTokens)}</td>
            <td class="num wide">{duration(row.totalMs)}</td>
            <td class="num wide">{count(speedOf(row))}</td>
            <td class="num sunk faint">{money(row.money, row.currency ?? undefined)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td>total</td>
          <td class="num">{whole(total.calls)}</td>
          <td class="num">{count(total.inputTokens)}</td>
          <td class="num">{count(total.outputTokens)}</td>
          <td class="num wide">{duration(total.totalMs)}</td>
          <td class="num wide" />
          <td class="num sunk">{money(total.money, total.currency ?? undefined)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

/** A name leads to its runs, where runs can be asked for by it. */
function Name({ by, name }: { readonly by: Kind; readonly name: string | null }): JSX.Element {
  if (name === null) return <span class="faint">none</span>;
  if (by !== "model" && by !== "flow") return <b>{name}</b>;
  return (
    <Link href={`/runs?${new URLSearchParams({ q: `${by}:${quoted(name)}` }).toString()}`}>
      <b>{name}</b>
    </Link>
  );
}

function answerOf({ calls, money: sum, currency }: CostTotal, since: string): string {
  if (calls === 0) return `No model was called in the last ${inWords(since)}.`;
  return `${plural(calls, "call")} of models in the last ${inWords(since)}${sum === null ? "." : `; the same work at list price: ${money(sum, currency ?? undefined)}.`}`;
}

function inWords(span: string): string {
  return span.replace("h", " h").replace("d", " days");
}
