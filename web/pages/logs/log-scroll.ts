import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useKeys } from "../../shell/keys.ts";
import type { LogLine } from "./log-line.ts";
import type { LoadedLogs } from "./use-logs.ts";

// What is older is asked for when so few lines are left above.
const ahead = 40;

interface Older {
  readonly logs: LoadedLogs;
  readonly height: number;
  readonly from: number;
}

/** Asks for older lines near the top, and keeps what is being read where it is when they come. */
export function useOlder(scroller: RefObject<HTMLElement>, { logs, height, from }: Older): void {
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
export function useSought(logs: LoadedLogs, open: number, show: (index: number) => void): void {
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
export function useCursor(lines: readonly LogLine[], { open, onOpen, show }: CursorPorts): number {
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
