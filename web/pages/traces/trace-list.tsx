import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { whole } from "../../data/format.ts";
import { valuesOf, withTerm } from "../../data/query-text.ts";
import { useUrlState } from "../../data/url-state.ts";
import { useKeys } from "../../shell/keys.ts";
import { Choice } from "../../ui/choice.tsx";
import { Page } from "../../ui/page.tsx";
import { QueryChips, QueryText } from "../../ui/query-bar.tsx";
import { TraceRows } from "./trace-rows.tsx";
import { useTraces, type LoadedTraces } from "./use-traces.ts";
import "../../ui/row-list.css";
import "./traces.css";

const spans = ["1h", "24h", "7d", "30d"];

/** All traces, of runs and of other programs: a query above, the newest first. */
export function TraceList(): JSX.Element {
  const url = useUrlState();
  const query = url.get("q") ?? "";
  const since = url.get("since") ?? "";
  const traces = useTraces({ query, since });
  const cursor = useCursor(traces);
  const onQuery = (q: string): void => url.set({ q });
  return (
    <div class="traces-page">
      <Page title="Traces" answer="What happened inside of runs and of the programs around them, span by span." fill>
        <div class="query-bar">
          <QueryText
            query={query}
            label="Filter traces"
            placeholder="status:error duration>2s gen_ai.request.model:llama* refund"
            onQuery={onQuery}
          />
          <Choice
            name="State"
            options={["ok", "error"]}
            single
            picked={valuesOf(query, "status")}
            onPick={([state]) => onQuery(withTerm(query, "status", state ?? null))}
          />
          <Choice
            name="Since"
            options={spans}
            single
            picked={since === "" ? [] : [since]}
            onPick={([time]) => url.set({ since: time })}
          />
        </div>
        <QueryChips query={query} onQuery={onQuery} />
        <TraceRows traces={traces} isFiltered={query !== "" || since !== ""} cursor={cursor.at} onCursor={cursor.set} />
        <Foot traces={traces} />
      </Page>
    </div>
  );
}

interface Cursor {
  readonly at: number;
  readonly set: (index: number) => void;
}

function useCursor({ rows }: LoadedTraces): Cursor {
  const [, navigate] = useLocation();
  const [moved, set] = useState(0);
  const at = Math.min(moved, Math.max(0, rows.length - 1));
  const move = (step: number): void => set(Math.max(0, Math.min(rows.length - 1, at + step)));
  useKeys("Traces", [
    { keys: "j", does: "next trace", run: () => move(1) },
    { keys: "k", does: "previous trace", run: () => move(-1) },
    { keys: "ArrowDown", does: "next trace", run: () => move(1) },
    { keys: "ArrowUp", does: "previous trace", run: () => move(-1) },
    {
      keys: "Enter",
      does: "open the trace",
      run: () => {
        const row = rows[at];
        if (row) navigate(`/traces/${row.traceId}`);
      },
    },
  ]);
  return { at, set };
}

function Foot({ traces: { rows, isComplete } }: { readonly traces: LoadedTraces }): JSX.Element {
  return (
    <footer class="list-foot">
      <span class="muted">{isComplete ? `${whole(rows.length)} in all` : `the newest ${whole(rows.length)}`}</span>
      <span class="push faint small keys-hint">
        <kbd>j</kbd> <kbd>k</kbd> move <kbd>⏎</kbd> open
      </span>
    </footer>
  );
}
