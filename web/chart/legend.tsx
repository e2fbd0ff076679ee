import type { JSX } from "preact";
import { unknown } from "../data/format.ts";
import { figuresOf, type ChartData, type Line } from "./chart-data.ts";
import { dashes } from "./ink.ts";

export interface LegendProps {
  readonly data: ChartData;
  readonly format: (value: number) => string;
  /** Which time is looked at. */
  readonly cursor: number | null;
  readonly isWhole: boolean;
}

/** Which line is which, and what it comes to; at the cursor where there is one. */
export function Legend({ data: { lines }, format, cursor, isWhole }: LegendProps): JSX.Element {
  const shown = (value: number | null | undefined): string =>
    value === null || value === undefined ? unknown : format(value);
  return (
    <table class={isWhole ? "table chart-legend" : "table chart-legend is-short"}>
      <thead class={isWhole ? "" : "spoken"}>
        <tr>
          <th>line</th>
          <th class="num">{cursor === null ? "last" : "here"}</th>
          {isWhole ? (
            <>
              <th class="num">least</th>
              <th class="num">most</th>
              <th class="num wide">average</th>
            </>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => {
          const { last, least, most, mean } = figuresOf(line);
          return (
            <tr key={line.name}>
              <td title={line.name}>
                <Stroke index={index} line={line} /> {line.name}
              </td>
              <td class="num">{shown(cursor === null ? last : line.values[cursor])}</td>
              {isWhole ? (
                <>
                  <td class="num">{shown(least)}</td>
                  <td class="num">{shown(most)}</td>
                  <td class="num wide">{shown(mean)}</td>
                </>
              ) : null}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Stroke({ index, line }: { readonly index: number; readonly line: Line }): JSX.Element {
  return (
    <svg
      class={line.isOthers ? "chart-stroke is-others" : `chart-stroke c${index + 1}`}
      viewBox="0 0 20 8"
      aria-hidden="true"
    >
      <path d="M0 4h20" stroke-dasharray={dashes[index]?.join(" ")} />
    </svg>
  );
}
