import { diffWordsWithSpace } from "diff";
import type { JSX } from "preact";

/** What was changed, word by word. */
export function WordDiff({ before, after }: { readonly before: string; readonly after: string }): JSX.Element {
  // A text that is far too long for a look word by word says so instead of keeping the tab busy.
  const parts = diffWordsWithSpace(before, after, { timeout: 500 });
  if (!parts) return <p class="muted">The change is too large to be shown word by word.</p>;
  return (
    <pre class="word-diff" aria-label="Your changes">
      {parts.map(({ value, added, removed }, index) =>
        added ? (
          <ins key={index}>{value}</ins>
        ) : removed ? (
          <del key={index}>{value}</del>
        ) : (
          <span key={index}>{value}</span>
        ),
      )}
    </pre>
  );
}
