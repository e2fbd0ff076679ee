import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { count, duration } from "../../data/format.ts";
import { now } from "../../data/clock.ts";
import { useQuery } from "../../data/query.ts";
import { Glyph, Status } from "../../ui/glyph.tsx";
import { Shown } from "../../ui/state.tsx";
import { Clock, Took } from "../../ui/time.tsx";
import { triggerWords } from "../run/head/trigger.ts";
import { barOf, lanesOf, type Lane } from "./peek-lane.ts";
import { isOpen, tokensOf } from "./run-row.ts";

/** One run beside the list: what became of it, why, and where the time went. */
export function Peek({ id, onClose }: { readonly id: string; readonly onClose: () => void }): JSX.Element {
  const timeline = useQuery(`timeline ${id}`, (signal) => tutti.run.timeline({ id }, { signal }), {
    changedBy: ({ subject }) => subject === id,
  });
  return (
    <aside class="peek" aria-label={`Run ${id}`}>
      <header class="line">
        {timeline.data ? <Status status={timeline.data.run.status} waitsFor={timeline.data.run.waitingFor} /> : null}
        <code class="cut">{id}</code>
        <Link href={`/runs/${id}`} class="btn push">
          Open <kbd>⏎</kbd>
        </Link>
        <button type="button" class="btn quiet" onClick={onClose}>
          Close <kbd>Esc</kbd>
        </button>
      </header>
      <div class="peek-body">
        <Shown answer={timeline} lines={8}>
          {({ run, spans }) => (
            <>
              <h2 class="peek-title">{run.flow}</h2>
              {run.error ? (
                <p class="peek-cause">
                  <Glyph status="failed" />
                  <span>
                    <b class="mono">{run.error.code}</b> {run.error.message}
                  </span>
                </p>
              ) : (
                <p class="muted">{run.summary}</p>
              )}
              <div class="figures">
                <div>
                  <b>
                    <Took from={run.startedAt} to={isOpen(run.status) ? null : run.finishedAt} />
                  </b>
                  <small>{isOpen(run.status) ? "so far" : "took"}</small>
                </div>
                <div>
                  <b>{count(tokensOf(run))}</b>
                  <small>tokens</small>
                </div>
                <div>
                  <b>
                    <Clock at={run.startedAt ?? run.createdAt} />
                  </b>
                  <small>{startedBy(run.trigger)}</small>
                </div>
              </div>
              <h2>Where the time went</h2>
              <Lanes
                lanes={lanesOf(spans, { from: run.startedAt ?? run.createdAt, to: run.finishedAt ?? now.value })}
              />
            </>
          )}
        </Shown>
      </div>
    </aside>
  );
}

function startedBy(trigger: string | null): string {
  const { words, run } = triggerWords(trigger);
  return run === undefined ? words : `${words} ${run}`;
}

function Lanes({ lanes }: { readonly lanes: readonly Lane[] }): JSX.Element {
  return (
    <ol class="peek-lanes">
      {lanes.map((lane) => (
        <li key={lane.key}>
          <Glyph status={lane.status} />
          <span class="cut" style={{ paddingLeft: `${lane.depth * 14}px` }}>
            {lane.name}
          </span>
          <span class="peek-bar">
            <i class={barOf(lane)} style={{ left: `${lane.from * 100}%`, width: `${(lane.to - lane.from) * 100}%` }} />
            <span
              class="peek-took"
              style={lane.to > 0.7 ? { right: `${(1 - lane.from) * 100}%` } : { left: `${lane.to * 100}%` }}
            >
              {lane.error ?? duration(lane.ms)}
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}
