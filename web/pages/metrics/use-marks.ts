import { tutti } from "../../data/api.ts";
import { useQuery } from "../../data/query.ts";

export interface AlertMark {
  readonly at: number;
  readonly rule: string;
  readonly text: string;
}

const mostRead = 200;

/** When alerts began to fire, the newest first. */
export function useMarks(): readonly AlertMark[] {
  const { data } = useQuery("alert.history marks", (signal) => tutti.alert.history({ limit: mostRead }, { signal }), {
    changedBy: ({ type }) => type.startsWith("alert."),
  });
  return (data ?? [])
    .filter(({ state }) => state === "firing")
    .map(({ at, rule }) => ({ at, rule, text: `${rule} fires` }));
}
