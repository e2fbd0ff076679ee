import type { JSX } from "preact";
import { CallView } from "./message-view.tsx";
import { toolsOf, type StepData } from "./step-data.ts";

/** What the model could call, and what it called. */
export function InspectorTools({ step }: { readonly step: StepData }): JSX.Element {
  const { offered, used } = toolsOf(step);
  const names = new Set(used.map(({ name }) => name));
  if (offered.length === 0) return <p class="muted">No tool was offered to this model.</p>;
  return (
    <div class="stack">
      <section>
        <h3>
          Used <span class="faint small">{used.length}</span>
        </h3>
        {used.length === 0 ? <p class="muted small">It called none of them.</p> : null}
        {used.map((call, index) => (
          <CallView key={index} call={call} />
        ))}
      </section>
      <section>
        <h3>
          Offered <span class="faint small">{offered.length}</span>
        </h3>
        <dl class="tool-list">
          {offered.map(({ name, description }) => (
            <div key={name}>
              <dt>
                <code>{name}</code> {names.has(name) ? <span class="faint small">used</span> : null}
              </dt>
              <dd class="small muted">{description}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}
