import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { tutti } from "../../../data/api.ts";
import { clockTime, count, duration } from "../../../data/format.ts";
import { useQuery } from "../../../data/query.ts";
import { look } from "../../../data/setting.ts";
import { Shown } from "../../../ui/state.tsx";
import { AttributeList } from "./attribute-list.tsx";
import type { Trace, TraceSpan } from "./trace-timeline.ts";

export interface SpanViewProps {
  readonly trace: Trace;
  readonly span: TraceSpan;
}

// More than this a page does not lay out without a pause.
const mostBytes = 1_000_000;

/** The figures of a span, and what it says, which is asked for when it is looked at. */
export function SpanView({ trace, span }: SpanViewProps): JSX.Element {
  const { traceId } = trace;
  const { spanId, error } = span;
  const [isWhole, setWhole] = useState(false);
  const answer = useQuery(`span ${traceId} ${spanId} ${isWhole}`, (signal) =>
    tutti.trace.span({ id: traceId, span: spanId, ...(isWhole ? { maxBytes: mostBytes } : {}) }, { signal }),
  );
  const onWhole = isWhole ? null : () => setWhole(true);
  return (
    <>
      {error === null ? null : <p class="fault">{error}</p>}
      <SpanFacts trace={trace} span={span} />
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
            <SpanLinks links={links} />
            <AttributeList title={span.service} aside={scope} values={resource} onWhole={onWhole} />
          </>
        )}
      </Shown>
    </>
  );
}

function SpanFacts({ trace, span }: SpanViewProps): JSX.Element {
  const { run, key, model, startedAt, durationMs, inputTokens, outputTokens } = span;
  const hasTokens = inputTokens !== null || outputTokens !== null;
  return (
    <>
      <dl class="facts">
        <dt>took</dt>
        <dd class="mono">{duration(durationMs)}</dd>
        <dt>from</dt>
        <dd class="mono">
          {clockTime(startedAt, Date.now(), look.value)}, {duration(startedAt - trace.startedAt)} after the first
        </dd>
        {model === null ? null : <dt>model</dt>}
        {model === null ? null : <dd class="mono">{model}</dd>}
        {hasTokens ? <dt>tokens</dt> : null}
        {hasTokens ? (
          <dd class="mono">
            {count(inputTokens)} read, {count(outputTokens)} written
          </dd>
        ) : null}
      </dl>
      {run === null ? null : (
        <p class="line span-links">
          <Link class="btn short" href={key ? `/runs/${run}?span=${encodeURIComponent(key)}` : `/runs/${run}`}>
            {key ? "Open step" : "Open run"}
          </Link>
        </p>
      )}
    </>
  );
}

interface SpanLinksProps {
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

function SpanLinks({ links }: SpanLinksProps): JSX.Element | null {
  if (links.length === 0) return null;
  return (
    <section class="attributes">
      <h3>Links</h3>
      <ul>
        {links.map(({ traceId, spanId }) => (
          <li key={`${traceId} ${spanId}`}>
            <Link class="link mono" href={`/traces/${traceId}?span=${spanId}`}>
              {traceId.slice(0, 8)}… {spanId}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
