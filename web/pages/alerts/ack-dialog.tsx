import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure } from "../../ui/state.tsx";
import { toast } from "../../ui/toast.tsx";
import type { Rule } from "./alert-words.ts";
import { useAct } from "./use-act.ts";

/** Somebody knows of it: no more reminders until it is over. */
export function AckDialog({ rule, onClose }: { readonly rule: Rule; readonly onClose: () => void }): JSX.Element {
  const [note, setNote] = useState("");
  const { act, failure, isBusy } = useAct();
  const submit = (event: Event): void => {
    event.preventDefault();
    act(
      () => tutti.alert.ack({ name: rule.name, note }),
      () => (toast(`${rule.name} is acknowledged`), onClose()),
    );
  };
  return (
    <Dialog title={`Acknowledge ${rule.name}`} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <label class="field">
          <span>What is being done about it?</span>
          <input class="input" autofocus value={note} onInput={(event) => setNote(event.currentTarget.value)} />
          <span class="note">Nobody is reminded of it until it is over. When it fires again, it is a new alert.</span>
        </label>
        {failure ? <Failure error={failure} /> : null}
        <div class="dialog-end">
          <button type="submit" class="btn primary" disabled={isBusy}>
            Acknowledge
          </button>
        </div>
      </form>
    </Dialog>
  );
}
