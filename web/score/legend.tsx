import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { laneOf } from "./bar.ts";
import { legendOf, type BarStyleId } from "./bar-style.ts";
import type { Score } from "./model.ts";

/** What the bars mean, from the table that draws them; only what is in this run. */
export function Legend({ score }: { readonly score: Score }): JSX.Element {
  const { tree, zero, now } = score;
  // With the clock alone no kind comes or goes that the next answer would not bring.
  const used = useMemo(() => {
    const found = new Set<BarStyleId>();
    for (const part of tree.byId.values()) for (const { style } of laneOf(part, { zero, now }).bars) found.add(style);
    return found;
  }, [tree]);
  return (
    <footer class="legend">
      <dl>
        {legendOf(used).map(({ id, word }) => (
          <div key={id}>
            <dt>
              <i class={`ink ink-${id}`} aria-hidden="true" />
            </dt>
            <dd>{word}</dd>
          </div>
        ))}
      </dl>
      <span class="legend-keys" aria-hidden="true">
        <span>
          <kbd>↑</kbd>
          <kbd>↓</kbd> step
        </span>
        <span>
          <kbd>←</kbd>
          <kbd>→</kbd> fold
        </span>
        <span>
          <kbd>n</kbd> next failure
        </span>
        <span>
          <kbd>?</kbd> all keys
        </span>
      </span>
    </footer>
  );
}
