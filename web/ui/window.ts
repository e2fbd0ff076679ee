import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** The rows of a long list that are on the screen, and some around them. All rows have one height. */
export interface ListWindow {
  readonly from: number;
  readonly to: number;
  /** How high the whole list is, pixels. */
  readonly height: number;
}

const around = 12;

/** Watches a scrolling element that holds `count` rows of `rowHeight` pixels, `offset` pixels below its top. */
export function useWindow(
  scroller: RefObject<HTMLElement>,
  { count, rowHeight, offset = 0 }: { readonly count: number; readonly rowHeight: number; readonly offset?: number },
): ListWindow {
  // Until the scroller can be measured: no more than the window has room for.
  const [range, setRange] = useState(() => ({ from: 0, to: Math.ceil(window.innerHeight / rowHeight) }));
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const look = (): void => {
      const top = Math.max(0, element.scrollTop - offset);
      const from = Math.max(0, Math.floor(top / rowHeight) - around);
      const to = Math.min(count, Math.ceil((top + element.clientHeight) / rowHeight) + around);
      setRange((old) => (old.from === from && old.to === to ? old : { from, to }));
    };
    look();
    const resized = new ResizeObserver(look);
    resized.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [count, rowHeight, offset]);
  return { from: Math.min(range.from, count), to: Math.min(range.to, count), height: count * rowHeight };
}

/** The height of a row as the tokens give it now (density, touch), in pixels. */
export function tokenRowHeight(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row")) || 26;
}

/** Scrolls as little as is needed so that a row is seen whole. */
export function keepInSight(element: HTMLElement | null, top: number, height: number): void {
  if (!element) return;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + height > element.scrollTop + element.clientHeight)
    element.scrollTop = top + height - element.clientHeight;
}
