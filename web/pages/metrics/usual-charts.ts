import type { ChosenFigure } from "./chart-choice.ts";

export interface UsualChart {
  readonly title: string;
  /** What it says and when to worry. */
  readonly about: string;
  readonly choice: ChosenFigure;
}

const figure = (metric: string, given: Partial<ChosenFigure> = {}): ChosenFigure => ({
  metric,
  way: null,
  by: [],
  where: {},
  ...given,
});

/** What the page shows before anything is chosen. */
export const usualCharts: readonly UsualChart[] = [
  {
    title: "Runs by outcome",
    about: "Runs that have ended, by how.",
    choice: figure("tutti_runs_total", { way: "added", by: ["status"] }),
  },
  {
    title: "How long runs take",
    about: "From their start to their end, with what they have waited for.",
    choice: figure("tutti_run_duration_seconds"),
  },
  {
    title: "Oldest in the queue",
    about: "How long the oldest run has waited for a worker; a queue that does not move shows here first.",
    choice: figure("tutti_queue_age_seconds", { way: "highest" }),
  },
  {
    title: "Tokens",
    about: "What models have read and written.",
    choice: figure("gen_ai_client_token_usage", { way: "amount", by: ["gen_ai_token_type"] }),
  },
  {
    title: "Model calls",
    about: "How long a call of a model takes.",
    choice: figure("gen_ai_client_operation_duration_seconds"),
  },
  {
    title: "Data on disk",
    about: "What each part of the data folder takes.",
    choice: figure("tutti_storage_bytes", { way: "sum", by: ["part"] }),
  },
];
