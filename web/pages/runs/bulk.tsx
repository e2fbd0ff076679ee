import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { plural } from "../../data/format.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Glyph } from "../../ui/glyph.tsx";
import { bulkActions, planBulk, type BulkAction } from "./bulk-plan.ts";
import type { RunRow } from "./run-row.ts";

const verbs: Readonly<Record<BulkAction, string>> = {
  retry: "Retry",
  cancel: "Cancel",
  pause: "Pause",
  resume: "Resume",
};

/** What can be done to the selected runs, each after a look at what it would do. */
export function Bulk({ runs, onDone }: { readonly runs: readonly RunRow[]; readonly onDone: () => void }): JSX.Element {
  const [action, setAction] = useState<BulkAction | null>(null);
  return (
    <>
      <strong>{runs.length} selected</strong>
      {bulkActions.map((name) => (
        <button
          type="button"
          key={name}
          class="btn short"
          disabled={planBulk(name, runs).able.length === 0}
          onClick={() => setAction(name)}
        >
          {verbs[name]}
        </button>
      ))}
      <button type="button" class="btn short quiet" onClick={onDone}>
        Clear
      </button>
      {action === null ? null : (
        <BulkDialog action={action} runs={runs} onClose={(isDone) => (setAction(null), isDone && onDone())} />
      )}
    </>
  );
}

interface BulkDialogProps {
  readonly action: BulkAction;
  readonly runs: readonly RunRow[];
  readonly onClose: (isDone: boolean) => void;
}

function BulkDialog({ action, runs, onClose }: BulkDialogProps): JSX.Element {
  const [plan] = useState(() => planBulk(action, runs));
  const [results, setResults] = useState<ReadonlyMap<string, string>>(new Map());
  const [isAtWork, setIsAtWork] = useState(false);
  const isDone = results.size === plan.able.length;
  const act = async (): Promise<void> => {
    setIsAtWork(true);
    for (const { id } of plan.able) {
      // One that fails does not take the others back.
      const result = await tutti.run[action]({ id }).then(
        () => "done",
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      setResults((old) => new Map([...old, [id, result]]));
    }
    setIsAtWork(false);
  };
  return (
    <Dialog
      title={`${verbs[action]} ${plural(plan.able.length, "run")}`}
      onClose={() => onClose(isDone)}
      end={
        isDone ? (
          <button type="button" class="btn primary" onClick={() => onClose(true)}>
            Close
          </button>
        ) : (
          <button type="button" class="btn primary" disabled={isAtWork} onClick={() => void act()}>
            {verbs[action]} {plural(plan.able.length, "run")}
          </button>
        )
      }
    >
      <ul class="bulk-list">
        {plan.able.map(({ id, flow, status }) => (
          <li key={id} class="line">
            <Glyph status={results.has(id) ? (results.get(id) === "done" ? "ok" : "fail") : status} />
            <span class="cut">
              {flow} <code class="faint">{id}</code>
            </span>
            <span class="push faint small cut">{results.get(id) ?? ""}</span>
          </li>
        ))}
        {plan.left.map(({ run, why }) => (
          <li key={run.id} class="line faint">
            <Glyph status="skipped" />
            <span class="cut">
              {run.flow} <code>{run.id}</code>
            </span>
            <span class="push small">left alone: {why}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
