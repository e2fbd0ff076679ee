import { useUrlState, type UrlState } from "../../data/url-state.ts";
import { useScoreState, type ScoreState } from "../../score/score-state.ts";
import type { Tree } from "../../score/tree.ts";

export type RunViewName = "waterfall" | "transcript" | "log" | "graph";
export const runViews: readonly RunViewName[] = ["waterfall", "transcript", "log", "graph"];

/** How the page of a run is looked at: its waterfall, and what stands around it. */
export interface RunState extends ScoreState {
  readonly view: RunViewName;
  setView(view: RunViewName): void;
  readonly tab: string;
  readonly setTab: (tab: string) => void;
}

export function useRunState(tree: Tree): RunState {
  const url = useUrlState();
  return { ...useScoreState(tree, url), ...addressOf(url) };
}

type Address = Pick<RunState, "view" | "setView" | "tab" | "setTab">;

function addressOf(url: UrlState): Address {
  return {
    view: viewOf(url.get("view")),
    setView: (view) => url.set({ view: view === defaultView() ? null : view }),
    tab: url.get("tab") ?? "overview",
    setTab: (tab) => url.set({ tab: tab === "overview" ? null : tab }, { replace: true }),
  };
}

/** Where there is room for a score it is shown first; a phone reads. */
function defaultView(): RunViewName {
  return matchMedia("(max-width: 640px)").matches ? "transcript" : "waterfall";
}

function viewOf(asked: string | undefined): RunViewName {
  return runViews.find((view) => view === asked) ?? defaultView();
}
