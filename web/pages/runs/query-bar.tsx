import type { JSX } from "preact";
import { useCall } from "../../data/query.ts";
import { valuesOf, withTerm } from "../../data/query-text.ts";
import { flows as flowList } from "../../first.ts";
import { Choice } from "../../ui/choice.tsx";
import { QueryChips, QueryText, type QueryProps } from "../../ui/query-bar.tsx";

const statuses = ["queued", "running", "waiting", "paused", "succeeded", "failed", "cancelled"];
const spans = ["1h", "24h", "7d", "30d"];

/** The query as text and, under it, the same as chips that can be taken away. */
export function QueryBar({ query, onQuery }: QueryProps): JSX.Element {
  const flows = useCall(flowList);
  const choose = (key: string) => ({
    picked: valuesOf(query, key),
    onPick: (values: readonly string[]) => onQuery(withTerm(query, key, values.length === 0 ? null : values.join(","))),
  });
  return (
    <>
      <div class="query-bar">
        <QueryText
          query={query}
          label="Filter runs"
          placeholder='status:failed flow:triage error:"ECONNREFUSED" since:24h'
          onQuery={onQuery}
        />
        <Choice name="State" options={statuses} {...choose("status")} />
        <Choice name="Flow" options={(flows.data ?? []).map(({ name }) => name)} {...choose("flow")} />
        <Choice name="Since" options={spans} single {...choose("since")} />
      </div>
      <QueryChips query={query} onQuery={onQuery} />
    </>
  );
}
