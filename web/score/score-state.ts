import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { UrlState } from "../data/url-state.ts";
import type { Tree } from "./tree.ts";
import { foldedAtFirst, rowsOf, unfoldedFor, type Row } from "./row.ts";
import { firstSelection } from "./selection.ts";
import { readZoom, type Zoom } from "./zoom.ts";

/** How a waterfall is looked at. What a link should bring along is in the address. */
export interface ScoreState {
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
  /** The inspector of a narrow window, which lies over the page. */
  readonly isInspecting: boolean;
  setInspecting(isInspecting: boolean): void;
}

const parameters = { errorsOnly: "errors", compress: "compress", showHidden: "hidden" } as const;
// Browsers refuse more than some hundred changes of the address in half a minute.
const settleMs = 200;
const gutterKey = "tutti.gutter";
const usualGutter = 304;

export function useScoreState(tree: Tree, url: UrlState): ScoreState {
  const [zoom, setZoom] = useState<Zoom | null>(() => readZoom(url.get("from"), url.get("to")));
  const [isInspecting, setInspecting] = useState(false);
  const filters = filtersOf(url);
  const { picked, pick, ...lines } = useLines(tree, filters, url.get("span") ?? null);
  useSettled(`${picked} ${zoom?.from} ${zoom?.to}`, () =>
    url.set(
      { span: picked, from: zoom && String(Math.round(zoom.from)), to: zoom && String(Math.round(zoom.to)) },
      { replace: true },
    ),
  );
  return {
    ...filters,
    ...lines,
    ...useGutter(),
    select: (id) => {
      pick(id);
      setInspecting(true);
    },
    zoom,
    setZoom,
    isInspecting,
    setInspecting,
  };
}

type Filters = Pick<ScoreState, "errorsOnly" | "showHidden" | "compress" | "toggle">;

function filtersOf(url: UrlState): Filters {
  const isOn = (what: keyof typeof parameters): boolean => url.get(parameters[what]) !== undefined;
  return {
    errorsOnly: isOn("errorsOnly"),
    showHidden: isOn("showHidden"),
    compress: isOn("compress"),
    toggle: (what) => url.set({ [parameters[what]]: isOn(what) ? null : "1" }, { replace: true }),
  };
}

type Lines = Pick<
  ScoreState,
  "rows" | "selected" | "selectedIndex" | "goTo" | "moves" | "folded" | "setFolded" | "fold"
> & { readonly picked: string | null; readonly pick: (id: string) => void };

/** Which lines there are, and which one is looked at. */
function useLines(tree: Tree, { errorsOnly, showHidden }: Filters, asked: string | null): Lines {
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
function useGutter(): Pick<ScoreState, "gutter" | "setGutter"> {
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
