import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { plural } from "../../../data/format.ts";
import type { LiveText } from "../data/live-text.ts";

// More is not read while it comes.
const mostShown = 4_000;

/** What a running step says now, word by word. It is followed to its end unless somebody has scrolled up. */
export function LiveWords({ text }: { readonly text: Signal<LiveText> }): JSX.Element | null {
  const { text: said, thinking, notice, pieces } = text.value;
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [said]);
  if (pieces === 0 && notice === "") return <p class="muted small">It works; nothing has been said yet.</p>;
  return (
    <section class="live-words">
      <h3>
        Now <span class="faint small">{plural(pieces, "piece")}</span>
      </h3>
      {notice === "" ? null : <p class="small is-warn">{notice}</p>}
      {thinking === "" ? null : <p class="quote live-thought">{thinking.slice(-400)}</p>}
      <pre
        ref={box}
        class="value prose-value live-text"
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24;
        }}
      >
        {said.slice(-mostShown)}
        <i class="caret" />
      </pre>
    </section>
  );
}
