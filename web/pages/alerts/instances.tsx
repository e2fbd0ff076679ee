import type { JSX } from "preact";
import { now } from "../../data/clock.ts";
import { clockTime } from "../../data/format.ts";
import { look } from "../../data/setting.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Ago } from "../../ui/time.tsx";
import { labelText, states, unitOf, valueText, type Instance, type Rule, type Unit } from "./alert-words.ts";

/** What is pending or firing of a rule: one line for each set of labels, with what people have said to it. */
export function Instances({
  rule,
  most = rule.instances.length,
}: {
  readonly rule: Rule;
  readonly most?: number;
}): JSX.Element {
  const { instances } = rule;
  const unit = unitOf(rule);
  const rest = instances.length - most;
  return (
    <ul class="alert-instances">
      {instances.slice(0, most).map((instance) => (
        <Line key={labelText(instance.labels)} instance={instance} unit={unit} />
      ))}
      {rest > 0 ? <li class="muted">and {rest} more</li> : null}
    </ul>
  );
}

function Line({ instance, unit }: { readonly instance: Instance; readonly unit: Unit }): JSX.Element {
  const { labels, state, since, value, ack, silencedUntil } = instance;
  return (
    <li>
      <Glyph status={states[state].glyph} label={states[state].word} />
      <span class="mono cut">{labelText(labels) || "no labels"}</span>
      <span class="mono right">{valueText(value, unit)}</span>
      <span class="muted">
        <Ago at={since} />
      </span>
      <span class="cut">
        {ack === null ? null : (
          <span title={ack.note}>
            acknowledged by {ack.by}
            {ack.note === "" ? "" : `: ${ack.note}`}
          </span>
        )}
        {silencedUntil === null ? null : (
          <span class="chip plain">silent until {clockTime(silencedUntil, now.value, look.value)}</span>
        )}
      </span>
    </li>
  );
}
