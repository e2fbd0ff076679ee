import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { bytes, count, plural } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { useUrlState } from "../../data/url-state.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Shown } from "../../ui/state.tsx";
import { Advice } from "./advice.tsx";
import { ModelFacts } from "./model-facts.tsx";
import { PullDialog } from "./pull-dialog.tsx";
import { Servers } from "./servers.tsx";
import "./models.css";

/** What is in memory and who waits for it; what is installed and what a probe has found; what `auto` would take. */
export function ModelsPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  const models = useQuery("models", (signal) => tutti.models.list({}, { signal }), { everyMs: 30_000 });
  const [isPulling, setIsPulling] = useState(false);
  const action = (
    <button type="button" class="btn" onClick={() => setIsPulling(true)}>
      Pull a model
    </button>
  );
  return (
    <Page title="Models" answer={models.data ? answerOf(models.data) : undefined} action={action}>
      <div class="models">
        <Servers />
        <section>
          <h2>Installed</h2>
          <Shown answer={models} lines={5}>
            {(list) =>
              list.length === 0 ? (
                <Empty title="No model is installed" command="tutti models pull llama3.2" />
              ) : (
                <ModelTable models={list} onChange={models.reload} />
              )
            }
          </Shown>
        </section>
        <Advice />
      </div>
      {isPulling ? <PullDialog onClose={() => (setIsPulling(false), models.reload())} /> : null}
    </Page>
  );
}

type Model = Awaited<ReturnType<typeof tutti.models.list>>[number];

function ModelTable({
  models,
  onChange,
}: {
  readonly models: readonly Model[];
  readonly onChange: () => void;
}): JSX.Element {
  const url = useUrlState();
  const open = url.get("model");
  return (
    <table class="table models-table" aria-label="Installed models">
      <thead>
        <tr>
          <th>model</th>
          <th class="c-kind">kind</th>
          <th class="c-num num">size</th>
          <th class="c-num num wide">context</th>
          <th class="c-memory wide">in memory</th>
          <th class="c-probe">probed</th>
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <ModelRow
            key={model.model}
            model={model}
            isOpen={model.model === open}
            onToggle={() => url.set({ model: model.model === open ? null : model.model }, { replace: true })}
            onChange={onChange}
          />
        ))}
      </tbody>
    </table>
  );
}

interface ModelRowProps {
  readonly model: Model;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onChange: () => void;
}

function ModelRow({ model, isOpen, onToggle, onChange }: ModelRowProps): JSX.Element {
  const { name, provider, kind, sizeBytes, contextLength, loaded, loadedContext, problem, probe } = model;
  return (
    <>
      <tr data-link aria-selected={isOpen} onClick={onToggle}>
        <td title={problem ?? undefined}>
          <button
            type="button"
            class="link"
            aria-expanded={isOpen}
            onClick={(event) => {
              event.stopPropagation();
              onToggle();
            }}
          >
            <b>{name}</b>
          </button>
          <span class="aside">{problem ?? provider}</span>
        </td>
        <td>{kind}</td>
        <td class="num">{bytes(sizeBytes)}</td>
        <td class="num wide">{count(contextLength)}</td>
        <td class="wide">
          {loaded ? (
            <span class="status">
              <Glyph status="running" /> {count(loadedContext)} tokens
            </span>
          ) : (
            <span class="faint">no</span>
          )}
        </td>
        <td>
          {probe === null ? (
            <span class="faint">not yet</span>
          ) : probe.isStale ? (
            <span class="is-warn">before it changed</span>
          ) : (
            "yes"
          )}
        </td>
      </tr>
      {isOpen ? (
        <tr class="model-open">
          <td colSpan={6}>
            <ModelFacts model={model.model} onChange={onChange} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function answerOf(list: readonly Model[]): string {
  const loaded = list.filter((model) => model.loaded).length;
  const unprobed = list.filter(({ kind, probe }) => kind === "chat" && probe === null).length;
  const memory = loaded === 0 ? "none in memory" : `${loaded} in memory`;
  return `${plural(list.length, "model")}, ${memory}${unprobed > 0 ? `; ${plural(unprobed, "chat model")} not probed yet` : ""}.`;
}
