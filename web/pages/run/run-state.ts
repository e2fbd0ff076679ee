import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useUrlState, type UrlState } from "../../data/url-state.ts";
import type { Tree } from "./score/tree.ts";
import { foldedAtFirst, rowsOf, unfoldedFor, type Row } from "./score/row.ts";
import { firstSelection } from "./score/selection.ts";
import { readZoom, type Zoom } from "./score/zoom.ts";

export type RunViewName = "waterfall" | "transcript" | "log" | "graph";
export const runViews: readonly RunViewName[] = ["waterfall", "transcript", "log", "graph"];

/** How the page of a run is looked at. What a link should bring along is in the address. */
export interface RunState {
  readonly view: RunViewName;
  setView(view: RunViewName): void;
  readonly rows: readonly Row[];
  readonly selected: string;
  readonly selectedIndex: number;
  /** By the pointer: the focus is there already. */
  readonly select: (id: string) => void;
  /** By a key: the line is scrolled to and takes the focus. */
  readonly goTo: (id: string) => void;
  readonly moves: number;
  readonly folded: ReadonlySet<string>;
  setFolded(folded: ReadonlySet<string>): void;
  readonly fold: (id: string) => void;
  readonly zoom: Zoom | null;
  setZoom(zoom: Zoom | null): void;
  readonly errorsOnly: boolean;
  readonly compress: boolean;
  readonly showHidden: boolean;
  toggle(what: "errorsOnly" | "compress" | "showHidden"): void;
  readonly gutter: number;
  setGutter(pixels: number): void;
  readonly tab: string;
  readonly setTab: (tab: string) => void;
  /** The inspector of a narrow window, which lies over the page. */
  readonly isInspecting: boolean;
  setInspecting(isInspecting: boolean): void;
}

const parameters = { errorsOnly: "errors", compress: "compress", showHidden: "hidden" } as const;
// Browsers refuse more than some hundred changes of the address in half a minute.
const settleMs = 200;
const gutterKey = "tutti.gutter";
const usualGutter = 304;

export function useRunState(tree: Tree): RunState {
  const url = useUrlState();
  const [zoom, setZoom] = useState<Zoom | null>(() => readZoom(url.get("from"), url.get("to")));
  const [isInspecting, setInspecting] = useState(false);
  const address = addressOf(url);
  const lines = useLines(tree, address, url.get("span") ?? null);
  const { picked } = lines;
  useSettled(`${picked} ${zoom?.from} ${zoom?.to}`, () =>
    url.set(
      { span: picked, from: zoom && String(Math.round(zoom.from)), to: zoom && String(Math.round(zoom.to)) },
      { replace: true },
    ),
  );
  return {
    ...address,
    ...lines,
    ...useGutter(),
    select: (id) => {
      lines.pick(id);
      setInspecting(true);
    },
    zoom,
    setZoom,
    isInspecting,
    setInspecting,
  };
}

type Address = Pick<
  RunState,
  "view" | "setView" | "errorsOnly" | "showHidden" | "compress" | "toggle" | "tab" | "setTab"
>;

function addressOf(url: UrlState): Address {
  const isOn = (what: keyof typeof parameters): boolean => url.get(parameters[what]) !== undefined;
  return {
    view: viewOf(url.get("view")),
    setView: (view) => url.set({ view: view === defaultView() ? null : view }),
    errorsOnly: isOn("errorsOnly"),
    showHidden: isOn("showHidden"),
    compress: isOn("compress"),
    toggle: (what) => url.set({ [parameters[what]]: isOn(what) ? null : "1" }, { replace: true }),
    tab: url.get("tab") ?? "overview",
    setTab: (tab) => url.set({ tab: tab === "overview" ? null : tab }, { replace: true }),
  };
}

type Lines = Pick<
  RunState,
  "rows" | "selected" | "selectedIndex" | "goTo" | "moves" | "folded" | "setFolded" | "fold"
> & { readonly picked: string | null; readonly pick: (id: string) => void };

/** Which lines there are, and which one is looked at. */
function useLines(tree: Tree, { errorsOnly, showHidden }: Address, asked: string | null): Lines {
  const [picked, pick] = useState(asked);
  const [moves, setMoves] = useState(0);
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => {
    const part = tree.byId.get(picked ?? (tree.root.span.status === "failed" ? firstSelection(tree) : ""));
    return part ? unfoldedFor(foldedAtFirst(tree), part) : foldedAtFirst(tree);
  });
  const rows = useMemo(() => rowsOf(tree, { folded, errorsOnly, showHidden }), [tree, folded, errorsOnly, showHidden]);
  const selected = useMemo(
    () => (picked !== null && tree.byId.has(picked) ? picked : firstSelection(tree)),
    [tree, picked],
  );
  return {
    rows,
    selected,
    selectedIndex: useMemo(() => indexOf(rows, selected, tree), [rows, selected]),
    picked,
    pick,
    goTo: (id) => {
      const part = tree.byId.get(id);
      if (part) setFolded((old) => unfoldedFor(old, part));
      pick(id);
      setMoves((old) => old + 1);
    },
    moves,
    folded,
    setFolded,
    fold: (id) => setFolded((old) => toggled(old, id)),
  };
}

/** How wide the names are; it stays in this browser. */
function useGutter(): Pick<RunState, "gutter" | "setGutter"> {
  const [gutter, setGutter] = useState(() => Number(localStorage.getItem(gutterKey)) || usualGutter);
  return {
    gutter,
    setGutter: (pixels) => {
      const next = Math.round(Math.min(640, Math.max(180, pixels)));
      localStorage.setItem(gutterKey, String(next));
      setGutter(next);
    },
  };
}

/** Where there is room for a score it is shown first; a phone reads. */
function defaultView(): RunViewName {
  return matchMedia("(max-width: 640px)").matches ? "transcript" : "waterfall";
}

function viewOf(asked: string | undefined): RunViewName {
  return runViews.find((view) => view === asked) ?? defaultView();
}

function toggled(old: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(old);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** The selected line, or the folded scope in which it is. */
function indexOf(rows: readonly Row[], selected: string, tree: Tree): number {
  const places = new Map(rows.map(({ part }, index) => [part.id, index]));
  for (let part = tree.byId.get(selected) ?? null; part !== null; part = part.parent) {
    const index = places.get(part.id);
    if (index !== undefined) return index;
  }
  return -1;
}

function useSettled(value: string, settle: () => void): void {
  const latest = useRef(settle);
  latest.current = settle;
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return undefined;
    }
    const timer = window.setTimeout(() => latest.current(), settleMs);
    return () => window.clearTimeout(timer);
  }, [value]);
}
