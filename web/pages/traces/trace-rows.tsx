import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { now } from "../../data/clock.ts";
import { count, duration, plural, whole } from "../../data/format.ts";
import { Status } from "../../ui/glyph.tsx";
import { Empty, Failure, Wait } from "../../ui/state.tsx";
import { Ago } from "../../ui/time.tsx";
import { keepInSight, tokenRowHeight, useWindow } from "../../ui/window.ts";
import { modelsOf, shownName, stateOf, tokensOf, type TraceRow } from "./trace-row.ts";
import type { LoadedTraces } from "./use-traces.ts";

export interface TraceRowsProps {
  readonly traces: LoadedTraces;
  readonly isFiltered: boolean;
  readonly cursor: number;
  readonly onCursor: (index: number) => void;
}

// The next page is asked for this many rows before the end comes into sight.
const ahead = 30;

export function TraceRows({ traces, isFiltered, cursor, onCursor }: TraceRowsProps): JSX.Element {
  const { rows, isComplete, isLoading, error, unseen } = traces;
  const scroller = useRef<HTMLDivElement>(null);
  const height = tokenRowHeight();
  const range = useWindow(scroller, { count: rows.length, rowHeight: height });
  useEffect(() => {
    if (range.to > rows.length - ahead) traces.more();
  }, [range.to, rows.length]);
  useEffect(() => keepInSight(scroller.current, cursor * height, height), [cursor]);
  const table =
    rows.length === 0
      ? {}
      : ({ role: "table", "aria-label": "Traces", "aria-rowcount": isComplete ? rows.length + 1 : -1 } as const);
  return (
    <div class="list-rows" {...table}>
      {rows.length === 0 ? null : <Head />}
      {unseen > 0 ? (
        <button type="button" class="list-new" onClick={traces.renew}>
          {plural(unseen, "new trace")} ↑
        </button>
      ) : null}
      <div class="list-scroll" ref={scroller} tabIndex={0} role={rows.length === 0 ? undefined : "rowgroup"}>
        <div class="list-space" style={{ height: `${range.height}px` }}>
          {rows.slice(range.from, range.to).map((trace, offset) => (
            <Row
              key={trace.traceId}
              trace={trace}
              index={range.from + offset}
              top={(range.from + offset) * height}
              isHere={range.from + offset === cursor}
              onCursor={onCursor}
            />
          ))}
        </div>
        {error ? <Failure error={error} retry={traces.renew} /> : null}
        {isLoading ? <Wait lines={12} /> : null}
        {!isLoading && !error && rows.length === 0 ? <Nothing isFiltered={isFiltered} /> : null}
      </div>
    </div>
  );
}

const heads: readonly (readonly [name: string, classes: string])[] = [
  ["state", ""],
  ["name", ""],
  ["service", "wide"],
  ["started", "right"],
  ["took", "right"],
  ["spans", "right wide"],
  ["failed", "right wide"],
  ["tokens", "right wide"],
  ["models", "wide model"],
];

function Head(): JSX.Element {
  return (
    <div class="list-line thead" role="row">
      {heads.map(([name, classes]) => (
        <span key={name} role="columnheader" class={classes}>
          {name}
        </span>
      ))}
    </div>
  );
}

interface RowProps {
  readonly trace: TraceRow;
  readonly index: number;
  readonly top: number;
  readonly isHere: boolean;
  readonly onCursor: (index: number) => void;
}

function Row({ trace, index, top, isHere, onCursor }: RowProps): JSX.Element {
  const [, navigate] = useLocation();
  const to = `/traces/${trace.traceId}`;
  const marks = ["list-line", isHere && "is-here", (index + 1) % 5 === 0 && "fifth"];
  return (
    <div
      class={marks.filter(Boolean).join(" ")}
      role="row"
      aria-rowindex={index + 2}
      style={{ top: `${top}px` }}
      onClick={(event) => {
        onCursor(index);
        if (event.metaKey || event.ctrlKey) window.open(to, "_blank", "noopener");
        else navigate(to);
      }}
    >
      <span role="cell">
        <Status status={stateOf(trace, now.value)} />
      </span>
      <span role="cell" class="cut" title={trace.name}>
        <a href={to} onClick={(event) => event.preventDefault()}>
          <b>{shownName(trace.name)}</b>
        </a>
      </span>
      <span role="cell" class="cut wide muted">
        {trace.service}
      </span>
      <span role="cell" class="right mono">
        <Ago at={trace.startedAt} />
      </span>
      <span role="cell" class="right mono">
        {duration(trace.durationMs)}
      </span>
      <span role="cell" class="right mono wide">
        {whole(trace.spans)}
      </span>
      <span role="cell" class={trace.errors > 0 ? "right mono wide is-fail" : "right mono wide faint"}>
        {whole(trace.errors)}
      </span>
      <span role="cell" class="right mono wide">
        {count(tokensOf(trace))}
      </span>
      <span role="cell" class="wide cut model">
        {modelsOf(trace)}
      </span>
    </div>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }): JSX.Element {
  if (isFiltered) return <Empty title="No trace fits this filter">Take a term away, or ask for a longer time.</Empty>;
  return (
    <Empty title="Nothing has been traced yet" command="tutti run code-review">
      Each run makes a trace. Other programs can send theirs to this address with OpenTelemetry.
    </Empty>
  );
}
