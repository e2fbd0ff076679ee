import type { JSX } from "preact";
import { wordDiff } from "../../ui/word-diff.ts";

const tags = { both: "span", a: "del", b: "ins" } as const;

/** What was changed, word by word. */
export function WordDiff({ before, after }: { readonly before: string; readonly after: string }): JSX.Element {
  // A text that is far too long for a look word by word says so instead of keeping the tab busy.
  const pieces = wordDiff(before, after);
  if (!pieces) return <p class="muted">The change is too large to be shown word by word.</p>;
  return (
    <pre class="word-diff" aria-label="Your changes">
      {pieces.map(({ text, side }, index) => {
        const Tag = tags[side];
        return <Tag key={index}>{text}</Tag>;
      })}
    </pre>
  );
}
