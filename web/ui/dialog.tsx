import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** The buttons, the one that acts last. */
  readonly end?: ComponentChildren;
}

/** The browser's own dialog: it keeps the focus inside, closes by Esc, and gives the focus back. */
export function Dialog({ title, onClose, children, end }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog
      ref={element}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => {
        // Outside of the box the dialog itself is hit: its padding is none.
        if (event.target === element.current) element.current?.close();
      }}
    >
      <div class="dialog-body">
        <h2>{title}</h2>
        {children}
        {end === undefined ? null : <div class="dialog-end">{end}</div>}
      </div>
    </dialog>
  );
}
