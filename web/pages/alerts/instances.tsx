import type { JSX } from "preact";
import { now } from "../../data/clock.ts";
import { clockTime } from "../../data/format.ts";
import { look } from "../../data/setting.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Ago } from "../../ui/time.tsx";
import { labelText, states, valueText, type Instance } from "./alert-words.ts";

/** What is pending or firing of a rule: one line for each set of labels, with what people have said to it. */
export function Instances({
  instances,
  most = instances.length,
}: {
  readonly instances: readonly Instance[];
  readonly most?: number;
}): JSX.Element {
  const rest = instances.length - most;
  return (
    <ul class="alert-instances">
      {instances.slice(0, most).map((instance) => (
        <Line key={labelText(instance.labels)} instance={instance} />
      ))}
      {rest > 0 ? <li class="muted">and {rest} more</li> : null}
    </ul>
  );
}

function Line({ instance }: { readonly instance: Instance }): JSX.Element {
  const { labels, state, since, value, ack, silencedUntil } = instance;
  return (
    <li>
      <Glyph status={states[state].glyph} label={states[state].word} />
      <span class="mono cut">{labelText(labels) || "no labels"}</span>
      <span class="mono right">{valueText(value)}</span>
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
