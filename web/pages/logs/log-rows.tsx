import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { plural } from "../../data/format.ts";
import { useKeys } from "../../shell/keys.ts";
import { Empty, Failure, Wait } from "../../ui/state.tsx";
import { useTail } from "../../ui/tail.ts";
import { keepInSight, tokenRowHeight, useWindow } from "../../ui/window.ts";
import { LogFields } from "./log-fields.tsx";
import type { LogLine } from "./log-line.ts";
import { LogRow } from "./log-row.tsx";
import type { LoadedLogs } from "./use-logs.ts";

export interface LogRowsProps {
  readonly logs: LoadedLogs;
  readonly isFiltered: boolean;
  /** The number of the line whose fields are shown; NaN: none. */
  readonly open: number;
  readonly onOpen: (seq: number | null) => void;
  readonly onQuery: (query: string) => void;
}

/** The lines, of which only those on the screen exist. What is older comes while somebody scrolls up. */
export function LogRows({ logs, isFiltered, open, onOpen, onQuery }: LogRowsProps): JSX.Element {
  const { lines, error, isLoading } = logs;
  const scroller = useRef<HTMLDivElement>(null);
  const height = tokenRowHeight();
  const range = useWindow(scroller, { count: lines.length, rowHeight: height });
  const tail = useTail(scroller, lines.length === 0 ? 0 : logs.arrived + 1, true);
  const openIndex = lines.findIndex(({ seq }) => seq === open);
  const [fieldsHeight, setFieldsHeight] = useState(0);
  const extra = openIndex < 0 ? 0 : fieldsHeight;
  useOlder(scroller, { logs, height, from: range.from });
  const show = (index: number): void => keepInSight(scroller.current, index * height, height);
  useSought(logs, open, show);
  const cursor = useCursor(lines, { open, onOpen, show });
  if (lines.length === 0) {
    return (
      <div class="log-rows">
        {error ? <Failure error={error} retry={logs.renew} /> : null}
        {isLoading ? <Wait lines={12} /> : null}
        {!isLoading && !error ? <Nothing isFiltered={isFiltered} /> : null}
      </div>
    );
  }
  // Rows behind the open one stand below its fields, which are lower than the rows that are drawn around the sight.
  const topOf = (index: number): number => index * height + (openIndex >= 0 && index > openIndex ? extra : 0);
  return (
    <div class="log-rows">
      {error ? <Failure error={error} retry={logs.renew} /> : null}
      <div
        class="log-scroll"
        ref={scroller}
        role="table"
        aria-label="Log"
        aria-rowcount={logs.isComplete ? lines.length : -1}
        tabIndex={0}
        onScroll={tail.onScroll}
      >
        <div class="list-space" role="rowgroup" style={{ height: `${range.height + extra}px` }}>
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
          {openIndex >= 0 && lines[openIndex] ? (
            <LogFields
              line={lines[openIndex]}
              top={(openIndex + 1) * height}
              onHeight={setFieldsHeight}
              onQuery={onQuery}
            />
          ) : null}
        </div>
      </div>
      {tail.missed > 0 ? (
        <button type="button" class="btn short log-newest" onClick={tail.jump}>
          {plural(tail.missed, "new line")} ↓
        </button>
      ) : null}
    </div>
  );
}

// What is older is asked for when so few lines are left above.
const ahead = 40;

interface Older {
  readonly logs: LoadedLogs;
  readonly height: number;
  readonly from: number;
}

/** Asks for older lines near the top, and keeps what is being read where it is when they come. */
function useOlder(scroller: RefObject<HTMLElement>, { logs, height, from }: Older): void {
  const first = logs.lines[0]?.seq;
  const before = useRef<{ readonly first: number | undefined; readonly count: number }>({ first, count: 0 });
  useLayoutEffect(() => {
    const { first: old, count } = before.current;
    const added = old === undefined ? 0 : logs.lines.findIndex(({ seq }) => seq === old);
    if (scroller.current && count > 0 && added > 0) scroller.current.scrollTop += added * height;
    before.current = { first, count: logs.lines.length };
  }, [first]);
  useEffect(() => {
    if (scroller.current && scroller.current.scrollTop < ahead * height) logs.older();
  }, [from, first]);
}

// A link to a line further back than this shows the newest ones.
const mostSought = 2_000;

/** Brings the line of the address into sight, and asks for older ones until it is there. */
function useSought(logs: LoadedLogs, open: number, show: (index: number) => void): void {
  const { lines, isComplete } = logs;
  const first = lines[0]?.seq ?? 0;
  const isDone = useRef(Number.isNaN(open));
  useEffect(() => {
    if (isDone.current || lines.length === 0) return;
    const index = lines.findIndex(({ seq }) => seq === open);
    isDone.current = index >= 0 || isComplete || first <= open || lines.length > mostSought;
    if (index >= 0) show(index);
    else if (!isDone.current) logs.older();
  }, [first]);
}

interface CursorPorts {
  readonly open: number;
  readonly onOpen: (seq: number | null) => void;
  readonly show: (index: number) => void;
}

/** Which line the keys are about; at first none, then the last. */
function useCursor(lines: readonly LogLine[], { open, onOpen, show }: CursorPorts): number {
  const [seq, setSeq] = useState(open);
  const at = lines.findIndex((line) => line.seq === seq);
  const move = (step: number): void => {
    const next = at < 0 ? lines.length - 1 : Math.max(0, Math.min(lines.length - 1, at + step));
    setSeq(lines[next]?.seq ?? Number.NaN);
    show(next);
  };
  useKeys("Lines", [
    { keys: "j", does: "next line", run: () => move(1) },
    { keys: "k", does: "line before", run: () => move(-1) },
    { keys: "ArrowDown", does: "next line", run: () => move(1) },
    { keys: "ArrowUp", does: "line before", run: () => move(-1) },
    {
      keys: "Enter",
      does: "show the fields of the line, or close them",
      run: () => at >= 0 && onOpen(seq === open ? null : seq),
    },
    { keys: "Escape", does: "close the fields", run: () => onOpen(null) },
  ]);
  return at;
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }): JSX.Element {
  if (isFiltered) return <Empty title="No line fits this filter">Take a term away, or ask for a lower level.</Empty>;
  return (
    <Empty title="Nothing has been told yet">
      Lines appear here when the daemon, a run or a program that sends its logs here has something to tell.
    </Empty>
  );
}
