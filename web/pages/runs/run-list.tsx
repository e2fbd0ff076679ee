import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { whole } from "../../data/format.ts";
import { useCall } from "../../data/query.ts";
import { useUrlState } from "../../data/url-state.ts";
import { statsOf } from "../../first.ts";
import { useKeys } from "../../shell/keys.ts";
import { Page } from "../../ui/page.tsx";
import { runOrderKey } from "../run/data/neighbour.ts";
import { Bulk } from "./bulk.tsx";
import { ErrorGroups } from "./error-groups.tsx";
import { listAnswer } from "./list-answer.ts";
import { Peek } from "./peek.tsx";
import { QueryBar } from "./query-bar.tsx";
import { changesRuns } from "./run-row.ts";
import { useRunPages, type LoadedRuns } from "./run-pages.ts";
import { RunRows } from "./run-rows.tsx";
import { Views } from "./views.tsx";
import "../../ui/row-list.css";
import "./runs.css";

/** All runs: views and a query above, the list, and a dock beside it that shows one run without leaving the list. */
export function RunList(): JSX.Element {
  const url = useUrlState();
  const query = url.get("q") ?? "";
  const peek = url.get("peek");
  const isErrors = url.get("view") === "errors";
  const runs = useRunPages(query);
  const picks = usePicks();
  const cursor = useCursor(runs, peek, picks);
  useEffect(() => keepOrder(runs.rows), [runs.rows]);
  return (
    <div class={peek === undefined ? "runs-page" : "runs-page with-dock"}>
      <Page title="Runs" answer={useAnswer(query)} fill>
        <Views query={query} isErrors={isErrors} onPick={(q, view) => url.set({ q, view, peek: null })} />
        <QueryBar query={query} onQuery={(q) => url.set({ q, peek: null })} />
        {isErrors ? (
          <ErrorGroups query={query} onPick={(q) => url.set({ q, view: null })} />
        ) : (
          <RunRows
            runs={runs}
            query={query}
            cursor={cursor.at}
            peek={peek}
            picked={picks.picked}
            onPeek={(id) => url.set({ peek: id }, { replace: peek !== undefined })}
            onToggle={picks.toggle}
            onCursor={cursor.set}
          />
        )}
        {isErrors ? null : <Foot runs={runs} picks={picks} />}
      </Page>
      {peek === undefined ? null : <Peek key={peek} id={peek} onClose={() => url.set({ peek: null })} />}
    </div>
  );
}

// A browser keeps some megabytes for a tab; whoever goes on past the end of these asks for the next run.
const mostKept = 2_000;

function keepOrder(rows: LoadedRuns["rows"]): void {
  sessionStorage.setItem(runOrderKey, JSON.stringify(rows.slice(0, mostKept).map(({ id }) => id)));
}

function useAnswer(query: string): string | undefined {
  return listAnswer(useCall(statsOf(query), { changedBy: changesRuns }).data, query);
}

interface Picks {
  readonly picked: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
  readonly clear: () => void;
}

function usePicks(): Picks {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  return {
    picked,
    toggle: (id) =>
      setPicked((old) => (old.has(id) ? new Set([...old].filter((other) => other !== id)) : new Set([...old, id]))),
    clear: () => setPicked(new Set()),
  };
}

interface Cursor {
  readonly at: number;
  readonly set: (index: number) => void;
}

/** Which row the keys are about: the one that is looked into, else the one that was moved to. */
function useCursor({ rows }: LoadedRuns, peek: string | undefined, picks: Picks): Cursor {
  const url = useUrlState();
  const [, navigate] = useLocation();
  const [moved, set] = useState(0);
  const open = peek === undefined ? -1 : rows.findIndex(({ id }) => id === peek);
  const at = open >= 0 ? open : Math.min(moved, Math.max(0, rows.length - 1));
  const here = rows[at]?.id;
  const move = (step: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, at + step));
    set(next);
    if (peek !== undefined) url.set({ peek: rows[next]?.id }, { replace: true });
  };
  const look = (): void => {
    if (here === undefined) return;
    if (peek === here) navigate(`/runs/${here}`);
    else url.set({ peek: here });
  };
  useKeys("Runs", [
    { keys: "j", does: "next run", run: () => move(1) },
    { keys: "k", does: "previous run", run: () => move(-1) },
    { keys: "ArrowDown", does: "next run", run: () => move(1) },
    { keys: "ArrowUp", does: "previous run", run: () => move(-1) },
    { keys: "Enter", does: "look into the run beside the list; once more opens it", run: look },
    { keys: "x", does: "select the run", run: () => here !== undefined && picks.toggle(here) },
    {
      keys: "Escape",
      does: "close the look, or clear the selection",
      run: () => (peek === undefined ? picks.clear() : url.set({ peek: null })),
    },
  ]);
  return { at, set };
}

function Foot({ runs, picks }: { readonly runs: LoadedRuns; readonly picks: Picks }): JSX.Element {
  const { rows, isComplete } = runs;
  return (
    <footer class="list-foot">
      {picks.picked.size > 0 ? (
        <Bulk runs={rows.filter(({ id }) => picks.picked.has(id))} onDone={picks.clear} />
      ) : (
        <span class="muted">{isComplete ? `${whole(rows.length)} in all` : `the newest ${whole(rows.length)}`}</span>
      )}
      <span class="push faint small keys-hint">
        <kbd>j</kbd> <kbd>k</kbd> move <kbd>x</kbd> select <kbd>⏎</kbd> look
      </span>
    </footer>
  );
}
