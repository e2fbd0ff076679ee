import { useUrlState } from "../../data/url-state.ts";
import { addressOf, choiceIn, textOf, type ChartChoice } from "./chart-choice.ts";
import { firsts } from "../../first.ts";
import { partIn, rangeOf, type Span, type TimeRange } from "./time-range.ts";

/** What the address says of the page, and ways to say something else. */
export interface MetricsPlace {
  readonly choice: ChartChoice | null;
  readonly range: TimeRange;
  readonly choose: (choice: ChartChoice | null) => void;
  readonly span: (span: Span) => void;
  readonly zoom: (from: number, to: number) => void;
  readonly wholeSpan: () => void;
  /** A link to a chart, at the same time. */
  readonly linkTo: (choice: ChartChoice) => string;
}

export function useMetricsPlace(): MetricsPlace {
  const url = useUrlState();
  const range = rangeOf(url.values);
  return {
    choice: choiceIn(url.values),
    range,
    choose: (choice) => url.set(addressOf(choice)),
    span: (span) => url.set({ range: span, from: null, to: null }),
    zoom: (from, to) => url.set(partIn(from, to, Date.now())),
    wholeSpan: () => url.set({ from: null, to: null }),
    linkTo(choice) {
      const kept = ["range", "from", "to"].flatMap((key) => {
        const value = url.get(key);
        return value === undefined ? [] : [[key, value]];
      });
      return `${firsts.metrics.path}?${[textOf(choice), new URLSearchParams(kept).toString()].filter(Boolean).join("&")}`;
    },
  };
}
