import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { tutti } from "../../../data/api.ts";
import { plural, shortId } from "../../../data/format.ts";
import { toast } from "../../../ui/toast.tsx";
import type { Score } from "../../../score/model.ts";
import type { Part } from "../../../score/tree.ts";
import { ActDialog } from "./act-dialog.tsx";
import { keptBefore, stepOf } from "./cause.ts";

interface RunDialogProps {
  readonly score: Score;
  readonly onClose: () => void;
}

export function CancelDialog({ score, onClose }: RunDialogProps): JSX.Element {
  const { run } = score.timeline;
  const [reason, setReason] = useState("");
  const open = [...score.tree.byId.values()].filter(
    ({ span, children, parent }) =>
      parent !== null && children.length === 0 && ["running", "waiting"].includes(span.status),
  );
  return (
    <ActDialog
      title={`Cancel this run of ${run.flow}?`}
      act="Cancel run"
      keep="Let it go on"
      onClose={onClose}
      run={async () => {
        await tutti.run.cancel({ id: run.id, ...(reason === "" ? {} : { reason }) });
        toast(`Cancelling ${shortId(run.id)}`);
      }}
    >
      <p>
        {open.length === 0
          ? "Nothing of it is at work."
          : `${plural(open.length, "step ends", "steps end")} now: ${namesOf(open)}.`}{" "}
        What has a result keeps it, cleanups still run, and Retry can take it up again from there.
      </p>
      <label class="field">
        Why, if you like
        <input class="input" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        <span class="note">It is kept with the run.</span>
      </label>
    </ActDialog>
  );
}

function namesOf(parts: readonly Part[]): string {
  const names = parts.slice(0, 3).map(({ name }) => name);
  return parts.length > 3 ? `${names.join(", ")} and ${parts.length - 3} more` : names.join(", ");
}

/** Says what a new run would keep before it is made. */
export function ForkDialog({ score, part, onClose }: RunDialogProps & { readonly part: Part }): JSX.Element {
  const [, navigate] = useLocation();
  const step = stepOf(part);
  const kept = keptBefore(score.tree, step);
  const { run } = score.timeline;
  return (
    <ActDialog
      title={`Fork from ${step.name}`}
      act="Fork from here"
      keep="Leave it"
      onClose={onClose}
      run={async () => {
        const made = await tutti.run.fork({ id: run.id, from: step.id });
        toast(`Forked as ${shortId(made.id)}`, {
          action: { label: "Compare", run: () => navigate(`/runs/compare?a=${run.id}&b=${made.id}`) },
        });
        navigate(`/runs/${made.id}`);
      }}
    >
      <dl class="facts">
        <dt>Kept</dt>
        <dd>{kept === 0 ? "nothing: it begins at the first step" : `${plural(kept, "step")} that ended before it`}</dd>
        <dt>Done again</dt>
        <dd>
          <strong>{step.name}</strong> and all that comes after it
        </dd>
        <dt>Asked the same</dt>
        <dd>
          Model calls, tools, programs and your answers after it are taken over where they are asked the very same. A
          function runs again in any case.
        </dd>
      </dl>
      <p class="muted">This run stays as it is.</p>
    </ActDialog>
  );
}

export function RetryDialog({ score, onClose }: RunDialogProps): JSX.Element {
  const [, navigate] = useLocation();
  const { run } = score.timeline;
  return (
    <ActDialog
      title={`Try ${run.flow} again?`}
      act="Retry"
      keep="Leave it"
      onClose={onClose}
      run={async () => {
        const made = await tutti.run.retry({ id: run.id });
        toast(`Retried as ${shortId(made.id)}`, {
          action: { label: "Compare", run: () => navigate(`/runs/compare?a=${run.id}&b=${made.id}`) },
        });
        navigate(`/runs/${made.id}`);
      }}
    >
      <p>
        A new run keeps everything before the step that ended this one and does the rest again. This run stays as it is,
        to compare with.
      </p>
    </ActDialog>
  );
}
