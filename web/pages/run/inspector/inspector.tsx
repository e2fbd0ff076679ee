import type { JSX, Ref } from "preact";
import { useRef } from "preact/hooks";
import { copyText } from "../../../ui/copy.ts";
import { Glyph } from "../../../ui/glyph.tsx";
import { Failure, Wait } from "../../../ui/state.tsx";
import type { LiveTexts } from "../data/live-text.ts";
import type { RunState } from "../run-state.ts";
import { glyphOf, placeOf } from "../../../score/label.ts";
import type { Score } from "../../../score/model.ts";
import type { Part } from "../../../score/tree.ts";
import { InspectorContext } from "./context.tsx";
import { MessageView } from "./message-view.tsx";
import { InspectorOverview } from "./overview.tsx";
import { Payload } from "./payload.tsx";
import { messagesOf, partUrl, toolsOf, type StepData } from "./step-data.ts";
import { useStep } from "./use-step.ts";
import { InspectorTools } from "./tools.tsx";

export interface InspectorProps {
  readonly score: Score;
  readonly state: RunState;
  readonly live: LiveTexts;
  readonly onFork: (part: Part) => void;
}

interface Tab {
  readonly id: string;
  readonly name: string;
  readonly count?: number;
}

/** One step from near: figures, messages, tools, what its model was given, and what is stored of it. */
export function Inspector({ score, state, live, onFork }: InspectorProps): JSX.Element {
  const part = score.tree.byId.get(state.selected) ?? score.tree.root;
  const step = useStep(score.timeline.run.id, storedKey(part), part.span.status);
  const tabs = tabsFor(part, step.data);
  const tab = tabs.find(({ id }) => id === state.tab) ?? tabs[0];
  return (
    <aside class={state.isInspecting ? "inspector open" : "inspector"} aria-label="Step">
      <Head part={part} state={state} />
      <TabList tabs={tabs} tab={tab?.id ?? "overview"} onTab={state.setTab} />
      <div
        class="inspector-body"
        role="tabpanel"
        id="inspector-panel"
        aria-labelledby={`inspector-tab-${tab?.id}`}
        tabIndex={0}
      >
        {step.error && tab?.id !== "overview" ? <Failure error={step.error} retry={step.reload} /> : null}
        {tab?.id === "overview" ? (
          <InspectorOverview score={score} part={part} step={step} live={live} state={state} onFork={onFork} />
        ) : step.data === undefined ? (
          step.error ? null : (
            <Wait />
          )
        ) : (
          <Panel tab={tab?.id ?? ""} step={step.data} run={score.timeline.run.id} />
        )}
      </div>
    </aside>
  );
}

/** Under which key a part is stored, if it is: the last attempt of a step is stored as the step itself. */
export function storedKey({ id, span, parent }: Part): string | null {
  if (parent === null || span.status === "running" || span.status === "pending") return null;
  if (span.isDerived !== true) return id;
  return span.kind === "attempt" ? parent.id : null;
}

function Head({ part, state }: { readonly part: Part; readonly state: RunState }): JSX.Element {
  const glyph = glyphOf(part);
  return (
    <header class="inspector-head">
      <div class="line">
        <Glyph status={glyph} label={glyph} />
        <h2 class="cut" title={part.id}>
          {part.name}
        </h2>
        <span class="push line">
          <button type="button" class="btn short quiet" title="Copy a link to this step" onClick={() => copyLink(part)}>
            Copy link <kbd>y</kbd>
          </button>
          <button type="button" class="btn short inspector-close" onClick={() => state.setInspecting(false)}>
            Close
          </button>
        </span>
      </div>
      <p class="muted small cut">{placeOf(part)}</p>
    </header>
  );
}

export function copyLink(part: Part): void {
  const url = new URL(location.href);
  url.searchParams.set("span", part.id);
  void copyText(url.href, `a link to ${part.name}`);
}

function tabsFor({ parent }: Part, step: StepData | undefined): readonly Tab[] {
  const hasModel = step?.messages !== null && step?.messages !== undefined;
  const overview: Tab = { id: "overview", name: "Overview" };
  const raw: Tab = { id: "raw", name: "Raw" };
  if (parent === null) return [overview];
  if (!hasModel) return [overview, raw];
  const { offered, used } = toolsOf(step);
  return [
    overview,
    { id: "messages", name: "Messages", count: messagesOf(step).length },
    { id: "tools", name: "Tools", count: used.length > 0 ? used.length : offered.length },
    { id: "context", name: "Context" },
    raw,
  ];
}

interface TabListProps {
  readonly tabs: readonly Tab[];
  readonly tab: string;
  readonly onTab: (tab: string) => void;
}

/** The arrows move among the tabs, as they do in every row of tabs. */
export function TabList({ tabs, tab, onTab }: TabListProps): JSX.Element {
  const list: Ref<HTMLDivElement> = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const at = tabs.findIndex(({ id }) => id === tab);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next) onTab(next.id);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[(at + by + tabs.length) % tabs.length]?.focus();
  };
  return (
    <div class="tabs inspector-tabs" role="tablist" aria-label="About the step" ref={list} onKeyDown={move}>
      {tabs.map(({ id, name, count }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`inspector-tab-${id}`}
          aria-selected={id === tab}
          aria-controls="inspector-panel"
          tabIndex={id === tab ? 0 : -1}
          onClick={() => onTab(id)}
        >
          {name}
          {count === undefined ? null : <span class="faint">{count}</span>}
        </button>
      ))}
    </div>
  );
}

interface PanelProps {
  readonly tab: string;
  readonly step: StepData;
  readonly run: string;
}

function Panel({ tab, step, run }: PanelProps): JSX.Element {
  if (tab === "messages") return <Messages step={step} run={run} />;
  if (tab === "tools") return <InspectorTools step={step} />;
  if (tab === "context") return <InspectorContext step={step} />;
  return <Raw step={step} run={run} />;
}

function Messages({ step, run }: { readonly step: StepData; readonly run: string }): JSX.Element {
  const messages = messagesOf(step);
  return (
    <div class="messages">
      {step.messages?.truncated ? (
        <p class="small muted">
          Long messages are cut.{" "}
          <a class="link" href={partUrl(run, step.key, "messages")} download="messages.json">
            Download all of them
          </a>
        </p>
      ) : null}
      {messages.map((message, index) => (
        <MessageView key={index} message={message} />
      ))}
    </div>
  );
}

function Raw({ step, run }: { readonly step: StepData; readonly run: string }): JSX.Element {
  const { input, output, error } = step;
  return (
    <div class="stack">
      <dl class="facts small">
        <dt>Key</dt>
        <dd class="mono">{step.key}</dd>
        <dt>Kind</dt>
        <dd>{step.kind}</dd>
      </dl>
      <Payload name="Input" part={input} url={partUrl(run, step.key, "input")} />
      <Payload name="Output" part={output} url={partUrl(run, step.key, "output")} />
      <Payload name="Error" part={error} url={partUrl(run, step.key, "error")} />
      {input === null && output === null && error === null ? (
        <p class="muted">Nothing is stored of what this step was given or gave.</p>
      ) : null}
    </div>
  );
}
