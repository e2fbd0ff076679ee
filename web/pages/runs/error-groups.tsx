import type { JSX } from "preact";
import { tutti } from "../../data/api.ts";
import { useQuery } from "../../data/query.ts";
import { whole } from "../../data/format.ts";
import { Empty, Shown } from "../../ui/state.tsx";
import { Ago } from "../../ui/time.tsx";
import { quoted } from "../../data/query-text.ts";
import { changesRuns } from "./run-row.ts";

interface Group {
  readonly code: string;
  readonly step: string | null;
  readonly flow: string;
  readonly message: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

interface ErrorGroupsProps {
  readonly query: string;
  readonly onPick: (query: string) => void;
}

/** Failed runs by what failed: the same error in the same step is one line. */
export function ErrorGroups({ query, onPick }: ErrorGroupsProps): JSX.Element {
  const asked = { since: "7d", ...(query === "" ? {} : { query }) };
  const groups = useQuery(`errors ${query}`, (signal) => tutti.run.errors(asked, { signal }), {
    changedBy: changesRuns,
  });
  return (
    <div class="error-groups">
      <Shown answer={groups} lines={6}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="Nothing has failed in the last 7 days" />
          ) : (
            <GroupTable groups={list} onPick={onPick} />
          )
        }
      </Shown>
    </div>
  );
}

function GroupTable({
  groups,
  onPick,
}: {
  readonly groups: readonly Group[];
  readonly onPick: (query: string) => void;
}): JSX.Element {
  return (
    <table class="table" aria-label="Error groups">
      <thead>
        <tr>
          <th>error</th>
          <th class="c-flow">flow</th>
          <th class="c-step">step</th>
          <th class="c-count num">runs</th>
          <th class="c-seen num">first seen</th>
          <th class="c-seen num">last seen</th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <GroupRow key={`${group.flow} ${group.step} ${group.code} ${group.message}`} group={group} onPick={onPick} />
        ))}
      </tbody>
    </table>
  );
}

function GroupRow({ group, onPick }: { readonly group: Group; readonly onPick: (query: string) => void }): JSX.Element {
  const { code, step, flow, message, count, firstAt, lastAt } = group;
  const pick = (): void => onPick(`status:failed flow:${quoted(flow)} error:${quoted(code)}`);
  return (
    <tr data-link onClick={pick}>
      <td title={message}>
        <button type="button" class="link mono">
          {code}
        </button>
        <span class="aside">{message}</span>
      </td>
      <td>{flow}</td>
      <td>{step ?? "–"}</td>
      <td class="num">{whole(count)}</td>
      <td class="num">
        <Ago at={firstAt} />
      </td>
      <td class="num">
        <Ago at={lastAt} />
      </td>
    </tr>
  );
}
