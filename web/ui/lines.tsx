import type { JSX } from "preact";
import { clockTime } from "../data/format.ts";
import { look } from "../data/setting.ts";
import { pathsOf, type LineSeries } from "./lines.ts";

export interface LinesProps {
  readonly title: string;
  readonly series: readonly LineSeries[];
  /** A value for people. */
  readonly words: (value: number) => string;
}

const width = 480;
const height = 120;

/** Lines over time without a script: for a page that is read and not worked with. */
export function Lines({ title, series, words }: LinesProps): JSX.Element {
  const { paths, top, from, to } = pathsOf(series, { width, height });
  return (
    <figure class="lines">
      <figcaption>
        <b>{title}</b>
        {paths.map(({ name, color, last }) => (
          <span key={name}>
            <i class="swatch" style={{ background: color }} />
            {name} {last === null ? "–" : words(last)}
          </span>
        ))}
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}, at most ${words(top)}`}
      >
        {paths.map(({ name, color, dash, d }) => (
          <path key={name} d={d} stroke={color} stroke-dasharray={dash} />
        ))}
      </svg>
      <div class="lines-axis muted small">
        <span>{clockTime(from, to, look.value)}</span>
        <span>at most {words(top)}</span>
        <span>{clockTime(to, to, look.value)}</span>
      </div>
    </figure>
  );
}
