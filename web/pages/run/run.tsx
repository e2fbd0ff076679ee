import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { tutti } from "../../data/api.ts";
import { shortId } from "../../data/format.ts";
import { Failure, Wait } from "../../ui/state.tsx";
import { toast } from "../../ui/toast.tsx";
import { useTitle } from "../../ui/page.tsx";
import { CancelDialog, ForkDialog, RetryDialog } from "./head/dialogs.tsx";
import { CompareDialog } from "./head/compare-dialog.tsx";
import { exportRun } from "./head/export.ts";
import type { RunAct } from "./head/run-button.tsx";
import { RunHead } from "./head/run-head.tsx";
import { Strip } from "./head/strip.tsx";
import { Inspector } from "./inspector/inspector.tsx";
import { useRunKeys } from "./run-key.ts";
import { useRunState } from "./run-state.ts";
import { ViewTabs } from "./run-view.tsx";
import { Legend } from "../../score/legend.tsx";
import { createScore, treeOf } from "../../score/model.ts";
import type { Part, Tree } from "../../score/tree.ts";
import { RunView } from "./run-view.tsx";
import { useBeat } from "./data/use-beat.ts";
import { useTimeline, type TimelineAnswer } from "./data/use-timeline.ts";
import type { Timeline } from "../../score/timeline.ts";
import "./run.css";

/** One run: what happened, why, how long it took and what it used. */
export function RunPage({ id }: { readonly id: string }): JSX.Element {
  const answer = useTimeline(id);
  const { timeline, error, reload } = answer;
  useTitle(timeline ? `${timeline.run.flow}, ${timeline.run.status}` : "Run");
  const tree = useMemo(() => timeline && treeOf(timeline), [timeline]);
  if (timeline && tree) {
    return <Run key={id} timeline={timeline} tree={tree} answer={answer} />;
  }
  return (
    <div class="page">
      <h1 class="spoken">Run {id}</h1>
      {error ? <Failure error={error} retry={reload} /> : <Wait lines={8} />}
    </div>
  );
}

interface RunProps {
  readonly timeline: Timeline;
  readonly tree: Tree;
  readonly answer: TimelineAnswer;
}

type Above = { readonly dialog: "cancel" | "retry" | "compare" } | { readonly dialog: "fork"; readonly part: Part };

function Run({ timeline, tree, answer }: RunProps): JSX.Element {
  const state = useRunState(tree);
  const [above, setAbove] = useState<Above | null>(null);
  // Of a run that has ended nothing moves, so nothing is drawn anew with every second.
  const time = useBeat(timeline);
  const score = useMemo(() => createScore(timeline, tree, time), [timeline, tree, time]);
  const [, navigate] = useLocation();
  useRunKeys({ score, state, navigate });
  const act = (what: RunAct): void => {
    if (what === "pause" || what === "resume") void hold(timeline.run.id, what);
    else if (what === "export") exportRun(timeline);
    else setAbove({ dialog: what });
  };
  return (
    <div class="score-page">
      <RunHead score={score} onAct={act} />
      {answer.error ? <Failure error={answer.error} retry={answer.reload} /> : null}
      <Strip score={score} onShow={state.goTo} onAct={act} />
      <div class="score-body">
        <section class="score-main" aria-label="The run">
          <ViewTabs score={score} state={state} />
          <RunView score={score} state={state} live={answer.live} />
        </section>
        <Inspector
          score={score}
          state={state}
          live={answer.live}
          onFork={(part) => setAbove({ dialog: "fork", part })}
        />
      </div>
      {state.view === "waterfall" ? <Legend score={score} /> : null}
      <Dialogs above={above} score={score} onClose={() => setAbove(null)} />
    </div>
  );
}

interface DialogsProps {
  readonly above: Above | null;
  readonly score: ReturnType<typeof createScore>;
  readonly onClose: () => void;
}

function Dialogs({ above, score, onClose }: DialogsProps): JSX.Element | null {
  switch (above?.dialog) {
    case "cancel":
      return <CancelDialog score={score} onClose={onClose} />;
    case "retry":
      return <RetryDialog score={score} onClose={onClose} />;
    case "compare":
      return <CompareDialog run={score.timeline.run} onClose={onClose} />;
    case "fork":
      return <ForkDialog score={score} part={above.part} onClose={onClose} />;
    default:
      return null;
  }
}

/** Both can be undone by the other, so nothing is asked first. */
async function hold(id: string, what: "pause" | "resume"): Promise<void> {
  const other = what === "pause" ? "resume" : "pause";
  try {
    await tutti.run[what]({ id });
    toast(what === "pause" ? `Pausing ${shortId(id)}: what runs ends first` : `${shortId(id)} goes on`, {
      action: { label: "Undo", run: () => void hold(id, other) },
    });
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), { tone: "fail" });
  }
}
