import type { JSX } from "preact";
import { glyphOf } from "../../../score/label.ts";
import type { Score } from "../../../score/model.ts";
import type { ScoreState } from "../../../score/score-state.ts";
import { copyText } from "../../../ui/copy.ts";
import { Glyph } from "../../../ui/glyph.tsx";
import { SpanView } from "./span-view.tsx";
import { rootOf, type Trace } from "./trace-timeline.ts";

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
          <h2 class="cut" title={span?.name}>
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
