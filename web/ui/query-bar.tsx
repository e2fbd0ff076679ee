import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { termsOf, without } from "../data/query-text.ts";
import { useKeys } from "../shell/keys.ts";
import { Icon } from "./icon.tsx";
import "./query-bar.css";

export interface QueryProps {
  readonly query: string;
  readonly onQuery: (query: string) => void;
}

export interface QueryTextProps extends QueryProps {
  /** What is filtered: `Filter runs`. */
  readonly label: string;
  readonly placeholder: string;
}

/** A query as it is written; it is asked with Enter, or when the field is left. */
export function QueryText({ query, label, placeholder, onQuery }: QueryTextProps): JSX.Element {
  const [text, setText] = useState(query);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(query), [query]);
  useKeys("Filter", [{ keys: "/", does: "go to the filter", run: () => input.current?.focus() }]);
  const ask = (): void => {
    if (text.trim() !== query) onQuery(text.trim());
  };
  return (
    <form
      class="query-input"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <Icon name="search" />
      <input
        ref={input}
        aria-label={label}
        value={text}
        spellcheck={false}
        placeholder={placeholder}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") input.current?.blur();
        }}
        onBlur={ask}
      />
      <kbd>/</kbd>
    </form>
  );
}

/** The same query as chips that can be taken away. */
export function QueryChips({ query, onQuery }: QueryProps): JSX.Element | null {
  const terms = termsOf(query);
  if (terms.length === 0) return null;
  return (
    <ul class="query-chips" aria-label="Filters">
      {terms.map(({ text }) => (
        <li key={text} class="chip plain">
          <span class="mono">{text}</span>
          <button type="button" aria-label={`Remove ${text}`} onClick={() => onQuery(without(query, text))}>
            ×
          </button>
        </li>
      ))}
      <li>
        <button type="button" class="link small muted" onClick={() => onQuery("")}>
          clear
        </button>
      </li>
    </ul>
  );
}
