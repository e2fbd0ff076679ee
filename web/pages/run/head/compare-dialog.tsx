import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { tutti } from "../../../data/api.ts";
import { shortId } from "../../../data/format.ts";
import { useQuery } from "../../../data/query.ts";
import { Dialog } from "../../../ui/dialog.tsx";
import { Glyph } from "../../../ui/glyph.tsx";
import { Empty, Shown } from "../../../ui/state.tsx";
import { Ago } from "../../../ui/time.tsx";
import type { TimelineRun } from "../../../score/timeline.ts";
import { triggerWords } from "./trigger.ts";

export interface CompareDialogProps {
  readonly run: TimelineRun;
  readonly onClose: () => void;
}

/** Which other run of this flow to lay beside it; the one that it comes from first. */
export function CompareDialog({ run, onClose }: CompareDialogProps): JSX.Element {
  const [, navigate] = useLocation();
  const answer = useQuery(`runs-like:${run.flow}`, (signal) =>
    tutti.run.list({ flow: run.flow, limit: 30 }, { signal }),
  );
  const origin = triggerWords(run.trigger).run;
  return (
    <Dialog title="Compare with another run" onClose={onClose}>
      <Shown answer={answer}>
        {(runs) => {
          const others = runs.filter(({ id }) => id !== run.id);
          const sorted = others.toSorted((a, b) => Number(b.id === origin) - Number(a.id === origin));
          if (sorted.length === 0) {
            return (
              <Empty title="It is the only run so far">
                <p>A run is compared with another one of the same flow.</p>
              </Empty>
            );
          }
          return (
            <ul class="run-choice">
              {sorted.map((other) => (
                <li key={other.id}>
                  <button
                    type="button"
                    onClick={() => {
                      onClose();
                      // The older one is what the newer one is measured by.
                      const [a, b] = [run.id, other.id].toSorted();
                      navigate(`/runs/compare?a=${a}&b=${b}`);
                    }}
                  >
                    <Glyph status={other.status} label={other.status} />
                    <span class="mono">{shortId(other.id)}</span>
                    <span class="cut muted">{other.id === origin ? "the run that this one comes from" : ""}</span>
                    <span class="push faint">
                      <Ago at={other.createdAt} />
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          );
        }}
      </Shown>
    </Dialog>
  );
}
