import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Tail {
  /** What has come while somebody read further up. */
  readonly missed: number;
  readonly jump: () => void;
  readonly onScroll: () => void;
}

// So near to the end nobody reads anything else.
const atEndPixels = 40;

/** At its end a list follows what comes; further up it stays, and counts. `come` says how many have come in all. */
export function useTail(scroller: { readonly current: HTMLElement | null }, come: number, beginsAtEnd: boolean): Tail {
  const isAtEnd = useRef(beginsAtEnd);
  const seen = useRef(come);
  const [missed, setMissed] = useState(0);
  const jump = (): void => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  // At once: a scroll that is told between the growth and the jump would look as if somebody had left the end.
  useLayoutEffect(() => {
    if (isAtEnd.current) {
      seen.current = come;
      jump();
    } else setMissed(Math.max(0, come - seen.current));
  }, [come]);
  return {
    missed,
    jump,
    onScroll: () => {
      const element = scroller.current;
      if (!element) return;
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < atEndPixels;
      if (!isAtEnd.current) return;
      seen.current = come;
      setMissed(0);
    },
  };
}
