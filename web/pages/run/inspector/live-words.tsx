import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { tutti } from "../../../data/api.ts";
import { plural } from "../../../data/format.ts";
import { useQuery } from "../../../data/query.ts";
import type { LiveText } from "../data/live-text.ts";
import { lineWords } from "./line-words.ts";

// More is not read while it comes.
const mostShown = 4_000;

export interface LiveWordsProps {
  readonly text: Signal<LiveText>;
  /** Of a step that asks a model: it may stand in line for one. */
  readonly run?: string | undefined;
}

const silent = "It works; nothing has been said yet.";

/** What a running step says now, word by word. It is followed to its end unless somebody has scrolled up. */
export function LiveWords({ text, run }: LiveWordsProps): JSX.Element | null {
  const { text: said, thinking, notice, pieces } = text.value;
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [said]);
  if (pieces === 0 && notice === "") return run === undefined ? <Silence words={silent} /> : <Line run={run} />;
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

function Silence({ words }: { readonly words: string }): JSX.Element {
  return <p class="muted small">{words}</p>;
}

const lookAgainMs = 2_000;

/** Nothing has been said: perhaps because others are before it at the model server. */
function Line({ run }: { readonly run: string }): JSX.Element {
  const { data } = useQuery("models.queue", (signal) => tutti.models.queue({}, { signal }), { everyMs: lookAgainMs });
  return <Silence words={lineWords(data ?? [], run) ?? silent} />;
}
