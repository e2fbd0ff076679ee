import type { JSX } from "preact";
import { shortId } from "../data/format.ts";
import { copyText } from "./copy.ts";

/** An id in short; a click copies the whole one. */
export function Id({ id }: { readonly id: string }): JSX.Element {
  return (
    <button
      type="button"
      class="id-copy mono"
      title={`${id}: click to copy`}
      onClick={(event) => {
        event.stopPropagation();
        void copyText(id, id);
      }}
    >
      {shortId(id)}
    </button>
  );
}
