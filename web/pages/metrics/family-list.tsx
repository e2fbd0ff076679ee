import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { useKeys } from "../../shell/keys.ts";
import { Icon } from "../../ui/icon.tsx";
import type { ChosenFigure } from "./chart-choice.ts";
import { groupsOf, shortName, type Family } from "./family.ts";
import type { MetricsPlace } from "./use-page.ts";
import "../../ui/query-bar.css";

interface FamilyListProps {
  readonly families: readonly Family[];
  readonly place: MetricsPlace;
}

const plain = (metric: string): ChosenFigure => ({ metric, way: null, by: [], where: {} });

/** All that is counted, by what it is about; a word finds it by its name, its labels or what it means. */
export function FamilyList({ families, place }: FamilyListProps): JSX.Element {
  const [search, setSearch] = useState("");
  const [, navigate] = useLocation();
  const input = useRef<HTMLInputElement>(null);
  const groups = groupsOf(families, search);
  const [first] = groups.flatMap((group) => group.families);
  useKeys("Figures", [{ keys: "/", does: "find a figure", run: () => input.current?.focus() }]);
  return (
    <div class="metric-list">
      <form
        class="query-input"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          if (first) navigate(place.linkTo(plain(first.name)));
        }}
      >
        <Icon name="search" />
        <input
          ref={input}
          aria-label="Find a figure"
          placeholder="queue, tokens, memory"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      </form>
      <div class="metric-groups" tabIndex={-1}>
        {groups.length === 0 ? (
          <p class="muted small">Nothing that is counted has this in its name or meaning.</p>
        ) : null}
        {groups.map(({ name, families: own }) => (
          <section key={name} aria-label={name}>
            <h2 class="metric-group">{name}</h2>
            <ul>
              {own.map((family) => (
                <Item key={family.name} family={family} place={place} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}

function Item({ family, place }: { readonly family: Family; readonly place: MetricsPlace }): JSX.Element {
  const { name, help, isStored } = family;
  const isHere = place.choice !== null && "metric" in place.choice && place.choice.metric === name;
  return (
    <li>
      <Link
        class={isStored ? "metric-item" : "metric-item is-empty"}
        href={place.linkTo(plain(name))}
        aria-current={isHere ? "true" : undefined}
        title={[name, help, isStored ? "" : "Nothing of it has been kept yet."].filter(Boolean).join("\n")}
      >
        <span class="cut">{shortName(name)}</span>
        {isStored ? null : <span class="push small faint">none yet</span>}
      </Link>
    </li>
  );
}
