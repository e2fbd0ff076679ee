import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { tutti } from "../../../data/api.ts";
import { clockTime, count, duration } from "../../../data/format.ts";
import { look } from "../../../data/setting.ts";
import { useQuery } from "../../../data/query.ts";
import { glyphOf } from "../../../score/label.ts";
import type { Score } from "../../../score/model.ts";
import type { ScoreState } from "../../../score/score-state.ts";
import { copyText } from "../../../ui/copy.ts";
import { Glyph } from "../../../ui/glyph.tsx";
import { Shown } from "../../../ui/state.tsx";
import { AttributeList } from "./attribute-list.tsx";
import { rootOf, type Trace, type TraceSpan } from "./trace-timeline.ts";

export interface SpanInspectorProps {
  readonly trace: Trace;
  readonly score: Score;
  readonly state: ScoreState;
}

/** One span from near: its figures, and all that it says, which is asked for when it is looked at. */
export function SpanInspector({ trace, score, state }: SpanInspectorProps): JSX.Element {
  const part = score.tree.byId.get(state.selected) ?? score.tree.root;
  const span = part.parent === null ? rootOf(trace) : (trace.spans.find(({ spanId }) => spanId === part.id) ?? null);
  const glyph = glyphOf(part);
  return (
    <aside class={state.isInspecting ? "inspector open" : "inspector"} aria-label="Span">
      <header class="inspector-head">
        <div class="line">
          <Glyph status={glyph} label={glyph} />
          <h2 class="cut" title={part.name}>
            {part.name}
          </h2>
          <span class="push line">
            {span === null ? null : (
              <button
                type="button"
                class="btn short quiet"
                onClick={() => void copyText(span.spanId, "the id of the span")}
              >
                Copy id
              </button>
            )}
            <button type="button" class="btn short inspector-close" onClick={() => state.setInspecting(false)}>
              Close
            </button>
          </span>
        </div>
        <p class="muted small cut">{span === null ? "the whole trace" : [span.service, span.kind].join(" · ")}</p>
      </header>
      <div class="inspector-body" tabIndex={0}>
        {span === null ? (
          <p class="muted">Several spans of this trace lie in none of the others: they are its first lines.</p>
        ) : (
          <SpanView key={span.spanId} trace={trace} span={span} />
        )}
      </div>
    </aside>
  );
}

// More than this a page does not lay out without a pause.
const mostBytes = 1_000_000;

function SpanView({ trace, span }: { readonly trace: Trace; readonly span: TraceSpan }): JSX.Element {
  const { traceId } = trace;
  const { spanId, run, key, model, error } = span;
  const [isWhole, setWhole] = useState(false);
  const answer = useQuery(`span ${traceId} ${spanId} ${isWhole}`, (signal) =>
    tutti.trace.span({ id: traceId, span: spanId, ...(isWhole ? { maxBytes: mostBytes } : {}) }, { signal }),
  );
  const onWhole = isWhole ? null : () => setWhole(true);
  return (
    <>
      {error === null ? null : <p class="fault">{error}</p>}
      <dl class="facts">
        <dt>took</dt>
        <dd class="mono">{duration(span.durationMs)}</dd>
        <dt>from</dt>
        <dd class="mono">
          {clockTime(span.startedAt, Date.now(), look.value)}, {duration(span.startedAt - trace.startedAt)} after the
          first
        </dd>
        {model === null ? null : (
          <>
            <dt>model</dt>
            <dd class="mono">{model}</dd>
          </>
        )}
        {span.inputTokens === null && span.outputTokens === null ? null : (
          <>
            <dt>tokens</dt>
            <dd class="mono">
              {count(span.inputTokens)} read, {count(span.outputTokens)} written
            </dd>
          </>
        )}
      </dl>
      {run === null ? null : (
        <p class="line span-links">
          <Link class="btn short" href={key ? `/runs/${run}?span=${encodeURIComponent(key)}` : `/runs/${run}`}>
            {key ? "Open step" : "Open run"}
          </Link>
        </p>
      )}
      <Shown answer={answer}>
        {({ attributes, resource, events, links, scope }) => (
          <>
            <AttributeList title="Attributes" values={attributes} onWhole={onWhole} />
            {events.map(({ name, at, attributes: values }) => (
              <AttributeList
                key={`${name} ${at}`}
                title={name}
                aside={`${duration(at - span.startedAt)} after its start`}
                values={values}
                onWhole={onWhole}
              />
            ))}
            {links.length === 0 ? null : (
              <section class="attributes">
                <h3>Links</h3>
                <ul>
                  {links.map((link) => (
                    <li key={`${link.traceId} ${link.spanId}`}>
                      <Link class="link mono" href={`/traces/${link.traceId}?span=${link.spanId}`}>
                        {link.traceId.slice(0, 8)}… {link.spanId}
                      </Link>
                    </li>
                  ))}
                </ul>
              </section>
            )}
            <AttributeList title={span.service} aside={scope} values={resource} onWhole={onWhole} />
          </>
        )}
      </Shown>
    </>
  );
}
