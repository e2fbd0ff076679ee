import type { JSX } from "preact";
import { clockTime, fullTime, shortId } from "../../data/format.ts";
import { look } from "../../data/setting.ts";
import { wordsOf, type LogLine } from "./log-line.ts";

export interface LogRowProps {
  readonly line: LogLine;
  readonly index: number;
  readonly top: number;
  readonly isHere: boolean;
  readonly isOpen: boolean;
  readonly onOpen: (seq: number | null) => void;
}

const tones: Readonly<Record<LogLine["level"], string>> = {
  debug: "faint",
  info: "muted",
  warn: "is-warn",
  error: "is-fail",
};

export function LogRow({ line, index, top, isHere, isOpen, onOpen }: LogRowProps): JSX.Element {
  const { seq, at, level, event, service, run, traceId } = line;
  const marks = ["log-row", isHere && "is-here", isOpen && "is-open", (index + 1) % 5 === 0 && "fifth"];
  const words = wordsOf(line);
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      class={marks.filter(Boolean).join(" ")}
      style={{ top: `${top}px` }}
      onClick={() => onOpen(isOpen ? null : seq)}
    >
      <span role="cell" class="faint mono" title={fullTime(at, look.value)}>
        {clockTime(at, Date.now(), look.value)}
      </span>
      <span role="cell" class={tones[level]}>
        {level}
      </span>
      <span role="cell" class="cut">
        <button
          type="button"
          class="log-event"
          aria-expanded={isOpen}
          onClick={(click) => {
            click.stopPropagation();
            onOpen(isOpen ? null : seq);
          }}
        >
          {event}
        </button>
      </span>
      <span
        role="cell"
        class={`cut words ${level === "error" || level === "warn" ? tones[level] : "muted"}`}
        title={words}
      >
        {words}
      </span>
      <span role="cell" class="cut right wide faint">
        {service === "tutti" ? "" : service}
      </span>
      <span role="cell" class="right wide">
        {run !== null ? (
          <a class="link mono" href={`/runs/${run}`} onClick={(click) => click.stopPropagation()}>
            {shortId(run)}
          </a>
        ) : traceId !== null ? (
          <a class="link" href={`/traces/${traceId}`} onClick={(click) => click.stopPropagation()}>
            trace
          </a>
        ) : null}
      </span>
    </div>
  );
}
