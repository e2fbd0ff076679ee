import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { toast } from "../../ui/toast.tsx";

interface View {
  readonly name: string;
  readonly query: string;
}

const usual: readonly View[] = [
  { name: "All", query: "" },
  { name: "Needs me", query: "waiting:review" },
  { name: "Open", query: "status:queued,running,waiting" },
  { name: "Failed", query: "status:failed" },
  { name: "Last 24 h", query: "since:24h" },
];

const storageKey = "tutti.runs.views";
const mostSaved = 20;

export interface ViewsProps {
  readonly query: string;
  readonly isErrors: boolean;
  readonly onPick: (query: string, view: "errors" | null) => void;
}

/** Queries with a name: the usual ones, and those that were saved in this browser. */
export function Views({ query, isErrors, onPick }: ViewsProps): JSX.Element {
  const [saved, setSaved] = useState(readSaved);
  const all = [...usual, ...saved];
  const keep = (views: readonly View[]): void => {
    localStorage.setItem(storageKey, JSON.stringify(views));
    setSaved(views);
  };
  const known = all.find((view) => view.query === query);
  return (
    <div class="tabs" role="group" aria-label="Views">
      {all.map((view) => (
        <button
          type="button"
          key={`${view.name} ${view.query}`}
          aria-current={!isErrors && view === known}
          onClick={() => onPick(view.query, null)}
        >
          {view.name}
        </button>
      ))}
      <button type="button" aria-current={isErrors} onClick={() => onPick(query, "errors")}>
        Error groups
      </button>
      {known === undefined ? (
        <button type="button" class="faint" onClick={() => save(query, saved, keep)}>
          Save view
        </button>
      ) : saved.includes(known) ? (
        <button type="button" class="faint" onClick={() => keep(saved.filter((view) => view !== known))}>
          Forget view
        </button>
      ) : null}
    </div>
  );
}

function save(query: string, saved: readonly View[], keep: (views: readonly View[]) => void): void {
  if (saved.length >= mostSaved) toast(`There are ${mostSaved} saved views; forget one first.`, { tone: "fail" });
  else keep([...saved, { name: query.length > 24 ? `${query.slice(0, 23)}…` : query, query }]);
}

function readSaved(): readonly View[] {
  try {
    const views = JSON.parse(localStorage.getItem(storageKey) ?? "[]") as unknown;
    return Array.isArray(views) ? views.filter(isView) : [];
  } catch {
    // Not ours any more; the usual views are there.
    return [];
  }
}

function isView(value: unknown): value is View {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    "query" in value &&
    typeof value.query === "string"
  );
}
