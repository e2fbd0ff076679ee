import { isOpen } from "./run-row.ts";

export const bulkActions = ["retry", "cancel", "pause", "resume"] as const;
export type BulkAction = (typeof bulkActions)[number];

interface Picked {
  readonly id: string;
  readonly status: string;
}

/** What an action would do to each of some runs: some it can be done to, the others are left alone, with the reason. */
export interface BulkPlan<Run extends Picked> {
  readonly able: readonly Run[];
  readonly left: readonly { readonly run: Run; readonly why: string }[];
}

const needs: Readonly<Record<BulkAction, (status: string) => boolean>> = {
  retry: (status) => status === "failed" || status === "cancelled",
  cancel: (status) => isOpen(status) || status === "paused",
  pause: isOpen,
  resume: (status) => status === "paused",
};

export function planBulk<Run extends Picked>(action: BulkAction, runs: readonly Run[]): BulkPlan<Run> {
  const isAble = (run: Run): boolean => needs[action](run.status);
  return {
    able: runs.filter(isAble),
    left: runs.filter((run) => !isAble(run)).map((run) => ({ run, why: `is ${run.status}` })),
  };
}
