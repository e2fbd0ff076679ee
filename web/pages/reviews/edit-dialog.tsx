import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { lazy } from "../../data/lazy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { editable, parseEdited, type Verdict } from "./verdict.ts";

const WordDiff = lazy(async () => (await import("./word-diff.tsx")).WordDiff);

export interface EditDialogProps {
  readonly review: { readonly title: string; readonly payload: unknown };
  readonly onClose: () => void;
  readonly onVerdict: (verdict: Verdict) => void;
}

/** The payload as text to change, what is changed under it, and a button that approves exactly that. */
export function EditDialog({ review, onClose, onVerdict }: EditDialogProps): JSX.Element {
  const [original] = useState(() => editable(review.payload));
  const [text, setText] = useState(original);
  const edited = parseEdited(text, review.payload);
  const problem = "problem" in edited ? edited.problem : null;
  const approve = (): void => {
    if ("problem" in edited) return;
    onVerdict({ kind: "approve", payload: edited.payload });
    onClose();
  };
  return (
    <Dialog
      title={`Edit: ${review.title}`}
      onClose={onClose}
      end={
        <button type="button" class="btn primary" disabled={problem !== null || text === original} onClick={approve}>
          Approve as edited
        </button>
      }
    >
      <label class="field">
        <span>{typeof review.payload === "string" ? "Text" : "JSON"}</span>
        <textarea
          class="input mono"
          rows={14}
          spellcheck={false}
          value={text}
          aria-invalid={problem !== null}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {problem === null ? null : <span class="wrong">{problem}</span>}
      </label>
      {text === original ? <p class="muted">Nothing is changed yet.</p> : <WordDiff before={original} after={text} />}
    </Dialog>
  );
}
