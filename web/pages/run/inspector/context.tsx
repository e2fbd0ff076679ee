import type { JSX } from "preact";
import { count, percent, plural } from "../../../data/format.ts";
import { isRecord, messagesOf, toolsOf, type StepData } from "./step-data.ts";
import { fitNotes, sharesOf } from "./window-share.ts";

/** What was in front of the model: how much of it was what, and how it was asked. */
export function InspectorContext({ step }: { readonly step: StepData }): JSX.Element {
  const shares = sharesOf(messagesOf(step));
  const { offered } = toolsOf(step);
  const notes = fitNotes(step.output?.value);
  return (
    <div class="stack">
      <section>
        <h3>
          In front of the model <span class="faint small">by length; servers count tokens only in all</span>
        </h3>
        <table class="table shares">
          <tbody>
            {shares.map(({ role, messages, characters, share }) => (
              <tr key={role}>
                <td>{role}</td>
                <td class="num">{messages}</td>
                <td class="num">{count(characters)}</td>
                <td>
                  <span class="share" title={percent(share)}>
                    <i style={{ width: `${Math.max(1, share * 100)}%` }} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p class="small muted">
          {offered.length === 0
            ? "No tools were described to it."
            : `${plural(offered.length, "tool")} were described to it besides.`}
        </p>
      </section>
      {notes.length > 0 ? (
        <section>
          <h3>To make it fit</h3>
          {notes.map((note) => (
            <p key={note} class="is-warn small">
              {note}
            </p>
          ))}
        </section>
      ) : null}
      <Options options={step.options} />
    </div>
  );
}

function Options({ options }: { readonly options: unknown }): JSX.Element {
  const entries = isRecord(options) ? Object.entries(options).filter(([, value]) => value !== null) : [];
  return (
    <section>
      <h3>Asked with</h3>
      {entries.length === 0 ? <p class="small muted">Nothing set: the model as it was made.</p> : null}
      <dl class="facts small">
        {entries.map(([name, value]) => (
          <>
            <dt key={name}>{name}</dt>
            <dd class="mono">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
