import { highestOf, toChartData, type ChartData } from "../../chart/chart-data.ts";
import { tutti } from "../../data/api.ts";
import type { Output } from "../../data/call.ts";
import { useQuery, type Answer } from "../../data/query.ts";
import type { ChartPlan } from "./chart-plan.ts";
import { namesOf } from "./series-name.ts";
import { edgesOf, promDuration, stepOf, type TimeRange } from "./time-range.ts";
import { scaleOf, type Scale } from "./unit.ts";

const everyMs = 15_000;

export interface Charted extends Scale {
  readonly data: ChartData;
}

/** The lines of a chart, asked for again while somebody looks. */
export function useChart({ expressions, others, unit }: ChartPlan, range: TimeRange): Answer<Charted> {
  const stepMs = stepOf(range);
  const key = `chart ${JSON.stringify([expressions, others, unit, range])}`;
  return useQuery(
    key,
    async (signal) => {
      const times = { ...edgesOf(range, Date.now()), step: promDuration(stepMs) };
      const answers = await Promise.all(
        expressions.map((expression) => tutti.metric.query({ expression, ...times }, { signal })),
      );
      const data = toChartData(gridOf(answers, stepMs), seriesOf(answers, expressions), others);
      return { data, ...scaleOf(unit, highestOf(data)) };
    },
    { everyMs },
  );
}

type Result = Output<"metric.query">;

function gridOf([first]: readonly Result[], stepMs: number) {
  return { from: first?.from ?? 0, to: first?.to ?? 0, stepMs: first?.stepMs ?? stepMs };
}

function seriesOf(answers: readonly Result[], expressions: readonly string[]) {
  const all = answers.flatMap(({ series }, index) =>
    series.map(({ labels, points }) => ({ labels, points, expression: expressions[index] ?? "" })),
  );
  const names = namesOf(all);
  return all.map(({ points }, index) => ({ name: names[index] ?? "", points }));
}
