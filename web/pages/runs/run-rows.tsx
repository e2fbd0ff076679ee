import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { count, plural } from "../../data/format.ts";
import { Status } from "../../ui/glyph.tsx";
import { Id } from "../../ui/id.tsx";
import { Empty, Failure, Wait } from "../../ui/state.tsx";
import { Ago, Took } from "../../ui/time.tsx";
import { keepInSight, tokenRowHeight, useWindow } from "../../ui/window.ts";
import { isOpen, modelsOf, tokensOf, type RunRow } from "./run-row.ts";
import type { LoadedRuns } from "./run-pages.ts";

export interface RunRowsProps {
  readonly runs: LoadedRuns;
  readonly query: string;
  readonly cursor: number;
  readonly peek: string | undefined;
  readonly picked: ReadonlySet<string>;
  readonly onPeek: (id: string) => void;
  readonly onToggle: (id: string) => void;
  readonly onCursor: (index: number) => void;
}

// The next page is asked for this many rows before the end comes into sight.
const ahead = 20;

/** The list itself: only the rows on the screen exist, whatever has been loaded. */
export function RunRows(props: RunRowsProps): JSX.Element {
  const { runs, cursor, query } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const height = tokenRowHeight();
  const range = useWindow(scroller, { count: runs.rows.length, rowHeight: height });
  useEffect(() => {
    if (range.to > runs.rows.length - ahead) runs.more();
  }, [range.to, runs.rows.length]);
  useEffect(() => keepInSight(scroller.current, cursor * height, height), [cursor]);
  // Where there is nothing, there is no table of nothing either.
  const table = runs.rows.length === 0 ? {} : tableOf(runs);
  return (
    <div class="list-rows" {...table}>
      {runs.rows.length === 0 ? null : <Head />}
      {runs.unseen.length > 0 ? (
        <button type="button" class="list-new" onClick={runs.renew}>
          {plural(runs.unseen.length, "new run")} ↑
        </button>
      ) : null}
      <div class="list-scroll" ref={scroller} tabIndex={0} role={runs.rows.length === 0 ? undefined : "rowgroup"}>
        <div class="list-space" style={{ height: `${range.height}px` }}>
          {runs.rows.slice(range.from, range.to).map((run, offset) => (
            <Row key={run.id} run={run} index={range.from + offset} top={(range.from + offset) * height} {...props} />
          ))}
        </div>
        {runs.error ? <Failure error={runs.error} retry={runs.renew} /> : null}
        {runs.isLoading ? <Wait lines={12} /> : null}
        {!runs.isLoading && !runs.error && runs.rows.length === 0 ? <Nothing query={query} /> : null}
      </div>
    </div>
  );
}

function tableOf({ rows, isComplete }: LoadedRuns): JSX.HTMLAttributes<HTMLDivElement> {
  return { role: "table", "aria-label": "Runs", "aria-rowcount": isComplete ? rows.length + 1 : -1 };
}

function Head(): JSX.Element {
  return (
    <div class="list-line thead" role="row">
      <span role="columnheader">
        <span class="spoken">selected</span>
      </span>
      <span role="columnheader">state</span>
      <span role="columnheader">flow</span>
      <span role="columnheader" class="wide">
        run
      </span>
      <span role="columnheader" class="right">
        started
      </span>
      <span role="columnheader" class="right">
        took
      </span>
      <span role="columnheader" class="right wide">
        tokens
      </span>
      <span role="columnheader" class="wide model">
        model
      </span>
    </div>
  );
}

interface RowProps extends RunRowsProps {
  readonly run: RunRow;
  readonly index: number;
  readonly top: number;
}

function Row({ run, index, top, cursor, peek, picked, onPeek, onToggle, onCursor }: RowProps): JSX.Element {
  const marks = [index === cursor && "is-here", run.id === peek && "is-open", (index + 1) % 5 === 0 && "fifth"];
  const open = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey) return void window.open(`/runs/${run.id}`, "_blank", "noopener");
    onCursor(index);
    onPeek(run.id);
  };
  return (
    <div
      class={["list-line", ...marks].filter(Boolean).join(" ")}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={run.id === peek}
      style={{ top: `${top}px` }}
      onClick={open}
    >
      <span role="cell">
        <input
          type="checkbox"
          aria-label={`Select ${run.id}`}
          checked={picked.has(run.id)}
          onClick={(event) => event.stopPropagation()}
          onChange={() => onToggle(run.id)}
        />
      </span>
      <Cells run={run} />
    </div>
  );
}

function Cells({ run }: { readonly run: RunRow }): JSX.Element {
  return (
    <>
      <span role="cell">
        <Status status={run.status} waitsFor={run.waitingFor} />
      </span>
      <span role="cell" class="cut">
        <a href={`/runs/${run.id}`} onClick={(event) => event.preventDefault()}>
          <b>{run.flow}</b>
        </a>
        <span class="aside">{run.summary}</span>
      </span>
      <span role="cell" class="wide">
        <Id id={run.id} />
      </span>
      <span role="cell" class="right mono">
        <Ago at={run.startedAt ?? run.createdAt} />
      </span>
      <span role="cell" class="right mono">
        <Took from={run.startedAt} to={isOpen(run.status) ? null : run.finishedAt} />
      </span>
      <span role="cell" class="right mono wide">
        {count(tokensOf(run))}
      </span>
      <span role="cell" class="wide cut model">
        {modelsOf(run)}
      </span>
    </>
  );
}

function Nothing({ query }: { readonly query: string }): JSX.Element {
  if (query !== "") return <Empty title="No run fits this filter">Take a term away, or ask for a longer time.</Empty>;
  return (
    <Empty title="Nothing has run yet" command="tutti run code-review">
      A run appears here in the moment in which it starts, from whichever terminal.
    </Empty>
  );
}
