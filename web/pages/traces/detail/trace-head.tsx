import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { clockTime, count, duration, plural, shortId } from "../../../data/format.ts";
import { now } from "../../../data/clock.ts";
import { look } from "../../../data/setting.ts";
import { Figure } from "../../../score/figure.tsx";
import { shortModel } from "../../../score/label.ts";
import type { Score } from "../../../score/model.ts";
import { Glyph, lookOf } from "../../../ui/glyph.tsx";
import { Id } from "../../../ui/id.tsx";
import { stateOf, tokensOf } from "../trace-row.ts";
import type { Trace } from "./trace-timeline.ts";

/** Which trace it is, how it ended, and what it took. */
export function TraceHead({ trace, score }: { readonly trace: Trace; readonly score: Score }): JSX.Element {
  const { run, startedAt, models, spans, services, traceId } = trace;
  const state = stateOf(trace, now.value);
  return (
    <header class="score-head">
      <div class="title">
        <h1>{score.timeline.run.flow}</h1>
        <p class="cut">{answerOf(trace)}</p>
        <div class="push line">
          <Link class="btn" href={`/logs?q=${encodeURIComponent(`trace:${traceId}`)}`}>
            Logs
          </Link>
          {run === null ? null : (
            <Link class="btn" href={`/runs/${run}`}>
              Open run
            </Link>
          )}
        </div>
      </div>
      <div class="score-figures">
        <Figure small={failuresWord(trace)}>
          <span class={`line is-${lookOf(state).tone}`}>
            <Glyph status={state} />
            {state}
          </span>
        </Figure>
        <Figure small={`from ${clockTime(startedAt, Date.now(), look.value)}`}>
          {duration(score.now - score.zero)}
        </Figure>
        <Figure small={services.length > 1 ? plural(services.length, "program") : trace.service}>
          {plural(spans.length, "span")}
        </Figure>
        {models.length === 0 ? null : (
          <Figure small={`tokens, ${count(trace.inputTokens)} read`}>{count(tokensOf(trace))}</Figure>
        )}
        <Figure
          isWide
          small={
            <>
              trace <Id id={traceId} />
              {run === null ? null : ` of ${shortId(run)}`}
            </>
          }
        >
          {models.length === 0 ? "no model" : models.map(shortModel).join(", ")}
        </Figure>
      </div>
    </header>
  );
}

function answerOf({ isComplete, services }: Trace): string {
  const where = services.length > 1 ? services.join(", ") : "";
  return [where, isComplete ? "" : "its first span has not come"].filter(Boolean).join(" · ");
}

function failuresWord({ errors }: Trace): string {
  return errors === 0 ? "no span has failed" : `${plural(errors, "span")} failed`;
}
