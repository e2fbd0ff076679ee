import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { count, duration } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure, Shown } from "../../ui/state.tsx";
import { Clock } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { FollowLine, useFollowing } from "./following.tsx";

/** What the server says of a model, and what a probe has measured. */
export function ModelFacts({
  model,
  onChange,
}: {
  readonly model: string;
  readonly onChange: () => void;
}): JSX.Element {
  const shown = useQuery(`model ${model}`, (signal) => tutti.models.show({ model }, { signal }));
  const probe = useFollowing();
  const [isRemoving, setIsRemoving] = useState(false);
  const begin = (): void =>
    probe.begin(
      (signal) => tutti.models.probe({ model }, { signal }),
      () => {
        shown.reload();
        onChange();
      },
    );
  return (
    <div class="model-facts stack">
      <Shown answer={shown} lines={4}>
        {(info) => (
          <div class="model-columns">
            <dl class="facts">
              <dt>family</dt>
              <dd>{info.family ?? "–"}</dd>
              <dt>parameters</dt>
              <dd>
                {info.parameterSize ?? "–"} {info.quantization}
              </dd>
              <dt>says it can</dt>
              <dd>{info.capabilities.length === 0 ? "–" : info.capabilities.join(", ")}</dd>
              <dt>digest</dt>
              <dd class="mono">{info.digest?.slice(0, 12) ?? "–"}</dd>
            </dl>
            <Measured facts={info.facts} />
          </div>
        )}
      </Shown>
      <div class="line">
        <button type="button" class="btn short" disabled={probe.isAtWork} onClick={begin}>
          Probe
        </button>
        <button type="button" class="btn short quiet" onClick={() => setIsRemoving(true)}>
          Remove
        </button>
        <FollowLine following={probe} />
      </div>
      {isRemoving ? <RemoveDialog model={model} onClose={() => (setIsRemoving(false), onChange())} /> : null}
    </div>
  );
}

type Facts = Awaited<ReturnType<typeof tutti.models.show>>["facts"];

function Measured({ facts }: { readonly facts: Facts }): JSX.Element {
  if (facts === null)
    return (
      <p class="muted">
        It was not probed yet: what it really does with tools and schemas, and how fast it is, is not known.
      </p>
    );
  return (
    <div>
      <dl class="facts">
        <dt>tools</dt>
        <dd>{facts.tools}</dd>
        <dt>schema</dt>
        <dd>
          {facts.schema.whole} in one piece, {facts.schema.streamed} streamed
          {facts.schema.thinking === null ? "" : `, ${facts.schema.thinking} with thinking`}
        </dd>
        <dt>thinking</dt>
        <dd>{facts.thinking}</dd>
        <dt>context granted</dt>
        <dd>
          {count(facts.contextGranted)} of {count(facts.contextAsked)} asked
        </dd>
        <dt>speed</dt>
        <dd>
          {count(facts.outputTokensPerSecond)} tokens/s written, {count(facts.promptTokensPerSecond)} read; loads in{" "}
          {duration(facts.loadMs)}
        </dd>
        <dt>probed</dt>
        <dd>
          <Clock at={facts.probedAt} />, took {duration(facts.tookMs)}
        </dd>
      </dl>
      {facts.notes.length === 0 ? null : (
        <ul class="muted">
          {facts.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function RemoveDialog({ model, onClose }: { readonly model: string; readonly onClose: () => void }): JSX.Element {
  const [failure, setFailure] = useState<Error | null>(null);
  const remove = (): void => {
    tutti.models.remove({ model }).then(
      () => {
        toast(`Removed ${model}`);
        onClose();
      },
      (error: unknown) => setFailure(error instanceof Error ? error : new Error(String(error))),
    );
  };
  return (
    <Dialog
      title={`Remove ${model}`}
      onClose={onClose}
      end={
        <button type="button" class="btn primary" onClick={remove}>
          Remove {model}
        </button>
      }
    >
      <p>Its files are deleted from the model server. It can be pulled again.</p>
      {failure ? <Failure error={failure} /> : null}
    </Dialog>
  );
}
