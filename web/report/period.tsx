import type { JSX } from "preact";
import { tutti } from "../data/api.ts";
import { count, duration, money, plural } from "../data/format.ts";
import { useQuery } from "../data/query.ts";
import { Lines } from "../ui/lines.tsx";
import { Page } from "../ui/page.tsx";
import { Shown } from "../ui/state.tsx";
import { Histogram } from "../pages/overview/histogram.tsx";
import { RunTable } from "../pages/runs/run-table.tsx";
import { charts } from "./chart.ts";
import { report } from "./report.ts";
import "../pages/overview/overview.css";
import "../pages/runs/runs.css";

/** What happened in a time: runs by the hour, figures over time, what failed, and the runs themselves. */
export function PeriodPage(): JSX.Element {
  const stats = useQuery("stats", () => tutti.run.stats({}));
  const runs = useQuery("runs", () => tutti.run.list({}));
  const errors = useQuery("errors", () => tutti.run.errors({}));
  const costs = useQuery("costs", () => tutti.cost.show({ by: "model" }));
  const total = stats.data?.total;
  return (
    <Page title={report.title} answer={total === undefined ? undefined : `${plural(total, "run")} in all.`}>
      <Shown answer={stats}>{({ buckets, bucketMs }) => <Histogram buckets={buckets} bucketMs={bucketMs} />}</Shown>
      <section class="report-charts">
        {charts.map(({ title, expression, unit }) => (
          <Chart key={title} title={title} expression={expression} unit={unit} />
        ))}
      </section>
      <Shown answer={errors}>{(groups) => (groups.length === 0 ? null : <Errors groups={groups} />)}</Shown>
      <Shown answer={costs}>
        {({ rows, prices }) => (rows.length === 0 ? null : <Models rows={rows} currency={prices?.currency} />)}
      </Shown>
      <section>
        <h2>Runs</h2>
        <Shown answer={runs} lines={8}>
          {(list) => <RunTable runs={list} label="Runs" />}
        </Shown>
      </section>
    </Page>
  );
}

interface ChartProps {
  readonly title: string;
  readonly expression: string;
  readonly unit: "number" | "seconds";
}

function Chart({ title, expression, unit }: ChartProps): JSX.Element | null {
  const answer = useQuery(`chart ${expression}`, () => tutti.metric.query({ expression }));
  if (answer.error || answer.data?.series.length === 0) return null;
  const words = unit === "seconds" ? (value: number) => duration(value * 1_000) : count;
  return (
    <Shown answer={answer} lines={4}>
      {({ series }) => <Lines title={title} series={series} words={words} />}
    </Shown>
  );
}

type Group = Awaited<ReturnType<typeof tutti.run.errors>>[number];

function Errors({ groups }: { readonly groups: readonly Group[] }): JSX.Element {
  return (
    <section>
      <h2>What failed</h2>
      <table class="table report-table" aria-label="What failed">
        <thead>
          <tr>
            <th class="c-num num">runs</th>
            <th class="c-id">error</th>
            <th class="c-id">flow</th>
            <th class="c-id">step</th>
            <th>message</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ code, flow, step, count: runs, message }) => (
            <tr key={`${code} ${flow} ${step}`}>
              <td class="num">{runs}</td>
              <td class="mono">{code}</td>
              <td>{flow}</td>
              <td>{step}</td>
              <td>{message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type CostRow = Awaited<ReturnType<typeof tutti.cost.show>>["rows"][number];

interface ModelsProps {
  readonly rows: readonly CostRow[];
  readonly currency: string | undefined;
}

function Models({ rows, currency }: ModelsProps): JSX.Element {
  return (
    <section>
      <h2>Models</h2>
      <table class="table report-table" aria-label="Models">
        <thead>
          <tr>
            <th>model</th>
            <th class="c-num num">calls</th>
            <th class="c-num num">read</th>
            <th class="c-num num">written</th>
            <th class="c-num num">spent</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <td class="mono">{row.key}</td>
              <td class="num">{count(row.calls)}</td>
              <td class="num">{count(row.inputTokens)}</td>
              <td class="num">{count(row.outputTokens)}</td>
              <td class="num">{money(row.money, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
