import type { JSX } from "preact";
import { now } from "../../data/clock.ts";
import { clockTime, plural } from "../../data/format.ts";
import { look } from "../../data/setting.ts";
import { labelText, previewSentence, valueText, type Preview, type Unit } from "./alert-words.ts";
import { chartHeight, chartOf, chartWidth } from "./chart.ts";

export interface PreviewProps {
  readonly preview: Preview;
  readonly unit?: Unit;
}

/** What a rule looks at over time, its line, and where it would have fired. */
export function PreviewChart({ preview, unit = null }: PreviewProps): JSX.Element {
  const { series, intervals, threshold, isCut } = preview;
  const sentence = previewSentence(preview);
  return (
    <figure class="alert-preview">
      <figcaption class="line">
        <b>{sentence}</b>
        {isCut ? (
          <span class="is-warn small">There was more than can be looked through; the oldest is left out.</span>
        ) : null}
      </figcaption>
      {series.length === 0 ? (
        <p class="muted small alert-nothing">Its query gave nothing in this time, so there is nothing to draw.</p>
      ) : (
        <Drawing preview={preview} unit={unit} sentence={sentence} />
      )}
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
        {threshold === null ? "" : `, compared with ${valueText(threshold, unit)}`}
      </p>
    </figure>
  );
}

// Closer than this to the edge, its number would lie on the edge's own.
const apart = 14;

function Drawing({ preview, unit, sentence }: Required<PreviewProps> & { readonly sentence: string }): JSX.Element {
  const chart = chartOf(preview);
  const { thresholdY } = chart;
  return (
    <>
      <div class="alert-drawing">
        {thresholdY !== null && thresholdY < apart ? null : (
          <span class="alert-scale alert-top mono">{valueText(chart.top, unit)}</span>
        )}
        {thresholdY !== null && thresholdY > chartHeight - apart ? null : (
          <span class="alert-scale alert-bottom mono">{valueText(chart.bottom, unit)}</span>
        )}
        {thresholdY === null ? null : (
          <span class="alert-scale alert-limit mono" style={{ top: `${thresholdY}%` }}>
            {valueText(preview.threshold, unit)}
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
      <div class="alert-axis" aria-hidden="true">
        {[preview.from, (preview.from + preview.to) / 2, preview.to].map((at) => (
          <span key={at}>{clockTime(at, now.value, look.value)}</span>
        ))}
      </div>
    </>
  );
}
