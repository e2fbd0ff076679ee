import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { plural } from "../../data/format.ts";
import { Empty, Failure, Wait } from "../../ui/state.tsx";
import { useTail } from "../../ui/tail.ts";
import { keepInSight, tokenRowHeight, useWindow } from "../../ui/window.ts";
import { LogFields } from "./log-fields.tsx";
import { LogRow } from "./log-row.tsx";
import { useCursor, useOlder, useSought } from "./log-scroll.ts";
import type { LoadedLogs } from "./use-logs.ts";

export interface LogRowsProps {
  readonly logs: LoadedLogs;
  readonly isFiltered: boolean;
  /** The number of the line whose fields are shown; NaN: none. */
  readonly open: number;
  readonly onOpen: (seq: number | null) => void;
  readonly onQuery: (query: string) => void;
}

export function LogRows(props: LogRowsProps): JSX.Element {
  const { error, isLoading, lines, renew } = props.logs;
  return (
    <div class="log-rows">
      {error ? <Failure error={error} retry={renew} /> : null}
      {isLoading ? <Wait lines={12} /> : null}
      {lines.length > 0 ? <Lines {...props} /> : null}
      {lines.length === 0 && !isLoading && !error ? <Nothing isFiltered={props.isFiltered} /> : null}
    </div>
  );
}

/** The lines, of which only those on the screen exist. What is older comes while somebody scrolls up. */
function Lines({ logs, open, onOpen, onQuery }: LogRowsProps): JSX.Element {
  const { lines } = logs;
  const scroller = useRef<HTMLDivElement>(null);
  const height = tokenRowHeight();
  const range = useWindow(scroller, { count: lines.length, rowHeight: height });
  const tail = useTail(scroller, logs.arrived, true);
  const [fieldsHeight, setFieldsHeight] = useState(0);
  useOlder(scroller, { logs, height, from: range.from });
  const show = (index: number): void => keepInSight(scroller.current, index * height, height);
  useSought(logs, open, show);
  const cursor = useCursor(lines, { open, onOpen, show });
  const openIndex = lines.findIndex(({ seq }) => seq === open);
  const opened = lines[openIndex];
  // Rows behind the open one stand below its fields, which are lower than the rows that are drawn around the sight.
  const topOf = (index: number): number => index * height + (opened && index > openIndex ? fieldsHeight : 0);
  return (
    <>
      <div
        class="log-scroll"
        ref={scroller}
        role="table"
        aria-label="Log"
        aria-rowcount={logs.isComplete ? lines.length : -1}
        tabIndex={0}
        onScroll={tail.onScroll}
      >
        <div class="list-space" role="rowgroup" style={{ height: `${range.height + (opened ? fieldsHeight : 0)}px` }}>
          {lines.slice(range.from, range.to).map((line, offset) => (
            <LogRow
              key={line.seq}
              line={line}
              index={range.from + offset}
              top={topOf(range.from + offset)}
              isHere={range.from + offset === cursor}
              isOpen={line.seq === open}
              onOpen={onOpen}
            />
          ))}
          {opened ? (
            <LogFields line={opened} top={(openIndex + 1) * height} onHeight={setFieldsHeight} onQuery={onQuery} />
          ) : null}
        </div>
      </div>
      {tail.missed > 0 ? (
        <button type="button" class="btn short log-newest" onClick={tail.jump}>
          {plural(tail.missed, "new line")} ↓
        </button>
      ) : null}
    </>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }): JSX.Element {
  if (isFiltered) return <Empty title="No line fits this filter">Take a term away, or ask for a lower level.</Empty>;
  return (
    <Empty title="Nothing has been told yet">
      Lines appear here when the daemon, a run or a program that sends its logs here has something to tell.
    </Empty>
  );
}
