import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import { FollowLine, useFollowing } from "./following.tsx";

/** Downloads a model. Closing it stops the download; the next try goes on where it stopped. */
export function PullDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [model, setModel] = useState("");
  const pull = useFollowing();
  const begin = (event: Event): void => {
    event.preventDefault();
    pull.begin(
      (signal) => tutti.models.pull({ model: model.trim() }, { signal }),
      () => {
        toast(`Pulled ${model}`);
        onClose();
      },
    );
  };
  return (
    <Dialog title="Pull a model" onClose={onClose}>
      <form class="stack" onSubmit={begin}>
        <label class="field">
          <span>Name</span>
          <input
            class="input"
            autofocus
            placeholder="llama3.2:3b"
            value={model}
            onInput={(event) => setModel(event.currentTarget.value)}
          />
          <span class="note">The model server goes online for it; Tutti does not.</span>
        </label>
        <FollowLine following={pull} />
        <div class="dialog-end">
          {pull.isAtWork ? (
            <button type="button" class="btn" onClick={pull.stop}>
              Stop
            </button>
          ) : null}
          <button type="submit" class="btn primary" disabled={model.trim() === "" || pull.isAtWork}>
            Pull
          </button>
        </div>
      </form>
    </Dialog>
  );
}
