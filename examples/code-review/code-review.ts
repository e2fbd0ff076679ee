import { flow, z } from "tutti";
import { analyse } from "./analyse.ts";
import type { Analysis } from "./analyse.ts";
import { collect } from "./collect.ts";
import type { Collected } from "./collect.ts";
import { sortFindings } from "./finding.ts";
import { reviewByModel } from "./model-review.ts";
import type { ModelReview } from "./model-review.ts";
import { writeReport } from "./report.ts";
import type { Review } from "./review.ts";
import { checkPlace, saveReport } from "./save-report.ts";
import { summarise } from "./summary.ts";

const input = z.object({
  repository: z.string().min(1).default(".").describe("The git repository: any folder in it"),
  range: z
    .string()
    .default("")
    .describe("The commits, such as HEAD~5..HEAD, main...topic or one commit; default: the last ones"),
  last: z.int().min(1).max(100_000).default(10).describe("How many commits, where no range is given"),
  output: z
    .string()
    .default("review.md")
    .describe("The file for the report, from the current folder; only an older report is replaced; empty: none"),
  model: z
    .string()
    .min(1)
    .default("default")
    .describe("The model that reads the risky files; default: the configured one"),
  maxModelFiles: z.int().min(0).max(100).default(5).describe("How many files the model reads at most; 0: none"),
});

export default flow({
  name: "code-review",
  description: "Reviews the last commits of a git repository, or a range of them, and writes a report.",
  input,
  async run(step, { repository, range, last, output, model, maxModelFiles }) {
    // Before the work, which a model makes long.
    if (output !== "") await step.run("look where the report goes", ({ folder }) => checkPlace({ folder, output }));
    const collected = await collect(step, { path: repository, range, last });
    const analysis = await step.run("analyse", () => analyse(collected, maxModelFiles));
    const review = put(collected, analysis, await reviewByModel(step, analysis.questions, model));
    const report =
      output === ""
        ? ""
        : await step.run("write the report", ({ folder }) => saveReport({ folder, output, text: writeReport(review) }));
    const { commits, files, findings, hotSpots, dependencies } = review;
    return {
      repository: review.repository,
      range: review.range,
      commits,
      files,
      findings,
      hotSpots,
      dependencies,
      model: review.model,
      notes: review.notes,
      report,
      summary: summarise(review, report),
    };
  },
});

function put({ repository, range, notes }: Collected, analysis: Analysis, model: ModelReview): Review {
  const { commits, files, hotSpots, dependencies } = analysis;
  return {
    commits,
    files,
    hotSpots,
    dependencies,
    repository,
    range: range?.label ?? "no commit yet",
    base: range?.base ?? null,
    head: range?.head ?? null,
    notes,
    findings: sortFindings([...analysis.findings, ...model.claims]),
    model,
  };
}
