import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { clockTime, duration, plural } from "../../../data/format.ts";
import { look } from "../../../data/setting.ts";
import { Empty, Failure, Wait } from "../../../ui/state.tsx";
import { useTail } from "../../../ui/tail.ts";
import { tokenRowHeight, useWindow } from "../../../ui/window.ts";
import { download } from "../head/export.ts";
import type { RunViewProps } from "../run-view.tsx";
import { lineOf, toNdjson, type LogLine } from "./line.ts";
import { useLog } from "./use-log.ts";
import "./log.css";

/** What is stored of the run's events, one line each, in order; new ones come at the end. */
export function RunLog({ score, state }: RunViewProps): JSX.Element {
  const { run } = score.timeline;
  const { events, error, isComplete, reload } = useLog(run.id);
  const [words, setWords] = useState("");
  const lines = useMemo(() => events.map(lineOf), [events]);
  const shown = useMemo(() => lines.filter((line) => fits(line, words)), [lines, words]);
  if (events.length === 0 && !isComplete) {
    return <div class="run-log">{error ? <Failure error={error} retry={reload} /> : <Wait lines={8} />}</div>;
  }
  return (
    <div class="run-log">
      <div class="log-bar">
        <input
          class="input"
          type="search"
          aria-label="Only lines with these words"
          placeholder="Only lines with …"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <span class="faint small" role="status">
          {words === "" ? plural(lines.length, "event") : `${shown.length} of ${plural(lines.length, "event")}`}
        </span>
        <button
          type="button"
          class="btn short push"
          onClick={() => download(`${run.id}.ndjson`, toNdjson(events), "application/x-ndjson")}
        >
          Download NDJSON
        </button>
      </div>
      {error ? <Failure error={error} retry={reload} /> : null}
      {shown.length === 0 ? (
        <Empty title="No line has these words">
          <p>They are looked for in types, steps and what is told of them.</p>
        </Empty>
      ) : (
        <Lines
          lines={shown}
          zero={score.zero}
          isOpen={score.isOpen}
          isKnown={(key) => score.tree.byId.has(key)}
          onSelect={state.select}
        />
      )}
    </div>
  );
}

function fits({ type, key, words }: LogLine, wanted: string): boolean {
  const text = `${type} ${key} ${words}`.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

interface LinesProps {
  readonly lines: readonly LogLine[];
  readonly zero: number;
  readonly isOpen: boolean;
  readonly isKnown: (key: string) => boolean;
  readonly onSelect: (id: string) => void;
}

function Lines({ lines, zero, isOpen, isKnown, onSelect }: LinesProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = tokenRowHeight();
  const { from, to, height } = useWindow(scroller, { count: lines.length, rowHeight });
  const tail = useTail(scroller, lines.length, isOpen);
  return (
    <div class="log-frame">
      <div
        class="log-lines"
        ref={scroller}
        role="table"
        aria-label="Events"
        aria-rowcount={lines.length}
        tabIndex={0}
        onScroll={tail.onScroll}
      >
        <div role="rowgroup" style={{ height: `${height}px` }}>
          {lines.slice(from, to).map((line, index) => (
            <Line
              key={line.id}
              line={line}
              top={(from + index) * rowHeight}
              index={from + index}
              zero={zero}
              onSelect={isKnown(line.key) && line.key !== "" ? onSelect : null}
            />
          ))}
        </div>
      </div>
      {tail.missed > 0 ? (
        <button type="button" class="btn short log-pill" onClick={tail.jump}>
          {plural(tail.missed, "new event")} ↓
        </button>
      ) : null}
    </div>
  );
}

interface LineProps {
  readonly line: LogLine;
  readonly top: number;
  readonly index: number;
  readonly zero: number;
  readonly onSelect: ((id: string) => void) | null;
}

function Line({ line, top, index, zero, onSelect }: LineProps): JSX.Element {
  const { at, type, key, words, tone } = line;
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      class={index % 5 === 4 ? "log-line staff-end" : "log-line"}
      style={{ top: `${top}px` }}
    >
      <span role="cell" class="faint mono">
        {clockTime(at, Date.now(), look.value)}
      </span>
      <span role="cell" class="faint mono right">
        +{duration(Math.max(0, at - zero))}
      </span>
      <span role="cell" class="cut">
        {type}
      </span>
      <span role="cell" class="cut mono" title={key}>
        {onSelect === null ? (
          readable(key)
        ) : (
          <button type="button" class="link" onClick={() => onSelect(key)}>
            {readable(key)}
          </button>
        )}
      </span>
      <span role="cell" class={`cut ${tone === "plain" ? "muted" : `is-${tone}`}`} title={words}>
        {words}
      </span>
    </div>
  );
}

/** Names are written into keys so that a slash in one is no step inside of another. */
function readable(key: string): string {
  return key.replaceAll(/%([0-9A-F]{2})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
