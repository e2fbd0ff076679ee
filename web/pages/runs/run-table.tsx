import type { JSX } from "preact";
import { Link, useLocation } from "wouter-preact";
import { count } from "../../data/format.ts";
import { Status } from "../../ui/glyph.tsx";
import { Id } from "../../ui/id.tsx";
import { Ago, Took } from "../../ui/time.tsx";
import { isOpen, modelsOf, tokensOf, type RunRow } from "./run-row.ts";

/** A short table of runs, each row a link to its run. */
export function RunTable({ runs, label }: { readonly runs: readonly RunRow[]; readonly label: string }): JSX.Element {
  return (
    <table class="table runs-table" aria-label={label}>
      <thead>
        <tr>
          <th class="c-state">state</th>
          <th>flow</th>
          <th class="c-id wide">run</th>
          <th class="c-num num">started</th>
          <th class="c-num num">took</th>
          <th class="c-tokens num wide">tokens</th>
          <th class="c-model wide">model</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Row key={run.id} run={run} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ run }: { readonly run: RunRow }): JSX.Element {
  const [, navigate] = useLocation();
  const to = `/runs/${run.id}`;
  return (
    <tr data-link onClick={() => navigate(to)}>
      <td>
        <Status status={run.status} waitsFor={run.waitingFor} />
      </td>
      <td>
        <Link href={to} onClick={(event: MouseEvent) => event.stopPropagation()}>
          <b>{run.flow}</b>
        </Link>
        <span class="aside">{run.summary}</span>
      </td>
      <td class="id wide">
        <Id id={run.id} />
      </td>
      <td class="num">
        <Ago at={run.startedAt ?? run.createdAt} />
      </td>
      <td class="num">
        <Took from={run.startedAt} to={isOpen(run.status) ? null : run.finishedAt} />
      </td>
      <td class="num wide">{count(tokensOf(run))}</td>
      <td class="wide">{modelsOf(run)}</td>
    </tr>
  );
}
