import type { JSX } from "preact";
import { look, setLook } from "../data/setting.ts";
import { Dialog } from "../ui/dialog.tsx";
import { boundKeys, keyLabel } from "./keys.ts";

/** The keys that work here and now, from the table that binds them. */
export function KeyList({ onClose }: { readonly onClose: () => void }): JSX.Element {
  return (
    <Dialog title="Keys of this page" onClose={onClose}>
      {boundKeys().map(({ name, bindings }) => (
        <section key={name} class="stack">
          <h3>{name}</h3>
          <dl class="facts">
            {bindings.map(({ keys, does }) => (
              <>
                <dt key={keys}>
                  {keys.split(" ").map((key) => (
                    <kbd key={key}>{keyLabel(key)}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </>
            ))}
          </dl>
        </section>
      ))}
      <label class="line">
        <input
          type="checkbox"
          checked={look.value.letterKeys}
          onChange={(event) => setLook({ letterKeys: event.currentTarget.checked })}
        />
        Single letters are keys
      </label>
    </Dialog>
  );
}
