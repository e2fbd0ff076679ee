import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "../../ui/dialog.tsx";
import type { Verdict } from "./verdict.ts";

export interface RejectDialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly onVerdict: (verdict: Verdict) => void;
}

/** A rejection says why: the flow, and an agent in it, is told. */
export function RejectDialog({ title, onClose, onVerdict }: RejectDialogProps): JSX.Element {
  const [text, setText] = useState("");
  const reason = text.trim();
  const reject = (event: Event): void => {
    event.preventDefault();
    if (reason === "") return;
    onVerdict({ kind: "reject", reason });
    onClose();
  };
  return (
    <Dialog title={`Reject: ${title}`} onClose={onClose}>
      <form class="stack" onSubmit={reject}>
        <label class="field">
          <span>Why? The flow is told.</span>
          <textarea
            class="input"
            rows={4}
            autofocus
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) reject(event);
            }}
          />
        </label>
        <div class="dialog-end">
          <button type="submit" class="btn primary" disabled={reason === ""}>
            Reject
          </button>
        </div>
      </form>
    </Dialog>
  );
}
