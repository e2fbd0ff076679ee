import type { JSX } from "preact";
import { legendOf, type BarStyleId } from "./bar-style.ts";

/** What the bars mean, from the table that draws them; only what is in this run. */
export function Legend({ used }: { readonly used: ReadonlySet<BarStyleId> }): JSX.Element {
  return (
    <footer class="legend">
      <dl>
        {legendOf(used).map(({ id, word }) => (
          <div key={id}>
            <dt>
              <i class={`bar is-${id}`} aria-hidden="true" />
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
