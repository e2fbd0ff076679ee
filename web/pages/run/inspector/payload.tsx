import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { bytes, whole } from "../../../data/format.ts";
import { copyText } from "../../../ui/copy.ts";
import { tokensOf } from "./json-token.ts";
import { payloadText } from "./payload-text.ts";
import type { PayloadPart } from "./step-data.ts";

const usualShort = 1_000;
// The beginning of something that nobody reads to its end.
const mostHead = 8_000;

export interface PayloadProps {
  readonly name: string;
  readonly part: PayloadPart | null;
  /** Where the whole of it lies. */
  readonly url: string;
  /** Long ones begin short. */
  readonly isShort?: boolean;
}

/** A value of any size: what is large shows its beginning, its size, and a way to the whole of it. */
export function Payload({ name, part, url, isShort = false }: PayloadProps): JSX.Element | null {
  if (part === null) return null;
  return (
    <section class="payload">
      <h3>
        {name} <span class="faint small">{bytes(part.bytes)}</span>
        <span class="push line payload-end">
          {part.truncated ? null : <CopyButton name={name} value={part.value} />}
          <a class="btn short quiet" href={url} download={`${name}.json`}>
            Download
          </a>
        </span>
      </h3>
      {part.truncated ? (
        <p class="small muted">
          It is {bytes(part.bytes)}, too much to lay out: this is its beginning. The download has all of it.
        </p>
      ) : null}
      {part.truncated ? (
        <pre class="value" tabIndex={0}>
          {(part.text ?? "").slice(0, mostHead)}
        </pre>
      ) : (
        <Value value={part.value} shortAt={isShort ? usualShort : undefined} />
      )}
    </section>
  );
}

function CopyButton({ name, value }: { readonly name: string; readonly value: unknown }): JSX.Element {
  return (
    <button
      type="button"
      class="btn short quiet"
      onClick={() =>
        void copyText(typeof value === "string" ? value : JSON.stringify(value, null, 2), `the ${name.toLowerCase()}`)
      }
    >
      Copy
    </button>
  );
}

export interface ValueProps {
  readonly value: unknown;
  /** Longer ones begin with so many characters. */
  readonly shortAt?: number | undefined;
}

/** Words as words, JSON with its parts told apart. */
export function Value({ value, shortAt }: ValueProps): JSX.Element {
  const shown = useMemo(() => payloadText(value), [value]);
  const [isWhole, setWhole] = useState(shortAt === undefined);
  // What is hardly longer is shown: unfolding must be worth it.
  const folded = !isWhole && shown.text.length > (shortAt ?? 0) * 1.2;
  const text = folded ? shown.text.slice(0, shortAt) : shown.text;
  return (
    <>
      <pre class={typeof value === "string" ? "value prose-value" : "value"} tabIndex={0}>
        {shown.isJson && !folded ? <Json text={text} /> : text}
        {folded ? "…" : ""}
      </pre>
      {folded ? (
        <button type="button" class="link small" onClick={() => setWhole(true)}>
          Show all {whole(shown.text.length)} characters
        </button>
      ) : null}
      {!folded && shown.cut > 0 ? (
        <p class="small muted">{whole(shown.cut)} characters more are in the download.</p>
      ) : null}
    </>
  );
}

function Json({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {tokensOf(text).map(({ kind, text: piece }, index) =>
        kind === "plain" ? (
          piece
        ) : (
          <span key={index} class={`json-${kind}`}>
            {piece}
          </span>
        ),
      )}
    </>
  );
}
