import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { useQuery } from "../../data/query.ts";
import { useUrlState } from "../../data/url-state.ts";
import { useKeys } from "../../shell/keys.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Shown } from "../../ui/state.tsx";
import { Ago } from "../../ui/time.tsx";
import { answerOf, changesAlerts, groupsOf, isKnown, states, type Group, type Rule } from "./alert-words.ts";
import { AlertDialogs } from "./dialogs.tsx";
import { Instances } from "./instances.tsx";
import { Silences } from "./silences.tsx";
import { StateLine } from "./state-line.tsx";

// As often as rules are looked at.
const everyMs = 15_000;

/** Every rule, grouped by its state: what fires stands first, with what can be done about it. */
export function AlertList(): JSX.Element {
  const url = useUrlState();
  const rules = useQuery("alerts", (signal) => tutti.alert.list({}, { signal }), { changedBy: changesAlerts, everyMs });
  const groups = groupsOf(rules.data ?? []);
  const order = groups.flatMap((group) => group.rules);
  const picked = usePick(order);
  const action = (
    <button type="button" class="btn" onClick={() => url.set({ do: "new" })}>
      New rule
    </button>
  );
  return (
    <Page title="Alerts" answer={rules.data ? answerOf(rules.data) : undefined} action={action}>
      <Silences />
      <Shown answer={rules} lines={8}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="There is no rule" command="tutti alert add" />
          ) : (
            groups.map((group) => <RuleGroup key={group.state} group={group} picked={picked} />)
          )
        }
      </Shown>
      <AlertDialogs rule={order.find(({ name }) => name === url.get("of")) ?? null} onDone={rules.reload} />
    </Page>
  );
}

/** j, k and the keys of what is picked; the name of the rule that is. */
function usePick(order: readonly Rule[]): string | undefined {
  const [, navigate] = useLocation();
  const url = useUrlState();
  const [picked, setPicked] = useState<string | undefined>();
  const at = order.findIndex(({ name }) => name === picked);
  const move = (by: number): void => {
    const next = order[Math.max(0, Math.min(order.length - 1, at + by))];
    if (!next) return;
    setPicked(next.name);
    document.getElementById(`alert-${next.name}`)?.scrollIntoView({ block: "nearest" });
  };
  const withPicked = (act: (rule: Rule) => void) => () => {
    const rule = order[at];
    if (rule) act(rule);
  };
  useKeys("Alerts", [
    { keys: "j", does: "next rule", run: () => move(1) },
    { keys: "k", does: "previous rule", run: () => move(-1) },
    { keys: "Enter", does: "open the rule", run: withPicked(({ name }) => navigate(`/alerts/${name}`)) },
    {
      keys: "a",
      does: "acknowledge what fires",
      run: withPicked(({ name, state }) => state === "firing" && url.set({ do: "ack", of: name })),
    },
    { keys: "h", does: "silence the rule", run: withPicked(({ name }) => url.set({ do: "silence", of: name })) },
    { keys: "n", does: "new rule", run: () => url.set({ do: "new" }) },
  ]);
  return picked;
}

function RuleGroup({ group, picked }: { readonly group: Group; readonly picked: string | undefined }): JSX.Element {
  return (
    <section class="alert-group" aria-label={group.heading}>
      <h2>
        {group.heading} <span class="aside">{group.rules.length}</span>
      </h2>
      <ul>
        {group.rules.map((rule) => (
          <RuleLine key={rule.name} rule={rule} isPicked={rule.name === picked} />
        ))}
      </ul>
    </section>
  );
}

// More of one rule are on its own page.
const mostInstances = 5;

function RuleLine({ rule, isPicked }: { readonly rule: Rule; readonly isPicked: boolean }): JSX.Element {
  const url = useUrlState();
  const { name, summary, severity, state, since, problem, instances } = rule;
  const isFiring = state === "firing";
  return (
    <li id={`alert-${name}`} class={isPicked ? "alert-rule is-picked" : "alert-rule"}>
      <Glyph status={states[state].glyph} label={states[state].word} />
      <span class="alert-name">
        <Link href={`/alerts/${name}`} class="link">
          <b>{name}</b>
        </Link>
        <span class="muted">{problem ?? summary}</span>
      </span>
      <span class={`alert-severity ${isFiring ? `is-${severity}` : "muted"}`}>{severity}</span>
      <StateLine rule={rule} />
      <span class="alert-since muted">{since === null ? "" : <Ago at={since} />}</span>
      <span class="alert-acts">
        {isFiring && !isKnown(rule) ? (
          <button type="button" class="btn short" onClick={() => url.set({ do: "ack", of: name })}>
            Acknowledge
          </button>
        ) : null}
        {isFiring ? (
          <button type="button" class="btn short quiet" onClick={() => url.set({ do: "silence", of: name })}>
            Silence
          </button>
        ) : null}
      </span>
      {instances.length > 0 ? <Instances rule={rule} most={mostInstances} /> : null}
    </li>
  );
}
