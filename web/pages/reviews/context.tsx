import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { now } from "../../data/clock.ts";
import { count, duration } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Id } from "../../ui/id.tsx";
import { Shown } from "../../ui/state.tsx";
import { tokensOf } from "../runs/run-row.ts";

// What has just happened explains a question best.
const lastSteps = 5;
// What only holds steps together has no name of its own.
const around: ReadonlySet<string> = new Set(["map", "item", "turn", "scope"]);

/** The run that asks: what it has used so far, and what it did last. */
export function Context({ run: id, step }: { readonly run: string; readonly step: string }): JSX.Element {
  const timeline = useQuery(`timeline ${id}`, (signal) => tutti.run.timeline({ id }, { signal }), {
    changedBy: ({ subject }) => subject === id,
  });
  return (
    <aside class="review-context" aria-label="The run that asks">
      <Shown answer={timeline} lines={5}>
        {({ run, spans }) => (
          <>
            <section>
              <h2>Run</h2>
              <dl class="facts">
                <dt>flow</dt>
                <dd>
                  <Link href={`/runs/${id}`} class="link">
                    {run.flow}
                  </Link>
                </dd>
                <dt>run</dt>
                <dd>
                  <Id id={id} />
                </dd>
                <dt>step</dt>
                <dd>{step}</dd>
                <dt>so far</dt>
                <dd>
                  {duration((run.finishedAt ?? now.value) - (run.startedAt ?? run.createdAt))}, {count(tokensOf(run))}{" "}
                  tokens
                </dd>
              </dl>
            </section>
            <section>
              <h2>Last steps</h2>
              <ol class="last-steps">
                {spans
                  .filter(({ startedAt, key, kind }) => startedAt !== null && key !== step && !around.has(kind))
                  .slice(-lastSteps)
                  .map((span) => (
                    <li key={`${span.key} ${span.attempt}`}>
                      <Glyph status={span.status} label={span.status} />
                      <span class="cut">{span.name}</span>
                      <span class="mono">
                        {duration(span.finishedAt === null ? null : span.finishedAt - (span.startedAt ?? 0))}
                      </span>
                    </li>
                  ))}
              </ol>
            </section>
          </>
        )}
      </Shown>
    </aside>
  );
}
