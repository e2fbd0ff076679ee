import type { JSX } from "preact";
import { useId } from "preact/hooks";

export interface ChoiceProps {
  readonly name: string;
  readonly options: readonly string[];
  readonly picked: readonly string[];
  readonly single?: boolean;
  readonly onPick: (values: readonly string[]) => void;
}

/** A button that opens a list of boxes to tick, in the browser's own popover. */
export function Choice({ name, options, picked, single = false, onPick }: ChoiceProps): JSX.Element {
  const id = useId().replaceAll(":", "");
  const toggle = (value: string, isOn: boolean): void => {
    const others = single ? [] : picked.filter((other) => other !== value);
    onPick(isOn ? [...others, value] : others);
  };
  return (
    <div class="choice">
      <button type="button" class="btn" popovertarget={id}>
        {name}
        {picked.length > 0 ? <span class="faint">{picked.length}</span> : null}
      </button>
      <fieldset id={id} popover="auto" class="choice-list">
        <legend class="spoken">{name}</legend>
        {options.length === 0 ? <p class="muted small">nothing to choose from</p> : null}
        {options.map((value) => (
          <label key={value} class="line">
            <input
              type={single ? "radio" : "checkbox"}
              name={id}
              checked={picked.includes(value)}
              onChange={(event) => toggle(value, event.currentTarget.checked)}
            />
            {value}
          </label>
        ))}
        {picked.length > 0 ? (
          <button type="button" class="link small muted" onClick={() => onPick([])}>
            any
          </button>
        ) : null}
      </fieldset>
    </div>
  );
}
