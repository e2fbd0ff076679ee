import { tutti } from "../../../data/api.ts";
import { useQuery, type Answer } from "../../../data/query.ts";
import type { StepData } from "./step-data.ts";

// What is read at once; the rest is a download.
const maxBytes = 262_144;

/** One step's payloads, when they are looked at. Asked again when its state is another. */
export function useStep(run: string, key: string | null, status: string): Answer<StepData> {
  return useQuery<StepData>(key === null || key === "" ? null : `step:${run}:${key}:${status}`, (signal) =>
    tutti.run.step({ id: run, key: key ?? "", maxBytes }, { signal }),
  );
}
