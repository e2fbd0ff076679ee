import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { duration } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { useUrlState } from "../../data/url-state.ts";
import { useKeys } from "../../shell/keys.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Page } from "../../ui/page.tsx";
import { Failure, Shown } from "../../ui/state.tsx";
import { Ago } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { changesAlerts, isKnown, labelText, queryText, states, unitOf, type WholeRule } from "./alert-words.ts";
import { AlertDialogs } from "./dialogs.tsx";
import { AlertHistory } from "./alert-history.tsx";
import { Instances } from "./instances.tsx";
import { PreviewChart } from "./preview-chart.tsx";
import { Silences } from "./silences.tsx";
import { StateLine } from "./state-line.tsx";
import { TestResult } from "./test-result.tsx";
import { useAct } from "./use-act.ts";

const everyMs = 15_000;

/** One rule: what fires, why, what can be done, and what it did before. */
export function AlertDetail({ name }: { readonly name: string }): JSX.Element {
  const rule = useQuery(`alert ${name}`, (signal) => tutti.alert.get({ name }, { signal }), {
    changedBy: changesAlerts,
    everyMs,
  });
  return (
    <Page title={name} answer={rule.data?.summary}>
      <Shown answer={rule} lines={8}>
        {(found) => <Detail rule={found} onDone={rule.reload} />}
      </Shown>
    </Page>
  );
}

function Detail({ rule, onDone }: { readonly rule: WholeRule; readonly onDone: () => void }): JSX.Element {
  const { name, state, since, problem, instances } = rule;
  return (
    <>
      <div class="alert-head">
        <span class="status">
          <Glyph status={states[state].glyph} />
          <b>{states[state].word}</b>
        </span>
        {since === null ? null : (
          <span class="muted">
            for <Ago at={since} />
          </span>
        )}
        {problem === null ? null : <span class="is-warn">{problem}</span>}
        <StateLine rule={rule} />
      </div>
      <Acts rule={rule} onDone={onDone} />
      <Silences rule={name} />
      {instances.length > 0 ? <Instances rule={rule} /> : null}
      <div class="alert-columns">
        <section>
          <Past rule={rule} />
          <AlertHistory rule={rule} newest={rule.history[0]?.id ?? 0} />
        </section>
        <aside>
          <Facts rule={rule} />
        </aside>
      </div>
      <AlertDialogs rule={rule} onDone={onDone} />
    </>
  );
}

function Acts({ rule, onDone }: { readonly rule: WholeRule; readonly onDone: () => void }): JSX.Element {
  const { name, state, isEnabled, isDefault, isChanged } = rule;
  const url = useUrlState();
  const [, navigate] = useLocation();
  const { act, failure, isBusy } = useAct();
  const test = useAct();
  const open = (what: string) => (): void => url.set({ do: what });
  useKeys("Alert", [
    { keys: "a", does: "acknowledge what fires", run: () => state === "firing" && url.set({ do: "ack" }) },
    { keys: "h", does: "silence the rule", run: open("silence") },
    { keys: "e", does: "change the rule", run: open("edit") },
    { keys: "u", does: "back to the list", run: () => navigate("/alerts") },
  ]);
  const flip = (): void =>
    act(
      () => (isEnabled ? tutti.alert.disable({ name }) : tutti.alert.enable({ name })),
      () => (toast(`${name} is ${isEnabled ? "switched off" : "watched again"}`), onDone()),
    );
  const remove = (): void =>
    act(
      () => tutti.alert.remove({ name }),
      () => {
        toast(isDefault ? `${name} is as it came with Tutti` : `${name} is removed`);
        if (isDefault) onDone();
        else navigate("/alerts");
      },
    );
  return (
    <>
      <div class="alert-buttons">
        {state === "firing" && !isKnown(rule) ? (
          <button type="button" class="btn primary" onClick={open("ack")}>
            Acknowledge
          </button>
        ) : null}
        <button type="button" class="btn" onClick={open("silence")}>
          Silence
        </button>
        <TestResult name={name} test={test} />
        <button type="button" class="btn" onClick={open("edit")}>
          Change
        </button>
        <button type="button" class="btn" onClick={flip} disabled={isBusy}>
          {isEnabled ? "Switch off" : "Switch on"}
        </button>
        {!isDefault || isChanged ? (
          <button type="button" class="btn" onClick={remove} disabled={isBusy}>
            {isDefault ? "Take the change back" : "Remove"}
          </button>
        ) : null}
      </div>
      {failure ? <Failure error={failure} /> : null}
    </>
  );
}

function Facts({ rule }: { readonly rule: WholeRule }): JSX.Element {
  const { forMs, severity, channels, labels, advice, isDefault, isChanged } = rule;
  const told = channels === null ? "as alerts.channels says" : channels.join(", ") || "nobody";
  return (
    <dl class="facts">
      {advice === "" ? null : (
        <>
          <dt>What to do</dt>
          <dd>{advice}</dd>
        </>
      )}
      <dt>Looks at</dt>
      <dd>
        <code>{queryText(rule)}</code>
      </dd>
      <dt>Fires</dt>
      <dd>{forMs === 0 ? "at once" : `after ${duration(forMs)}`}</dd>
      <dt>Severity</dt>
      <dd>{severity}</dd>
      <dt>Told by</dt>
      <dd>{told}</dd>
      {Object.keys(labels).length === 0 ? null : (
        <>
          <dt>Labels</dt>
          <dd class="mono">{labelText(labels)}</dd>
        </>
      )}
      <dt>From</dt>
      <dd>{isDefault ? `Tutti${isChanged ? ", changed here" : ""}` : "this project"}</dd>
    </dl>
  );
}

const ranges = ["6h", "24h", "7d"] as const;

/** What the rule looked at, and when it would have fired as it is now. */
function Past({ rule }: { readonly rule: WholeRule }): JSX.Element {
  const { name, query, forMs, isEnabled } = rule;
  const url = useUrlState();
  const since = ranges.find((range) => range === url.get("since")) ?? "24h";
  const key = `alert.preview ${name} ${since} ${JSON.stringify([query, forMs, isEnabled])}`;
  const preview = useQuery(key, (signal) => tutti.alert.preview({ name, since }, { signal }), { everyMs: 60_000 });
  return (
    <section>
      <div class="line alert-ranges">
        <h2>The rule as it is now</h2>
        <span class="push line" role="group" aria-label="How far back">
          {ranges.map((range) => (
            <button
              key={range}
              type="button"
              class="btn short"
              aria-pressed={range === since}
              onClick={() => url.set({ since: range === "24h" ? null : range }, { replace: true })}
            >
              {range}
            </button>
          ))}
        </span>
      </div>
      <Shown answer={preview} lines={4}>
        {(found) => <PreviewChart preview={found} unit={unitOf(rule)} />}
      </Shown>
    </section>
  );
}
