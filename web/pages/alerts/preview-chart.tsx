import type { JSX } from "preact";
import { now } from "../../data/clock.ts";
import { clockTime, plural } from "../../data/format.ts";
import { look } from "../../data/setting.ts";
import { labelText, previewSentence, valueText, type Preview } from "./alert-words.ts";
import { chartHeight, chartOf, chartWidth } from "./chart.ts";

/** What a rule looks at over time, its line, and where it would have fired. */
export function PreviewChart({ preview }: { readonly preview: Preview }): JSX.Element {
  const { from, to, series, intervals, threshold, isCut } = preview;
  const sentence = previewSentence(preview);
  return (
    <figure class="alert-preview">
      <figcaption class="line">
        <b>{sentence}</b>
        {isCut ? <span class="is-warn small">There was more than can be looked through; the oldest is left out.</span> : null}
      </figcaption>
      {series.length === 0 ? (
        <p class="muted small alert-nothing">Its query gave nothing in this time, so there is nothing to draw.</p>
      ) : (
        <Drawing preview={preview} sentence={sentence} />
      )}
      <div class="alert-axis" aria-hidden="true">
        <span>{clockTime(from, now.value, look.value)}</span>
        <span>{clockTime((from + to) / 2, now.value, look.value)}</span>
        <span>{clockTime(to, now.value, look.value)}</span>
      </div>
      {series.length > 1 ? (
        <ul class="alert-legend small">
          {series.map(({ labels }, index) => (
            <li key={labelText(labels)}>
              <i class={`swatch series-${index + 1}`} /> {labelText(labels) || "all"}
            </li>
          ))}
        </ul>
      ) : null}
      <p class="spoken">
        {plural(intervals.length, "interval")}
        {threshold === null ? "" : `, compared with ${valueText(threshold)}`}
      </p>
    </figure>
  );
}

function Drawing({ preview, sentence }: { readonly preview: Preview; readonly sentence: string }): JSX.Element {
  const chart = chartOf(preview);
  const { thresholdY } = chart;
  return (
    <div class="alert-drawing">
      <span class="alert-scale alert-top mono">{valueText(chart.top)}</span>
      <span class="alert-scale alert-bottom mono">{valueText(chart.bottom)}</span>
      {thresholdY === null ? null : (
        <span class="alert-scale alert-limit mono" style={{ top: `${thresholdY}%` }}>
          {valueText(preview.threshold)}
        </span>
      )}
      <svg viewBox={`0 0 ${chartWidth} ${chartHeight}`} preserveAspectRatio="none" role="img" aria-label={sentence}>
        {preview.intervals.map(({ from, to, labels }) => (
          <rect
            key={`${from}${labelText(labels)}`}
            class="alert-band"
            x={chart.x(from)}
            y={0}
            width={Math.max(2, chart.x(to) - chart.x(from))}
            height={chartHeight}
          />
        ))}
        {thresholdY === null ? null : (
          <line class="alert-threshold" x1={0} x2={chartWidth} y1={thresholdY} y2={thresholdY} />
        )}
        {chart.paths.map((path, index) => (
          <path key={path} class={`alert-path series-${index + 1}`} d={path} />
        ))}
      </svg>
    </div>
  );
}
