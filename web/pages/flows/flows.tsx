import type { JSX } from "preact";
import { Link, useLocation } from "wouter-preact";
import type { tutti } from "../../data/api.ts";
import { duration, plural, whole } from "../../data/format.ts";
import { useCall } from "../../data/query.ts";
import { flows as flowList } from "../../first.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Shown } from "../../ui/state.tsx";
import { Ago } from "../../ui/time.tsx";
import { changesRuns } from "../runs/run-row.ts";
import { FlowPage } from "./flow.tsx";
import "./flows.css";

/** `/flows`: what can run here; `/flows/:name`: one of them, with its form. */
export function FlowsPage({ rest }: { readonly rest: string }): JSX.Element {
  return rest === "" ? <FlowList /> : <FlowPage key={rest} name={rest} />;
}

function FlowList(): JSX.Element {
  const flows = useCall(flowList, { changedBy: changesRuns });
  return (
    <Page title="Flows" answer={flows.data ? answerOf(flows.data) : undefined}>
      <Shown answer={flows} lines={6}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="There is no flow here" command="tutti init">
              <p>
                A file in <code>flows/</code> is enough: TypeScript or YAML.
              </p>
            </Empty>
          ) : (
            <table class="table flows-table" aria-label="Flows">
              <thead>
                <tr>
                  <th>flow</th>
                  <th class="c-num num">runs in 24 h</th>
                  <th class="c-num num wide">failed</th>
                  <th class="c-num num wide">median</th>
                  <th class="c-num num">last run</th>
                  <th class="c-file wide">file</th>
                </tr>
              </thead>
              <tbody>
                {list.map((flow) => (
                  <FlowRow key={flow.file} flow={flow} />
                ))}
              </tbody>
            </table>
          )
        }
      </Shown>
    </Page>
  );
}

type Flow = Awaited<ReturnType<typeof tutti.flow.list>>[number];

function FlowRow({ flow }: { readonly flow: Flow }): JSX.Element {
  const [, navigate] = useLocation();
  const { name, file, isBuiltIn, description, problem, runs24h, failed24h, lastRun, medianMs } = flow;
  const to = `/flows/${encodeURIComponent(name)}`;
  return (
    <tr data-link onClick={() => navigate(to)}>
      <td title={problem ?? description ?? undefined}>
        {problem === null ? null : <Glyph status="fail" label="cannot be loaded" />}{" "}
        <Link href={to} onClick={(event: MouseEvent) => event.stopPropagation()}>
          <b>{name}</b>
        </Link>
        <span class="aside">{problem ?? description}</span>
      </td>
      <td class="num">{whole(runs24h)}</td>
      <td class="num wide">{runs24h === 0 ? "–" : whole(failed24h)}</td>
      <td class="num wide">{duration(medianMs)}</td>
      <td class="num">{lastRun === null ? "–" : <Ago at={lastRun.createdAt} />}</td>
      <td class="wide faint" title={file}>
        {isBuiltIn ? "built in" : file.split("/").slice(-2).join("/")}
      </td>
    </tr>
  );
}

function answerOf(list: readonly Flow[]): string {
  const broken = list.filter(({ problem }) => problem !== null).length;
  if (broken > 0) return `${plural(list.length, "flow")}; ${plural(broken, "file")} cannot be loaded.`;
  return `${plural(list.length, "flow")} can run here.`;
}
