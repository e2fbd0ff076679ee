import type { ComponentChildren, JSX } from "preact";
import { Chart } from "../../chart/chart.tsx";
import type { Mark } from "../../chart/plot.ts";
import { Failure, Wait } from "../../ui/state.tsx";
import type { ChartPlan } from "./chart-plan.ts";
import { useChart, type Charted } from "./use-chart.ts";
import type { MetricsPlace } from "./use-page.ts";

export interface PlannedChartProps {
  readonly plan: ChartPlan;
  readonly title: string;
  readonly place: Pick<MetricsPlace, "range" | "zoom" | "wholeSpan">;
  readonly height: number;
  readonly marks?: readonly Mark[];
  readonly isWhole?: boolean;
  /** Instead of lines, where there are none. */
  readonly empty: ComponentChildren;
  /** Below the lines. */
  readonly children?: (charted: Charted) => ComponentChildren;
}

/** Asks for a chart and draws it; waiting, failed, empty and drawn look different. */
export function PlannedChart({ plan, title, place, empty, children, ...drawn }: PlannedChartProps): JSX.Element {
  const { data: charted, error, reload } = useChart(plan, place.range);
  return (
    <>
      {error ? <Failure error={error} retry={reload} /> : null}
      {charted === undefined ? (
        error ? null : (
          <Wait lines={Math.round(drawn.height / 32)} />
        )
      ) : charted.data.lines.length === 0 ? (
        error ? null : (
          empty
        )
      ) : (
        <>
          <Chart {...drawn} {...charted} name={title} onZoom={place.zoom} onBack={place.wholeSpan} />
          {children?.(charted)}
        </>
      )}
    </>
  );
}
