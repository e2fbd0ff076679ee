import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { useQuery } from "../../data/query.ts";
import { useUrlState } from "../../data/url-state.ts";
import { Page } from "../../ui/page.tsx";
import { Shown } from "../../ui/state.tsx";
import { Ago } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { quoted } from "../../data/query-text.ts";
import { changesRuns } from "../runs/run-row.ts";
import { RunTable } from "../runs/run-table.tsx";
import { InputForm } from "./input-form.tsx";
import { Schedules } from "./schedules.tsx";

/** One flow: what it does, a form that starts it, inputs that it had before, when it runs by itself, its runs. */
export function FlowPage({ name }: { readonly name: string }): JSX.Element {
  const flow = useQuery(`flow ${name}`, (signal) => tutti.flow.show({ name }, { signal }));
  const runs = useQuery(
    `runs of ${name}`,
    (signal) => tutti.run.list({ query: `flow:${quoted(name)}`, limit: 10 }, { signal }),
    { changedBy: changesRuns },
  );
  return (
    <Page title={name} answer={flow.data?.description ?? undefined}>
      <Shown answer={flow} lines={4}>
        {({ inputSchema, concurrency, version }) => (
          <div class="flow-columns">
            <div class="stack">
              <Start name={name} schema={inputSchema} />
              <section class="stack">
                <h2>Its last runs</h2>
                <Shown answer={runs}>
                  {(list) =>
                    list.length === 0 ? (
                      <p class="muted">None yet.</p>
                    ) : (
                      <RunTable runs={list} label={`Last runs of ${name}`} />
                    )
                  }
                </Shown>
              </section>
            </div>
            <aside class="stack">
              <section>
                <dl class="facts">
                  <dt>version</dt>
                  <dd>{version ?? "–"}</dd>
                  <dt>at once</dt>
                  <dd>{concurrency === null ? "as many as there is room for" : `at most ${concurrency}`}</dd>
                </dl>
              </section>
              <Schedules flow={name} />
            </aside>
          </div>
        )}
      </Shown>
    </Page>
  );
}

/** The form, filled with what `?input=` says (a run's “start one like this”) or with an input from before. */
function Start({ name, schema }: { readonly name: string; readonly schema: unknown }): JSX.Element {
  const [, navigate] = useLocation();
  const url = useUrlState();
  const [start, setStart] = useState(() => ({ turn: 0, input: fromAddress(url.get("input")) }));
  const inputs = useQuery(`inputs ${name}`, (signal) => tutti.flow.inputs({ name }, { signal }));
  const run = async (input: unknown): Promise<void> => {
    const { id } = await tutti.run.start({ flow: name, ...(input === undefined ? {} : { input }) });
    toast(`Started ${name}`);
    navigate(`/runs/${id}`);
  };
  return (
    <section class="flow-start">
      <div>
        <h2>Start</h2>
        <InputForm key={start.turn} schema={schema} start={start.input} action={`Start ${name}`} onSubmit={run} />
      </div>
      {inputs.data && inputs.data.length > 0 ? (
        <div>
          <h2>Inputs from before</h2>
          <ul class="recent-inputs">
            {inputs.data
              .filter(({ isCut }) => !isCut)
              .map(({ input, createdAt, run: id }) => (
                <li key={id}>
                  <button
                    type="button"
                    class="link cut"
                    onClick={() => setStart(({ turn }) => ({ turn: turn + 1, input }))}
                  >
                    <code>{JSON.stringify(input)}</code>
                  </button>
                  <span class="faint small">
                    <Ago at={createdAt} /> ago
                  </span>
                </li>
              ))}
          </ul>
        </div>
      ) : null}
    </section>
  );
}

function fromAddress(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // An address that somebody has shortened: the form is empty, as without it.
    return undefined;
  }
}
