import type { JSX } from "preact";
import { copyText } from "./copy.ts";

/** A line for the terminal, with a button that copies it. */
export function Command({ text }: { readonly text: string }): JSX.Element {
  return (
    <div class="command">
      <code tabIndex={0}>{text}</code>
      <button type="button" class="btn short" onClick={() => void copyText(text, "the command")}>
        Copy
      </button>
    </div>
  );
}
