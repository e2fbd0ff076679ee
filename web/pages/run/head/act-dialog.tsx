import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "../../../ui/dialog.tsx";
import { Failure } from "../../../ui/state.tsx";

export interface ActDialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** The verb on the button, with what it acts on. */
  readonly act: string;
  readonly keep: string;
  readonly onClose: () => void;
  /** Closes when it has worked; what it throws is shown. */
  readonly run: () => Promise<void>;
}

/** Says what will happen before it does, and stays open with the reason where it did not. */
export function ActDialog({ title, children, act, keep, onClose, run }: ActDialogProps): JSX.Element {
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const go = async (): Promise<void> => {
    setBusy(true);
    try {
      await run();
      onClose();
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown : new Error(String(thrown)));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      end={
        <>
          <button type="button" class="btn quiet" onClick={onClose}>
            {keep}
          </button>
          <button type="button" class="btn primary" disabled={isBusy} onClick={() => void go()}>
            {act}
          </button>
        </>
      }
    >
      {children}
      {error ? <Failure error={error} /> : null}
    </Dialog>
  );
}
