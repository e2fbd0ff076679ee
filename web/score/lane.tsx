import type { JSX } from "preact";
import { Glyph } from "../ui/glyph.tsx";
import { isKept } from "./timeline.ts";
import { isBracket, laneOf, type Bar, type Lane as LaneInk } from "./bar.ts";
import { mostIndent } from "./bracket.ts";
import { glyphOf, kindOf, labelOf, tupletOf } from "./label.ts";
import { extentOf, fitsInside, placeLabel, type Extent } from "./place.ts";
import type { Row } from "./row.ts";
import type { Scale } from "./scale.ts";

/** What all lanes of a waterfall share. */
export interface LaneFrame {
  readonly scale: Scale;
  /** Of the time's part, pixels, without the margin behind its end. */
  readonly width: number;
  readonly margin: number;
  readonly rowHeight: number;
  readonly zero: number;
  readonly now: number;
  /** Where the playhead or the double bar stands, pixels: words should not cross it. */
  readonly edge: number;
}

export interface LaneProps {
  readonly row: Row;
  readonly index: number;
  readonly isSelected: boolean;
  readonly frame: LaneFrame;
  readonly onSelect: (id: string) => void;
  readonly onFold: (id: string) => void;
  readonly onFit: (id: string) => void;
}

export function Lane({ row, index, isSelected, frame, onSelect, onFold, onFit }: LaneProps): JSX.Element {
  const { part, isExpandable, isExpanded } = row;
  const classes = ["lane", isBracket(part) ? "scope" : "", index % 5 === 4 ? "staff-end" : "", looksOf(row, frame)];
  return (
    <div
      role="row"
      id={`lane-${index}`}
      class={classes.filter(Boolean).join(" ")}
      aria-level={part.depth + 1}
      aria-expanded={isExpandable ? isExpanded : undefined}
      aria-selected={isSelected}
      aria-rowindex={index + 2}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      tabIndex={isSelected ? 0 : -1}
      style={{ top: `${index * frame.rowHeight}px` }}
      onClick={() => onSelect(part.id)}
    >
      <Name row={row} onFold={onFold} />
      <div role="gridcell" class="time" onDblClick={() => onFit(part.id)}>
        <Ink row={row} frame={frame} />
      </div>
    </div>
  );
}

function looksOf({ part }: Row, { zero }: LaneFrame): string {
  const { span } = part;
  if (span.startedAt === null || span.status === "pending" || isKept(span, zero)) return "apart";
  return span.importance === "quiet" || span.importance === "hidden" ? "apart" : "";
}

function Name({ row, onFold }: { readonly row: Row; readonly onFold: (id: string) => void }): JSX.Element {
  const { part, isExpandable, isExpanded } = row;
  const glyph = glyphOf(part);
  const level = Math.min(part.depth, mostIndent);
  return (
    <div role="gridcell" class="part" style={{ paddingLeft: `calc(var(--part-left) + ${level * 14}px)` }}>
      <Glyph status={glyph} label={glyph} />
      <span class="part-name" title={part.id === "" ? part.name : part.id}>
        {part.name}
      </span>
      {isExpandable && !isExpanded ? (
        <button
          type="button"
          class="fold-count"
          tabIndex={-1}
          title="Unfold"
          onClick={(event) => {
            event.stopPropagation();
            onFold(part.id);
          }}
        >
          +{part.children.length}
        </button>
      ) : null}
      {!isExpanded && part.failures > 0 && part.children.length > 0 && part.parent !== null ? (
        <span class="tiny is-fail">{part.failures} failed</span>
      ) : null}
      <span class="part-kind">{kindOf(part)}</span>
    </div>
  );
}

function Ink({ row: { part }, frame }: { readonly row: Row; readonly frame: LaneFrame }): JSX.Element | null {
  const lane = laneOf(part, frame);
  if (lane.from === null || lane.to === null) return <i class="stave" />;
  const ink = extentOf(frame.scale, frame.width, { from: lane.from, to: lane.to });
  return (
    <>
      {lane.bracket ? null : <i class="stave" />}
      {lane.bars.map((bar, index) => (
        <BarInk key={index} bar={bar} frame={frame} />
      ))}
      {lane.bracket ? <BracketInk bracket={lane.bracket} words={tupletOf(part)} frame={frame} /> : null}
      {ink === null ? null : <Label part={part} lane={lane} ink={ink} frame={frame} />}
    </>
  );
}

function BarInk({ bar, frame }: { readonly bar: Bar; readonly frame: LaneFrame }): JSX.Element | null {
  const extent = extentOf(frame.scale, frame.width, bar);
  if (extent === null) return null;
  return <i class={`ink ink-${bar.style}${bar.isOpen ? " open" : ""}`} style={toStyle(extent)} />;
}

interface BracketInkProps {
  readonly bracket: NonNullable<LaneInk["bracket"]>;
  readonly words: string;
  readonly frame: LaneFrame;
}

function BracketInk({ bracket, words, frame }: BracketInkProps): JSX.Element | null {
  const extent = extentOf(frame.scale, frame.width, bracket);
  if (extent === null) return null;
  return (
    <i class={bracket.isOpen ? "tuplet open" : "tuplet"} style={toStyle(extent)}>
      {fitsInside(words, extent) ? <em>{words}</em> : null}
    </i>
  );
}

interface LabelProps {
  readonly part: Row["part"];
  readonly lane: LaneInk;
  readonly ink: Extent;
  readonly frame: LaneFrame;
}

function Label({ part, lane, ink, frame }: LabelProps): JSX.Element | null {
  const label = labelOf(part, lane, frame);
  if (label.text === "") return null;
  const { text, side, at } = placeLabel(label, ink, frame);
  const style = side === "right" ? { left: `${at}px` } : { right: `${at + frame.margin}px` };
  return (
    <span class={`lane-label is-${label.tone}`} style={style}>
      {text}
    </span>
  );
}

function toStyle({ left, width }: Extent): { readonly left: string; readonly width: string } {
  return { left: `${left}px`, width: `${width}px` };
}
