import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { whole } from "../../data/format.ts";
import { diffLines, partsOf, shownPart, type PayloadPart } from "./payload-part.ts";

/** Exactly what is to be approved: read as parts, or as the JSON that it is. */
export function Payload({ payload }: { readonly payload: unknown }): JSX.Element {
  const [isRaw, setIsRaw] = useState(false);
  return (
    <section class="payload">
      <div class="line">
        <h2>What it is about</h2>
        <div class="tabs push" role="group" aria-label="How to show it">
          <button type="button" aria-current={!isRaw} onClick={() => setIsRaw(false)}>
            Parts
          </button>
          <button type="button" aria-current={isRaw} onClick={() => setIsRaw(true)}>
            Raw
          </button>
        </div>
      </div>
      {isRaw ? (
        <Long text={JSON.stringify(payload, null, 2) ?? "null"} name="payload" />
      ) : (
        partsOf(payload).map((part) => <Part key={part.name} part={part} />)
      )}
    </section>
  );
}

function Part({ part }: { readonly part: PayloadPart }): JSX.Element {
  if (part.kind === "value") {
    return (
      <div class="payload-value">
        {part.name === "" ? null : <span class="muted">{part.name}</span>}
        <code>{part.text}</code>
      </div>
    );
  }
  return (
    <div class="payload-block">
      {part.name === "" ? null : <h3>{part.name}</h3>}
      {part.kind === "diff" ? <Diff text={part.text} /> : <Long text={part.text} name={part.name} />}
    </div>
  );
}

function Long({ text, name }: { readonly text: string; readonly name: string }): JSX.Element {
  const { text: shown, left } = shownPart(text);
  return (
    <>
      <pre class="payload-text" tabIndex={0}>
        {shown}
      </pre>
      {left > 0 ? <Rest text={text} left={left} name={name} /> : null}
    </>
  );
}

function Rest({
  text,
  left,
  name,
}: {
  readonly text: string;
  readonly left: number;
  readonly name: string;
}): JSX.Element {
  const download = (): void => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = `${name || "payload"}.txt`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <p class="is-warn">
      {whole(left)} more characters are not shown here: a tab could not hold them.{" "}
      <button type="button" class="link" onClick={download}>
        Download the whole text
      </button>
    </p>
  );
}

const signs = { new: "+", old: "−", same: "", file: "", place: "", note: "" };

function Diff({ text }: { readonly text: string }): JSX.Element {
  const { text: shown, left } = shownPart(text);
  return (
    <>
      <div class="diff" role="table" aria-label="Changes" tabIndex={0}>
        {diffLines(shown).map(({ kind, text: line, oldLine, newLine }, index) =>
          kind === "file" || kind === "place" || kind === "note" ? (
            <div key={index} role="row" class={`diff-${kind}`}>
              <span role="cell">{line}</span>
            </div>
          ) : (
            <div key={index} role="row" class={`diff-line diff-${kind}`}>
              <span role="cell" class="nr">
                {oldLine}
              </span>
              <span role="cell" class="nr">
                {newLine}
              </span>
              <span role="cell" class="sign">
                {signs[kind]}
              </span>
              <span role="cell">{line}</span>
            </div>
          ),
        )}
      </div>
      {left > 0 ? <Rest text={text} left={left} name="changes" /> : null}
    </>
  );
}
