import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { plural } from "../../../data/format.ts";
import { Empty } from "../../../ui/state.tsx";
import type { RunViewProps } from "../run-view.tsx";
import { entriesOf, type Entry } from "./entry.ts";
import { Passage } from "./passage.tsx";
import "./transcript.css";

// Passages are of any height; so many at once are laid out without a pause.
const chunk = 60;

/** The run as a conversation: who said what, which tool was called with what and gave what. */
export function Transcript({ score, state, live }: RunViewProps): JSX.Element {
  const entries = useMemo(() => entriesOf(score.tree), [score.tree]);
  const { range, more } = useChunks(entries, state.selected);
  const box = useRef<HTMLDivElement>(null);
  useAtSelected(box, state.moves);
  if (entries.length === 0) {
    return (
      <div class="transcript">
        <Empty title="Nothing has been said yet">
          <p>{score.isOpen ? "The run has not begun a step." : "The run has ended without a step."}</p>
        </Empty>
      </div>
    );
  }
  return (
    <div class="transcript" ref={box}>
      {range.from > 0 ? <More count={range.from} word="earlier" onMore={() => more("before")} /> : null}
      <ol>
        {entries.slice(range.from, range.to).map((entry) => (
          <Passage
            key={entry.part.id}
            entry={entry}
            run={score.timeline.run.id}
            now={score.now}
            zero={score.zero}
            live={live}
            isSelected={entry.part.id === state.selected}
            onSelect={state.select}
          />
        ))}
      </ol>
      {range.to < entries.length ? (
        <More count={entries.length - range.to} word="later" onMore={() => more("after")} isEager />
      ) : null}
    </div>
  );
}

interface Chunks {
  readonly range: { readonly from: number; readonly to: number };
  readonly more: (where: "before" | "after") => void;
}

/** Begins at the beginning, or around the step that a link has named. */
function useChunks(entries: readonly Entry[], selected: string): Chunks {
  const [range, setRange] = useState(() => {
    const at = entries.findIndex(({ part }) => part.id === selected);
    return at < chunk ? { from: 0, to: chunk } : { from: at - chunk / 2, to: at + chunk / 2 };
  });
  return {
    range: { from: range.from, to: Math.min(range.to, entries.length) },
    more: (where) =>
      setRange(({ from, to }) =>
        where === "before" ? { from: Math.max(0, from - chunk), to } : { from, to: to + chunk },
      ),
  };
}

interface MoreProps {
  readonly count: number;
  readonly word: string;
  readonly onMore: () => void;
  /** Comes by itself when it is scrolled to. */
  readonly isEager?: boolean;
}

function More({ count, word, onMore, isEager = false }: MoreProps): JSX.Element {
  const element = useRef<HTMLButtonElement>(null);
  const latest = useRef(onMore);
  latest.current = onMore;
  useEffect(() => {
    const watched = element.current;
    if (!isEager || !watched) return undefined;
    const observer = new IntersectionObserver(
      (seen) => {
        if (seen.some(({ isIntersecting }) => isIntersecting)) latest.current();
      },
      { rootMargin: "400px" },
    );
    observer.observe(watched);
    return () => observer.disconnect();
  }, [isEager, count]);
  return (
    <button type="button" ref={element} class="btn short transcript-more" onClick={onMore}>
      {plural(count, "step")} {word}
    </button>
  );
}

function useAtSelected(box: { readonly current: HTMLElement | null }, moves: number): void {
  const isFirst = useRef(true);
  useEffect(() => {
    const selected = box.current?.querySelector<HTMLElement>("[aria-current=step]");
    // Reading begins at the top, unless something was asked for.
    if (isFirst.current && !location.search.includes("span=")) {
      isFirst.current = false;
      return;
    }
    isFirst.current = false;
    selected?.scrollIntoView({ block: "nearest" });
  }, [moves]);
}
