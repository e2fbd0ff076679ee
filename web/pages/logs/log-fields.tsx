import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Link } from "wouter-preact";
import { fullTime } from "../../data/format.ts";
import { look } from "../../data/setting.ts";
import { copyText } from "../../ui/copy.ts";
import { fieldsOf, isLong, type LogLine } from "./log-line.ts";

export interface LogFieldsProps {
  readonly line: LogLine;
  readonly top: number;
  readonly onHeight: (pixels: number) => void;
  readonly onQuery: (query: string) => void;
}

/** Everything that a line says, below it. It is never higher than a few rows, and scrolls inside. */
export function LogFields({ line, top, onHeight, onQuery }: LogFieldsProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const watched = element.current;
    if (!watched) return undefined;
    const tell = (): void => onHeight(watched.offsetHeight);
    tell();
    const observer = new ResizeObserver(tell);
    observer.observe(watched);
    return () => observer.disconnect();
  }, [line.seq]);
  const { at, message, event, service, seq } = line;
  return (
    <div class="log-fields" ref={element} style={{ top: `${top}px` }} role="row">
      <div role="cell" class="log-fields-in" tabIndex={0} aria-label={`Fields of ${event}`}>
        <p class="line">
          <span class="muted">{fullTime(at, look.value)}</span>
          <span class="faint">
            {service}, line {seq}
          </span>
          <Links line={line} onQuery={onQuery} />
        </p>
        {message === "" ? null : <p>{message}</p>}
        <dl class="facts">
          {fieldsOf(line).map(([name, text]) => (
            <div key={name} class="log-field">
              <dt>{name}</dt>
              <dd>{isLong(text) ? <pre class="mono">{text}</pre> : <span class="mono">{text}</span>}</dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}

/** Where one can go from here. */
function Links({ line, onQuery }: Pick<LogFieldsProps, "line" | "onQuery">): JSX.Element {
  const { run, traceId, spanId, event } = line;
  return (
    <span class="push line">
      {run === null ? null : (
        <Link class="btn short" href={`/runs/${run}`}>
          Open run
        </Link>
      )}
      {traceId === null ? null : (
        <Link class="btn short" href={`/traces/${traceId}${spanId === null ? "" : `?span=${spanId}`}`}>
          Open trace
        </Link>
      )}
      <button type="button" class="btn short quiet" onClick={() => onQuery(`event:${event}`)}>
        Only {event}
      </button>
      <button
        type="button"
        class="btn short quiet"
        onClick={() => void copyText(JSON.stringify(line, null, 2), "the line")}
      >
        Copy
      </button>
    </span>
  );
}
