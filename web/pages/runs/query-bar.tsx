import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useCall } from "../../data/query.ts";
import { flows as flowList } from "../../first.ts";
import { useKeys } from "../../shell/keys.ts";
import { Icon } from "../../ui/icon.tsx";
import { Choice } from "./choice.tsx";
import { termsOf, valuesOf, withTerm, without } from "./query-text.ts";

const statuses = ["queued", "running", "waiting", "paused", "succeeded", "failed", "cancelled"];
const spans = ["1h", "24h", "7d", "30d"];

interface QueryProps {
  readonly query: string;
  readonly onQuery: (query: string) => void;
}

/** The query as text and, under it, the same as chips that can be taken away. */
export function QueryBar({ query, onQuery }: QueryProps): JSX.Element {
  const flows = useCall(flowList);
  const choose = (key: string) => ({
    picked: valuesOf(query, key),
    onPick: (values: readonly string[]) => onQuery(withTerm(query, key, values.length === 0 ? null : values.join(","))),
  });
  return (
    <>
      <div class="query-bar">
        <QueryText query={query} onQuery={onQuery} />
        <Choice name="State" options={statuses} {...choose("status")} />
        <Choice name="Flow" options={(flows.data ?? []).map(({ name }) => name)} {...choose("flow")} />
        <Choice name="Since" options={spans} single {...choose("since")} />
      </div>
      <Chips query={query} onQuery={onQuery} />
    </>
  );
}

function QueryText({ query, onQuery }: QueryProps): JSX.Element {
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
        aria-label="Filter runs"
        value={text}
        spellcheck={false}
        placeholder='status:failed flow:triage error:"ECONNREFUSED" since:24h'
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

function Chips({ query, onQuery }: QueryProps): JSX.Element | null {
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
