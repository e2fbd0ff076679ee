import { useKeys, type KeyBinding } from "../../shell/keys.ts";
import { copyLink } from "./inspector/inspector.tsx";
import { runViews, type RunState } from "./run-state.ts";
import { neighbourOf } from "./data/neighbour.ts";
import { openReview } from "./head/strip.tsx";
import type { Score } from "../../score/model.ts";
import { failureKeys, scoreKeys } from "../../score/score-key.ts";

export interface RunKeyPorts {
  readonly score: Score;
  readonly state: RunState;
  readonly navigate: (to: string) => void;
}

/** The keys of a run. Those that move do so only where the focus is not in something that scrolls by itself. */
export function useRunKeys(ports: RunKeyPorts): void {
  useKeys("This run", runKeys(ports));
  useKeys("Its waterfall", ports.state.view === "waterfall" ? scoreKeys(ports) : []);
}

function runKeys({ score, state, navigate }: RunKeyPorts): KeyBinding[] {
  const part = score.tree.byId.get(state.selected);
  const review = openReview(score)?.span.review;
  const next = (by: number): void => {
    void neighbourOf(score.timeline.run, by).then((id) => {
      if (id !== null) navigate(`/runs/${id}`);
    });
  };
  return [
    ...runViews.map((view, index) => ({
      keys: String(index + 1),
      does: `show it as ${view}`,
      run: () => state.setView(view),
    })),
    { keys: "j", does: "next run of the list", run: () => next(1) },
    { keys: "k", does: "previous run of the list", run: () => next(-1) },
    ...failureKeys({ score, state }),
    { keys: "y", does: "copy a link to the step", run: () => (part ? copyLink(part) : undefined) },
    ...(review ? [{ keys: "v", does: "review what waits for you", run: () => navigate(`/reviews/${review}`) }] : []),
  ];
}
