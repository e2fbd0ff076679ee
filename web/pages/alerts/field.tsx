import type { JSX } from "preact";

export type Change<Form> = (part: Partial<Form>) => void;

export interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
  readonly isMono?: boolean;
  /** Values to choose from, among others. */
  readonly list?: readonly string[];
}

export function Text({ label, value, placeholder, onChange, isMono = false, list }: TextProps): JSX.Element {
  const id = `list-${label.replaceAll(/\W+/g, "-")}`;
  return (
    <label class="field">
      <span>{label}</span>
      <input
        class={isMono ? "input mono" : "input"}
        value={value}
        placeholder={placeholder}
        spellcheck={!isMono}
        list={list === undefined ? undefined : id}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {list === undefined ? null : (
        <datalist id={id}>
          {list.map((entry) => (
            <option key={entry} value={entry} />
          ))}
        </datalist>
      )}
    </label>
  );
}

export interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly word: string }[];
  readonly onChange: (value: Value) => void;
}

export function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select
        class="input"
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.currentTarget.value);
          if (chosen) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.word}
          </option>
        ))}
      </select>
    </label>
  );
}
