import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tutti } from "../../../data/api.ts";
import { useQuery } from "../../../data/query.ts";
import { Shown } from "../../../ui/state.tsx";
import type { Timeline } from "../../../score/timeline.ts";
import { Value } from "./payload.tsx";

// The host reads a whole run for this; of a long one only when it is asked for.
const mostUnasked = 300;

/** What the run was given and what it gave. */
export function RunPayloads({ timeline }: { readonly timeline: Timeline }): JSX.Element | null {
  const { run, spans } = timeline;
  const [isAsked, setAsked] = useState(false);
  const step = spans.find(({ isDerived }) => isDerived !== true);
  const wants = (isAsked || spans.length <= mostUnasked) && step !== undefined;
  const answer = useQuery(wants ? `payload:${run.id}:${run.status}` : null, async (signal) => {
    const { input, output } = await tutti.run.get({ id: run.id, step: step?.key ?? "" }, { signal });
    return { input, output };
  });
  if (!wants) {
    if (step === undefined) return null;
    return (
      <p>
        <button type="button" class="btn short" onClick={() => setAsked(true)}>
          Show input and output
        </button>
      </p>
    );
  }
  return (
    <Shown answer={answer}>
      {({ input, output }) => (
        <>
          <section class="payload">
            <h3>Input</h3>
            <Value value={input} shortAt={1_000} />
          </section>
          {run.finishedAt === null || run.status === "failed" ? null : (
            <section class="payload">
              <h3>Output</h3>
              <Value value={output} shortAt={1_000} />
            </section>
          )}
        </>
      )}
    </Shown>
  );
}
