import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Failure, Wait } from "../../ui/state.tsx";
import { Clock } from "../../ui/time.tsx";
import { labelText, states, unitOf, valueText, type Change, type Rule, type Unit } from "./alert-words.ts";
import { useAct } from "./use-act.ts";

const pageSize = 20;

/** How a rule went from one state to another, the newest first, as far back as anybody asks for. */
export function AlertHistory({ rule, newest }: { readonly rule: Rule; readonly newest: number }): JSX.Element {
  const { name } = rule;
  const unit = unitOf(rule);
  const [changes, setChanges] = useState<readonly Change[] | null>(null);
  const [isAll, setIsAll] = useState(false);
  const { act, failure, isBusy } = useAct();
  const load = (before: number | undefined, kept: readonly Change[]): void =>
    act(
      () => tutti.alert.history({ name, limit: pageSize, ...(before === undefined ? {} : { before }) }),
      (page) => {
        setChanges([...kept, ...page]);
        setIsAll(page.length < pageSize);
      },
    );
  useEffect(() => load(undefined, []), [name, newest]);
  return (
    <section class="alert-history">
      <h2>What has happened</h2>
      {failure ? <Failure error={failure} /> : null}
      {changes === null ? (
        failure ? null : (
          <Wait lines={3} />
        )
      ) : changes.length === 0 ? (
        <p class="muted">It has been normal for as long as anybody has looked.</p>
      ) : (
        <ul>
          {changes.map((change) => (
            <Line key={change.id} change={change} unit={unit} />
          ))}
        </ul>
      )}
      {changes === null || isAll || changes.length === 0 ? null : (
        <button type="button" class="btn short" disabled={isBusy} onClick={() => load(changes.at(-1)?.id, changes)}>
          Earlier
        </button>
      )}
    </section>
  );
}

function Line({ change, unit }: { readonly change: Change; readonly unit: Unit }): JSX.Element {
  const { at, labels, before, state, value, note } = change;
  return (
    <li>
      <Glyph status={states[state].glyph} />
      <span class="muted">
        <Clock at={at} />
      </span>
      <span>
        {states[before].word} → <b>{states[state].word}</b>
      </span>
      <span class="mono right">{value === null ? "" : valueText(value, unit)}</span>
      <span class="cut">
        <span class="mono">{labelText(labels)}</span> <span class="muted">{note}</span>
      </span>
    </li>
  );
}
