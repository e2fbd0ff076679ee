import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { isDuration, notADurationText, toMs } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import { pageOf, readTemplate } from "./page.ts";
import { recordPeriod } from "./period-report.ts";
import { Recorder } from "./recorder.ts";
import { recordRun } from "./run-report.ts";

export interface ReportOptions {
  readonly clock: Clock;
  readonly version: string;
  /** The built page that reports are laid into. */
  readonly template: string;
  /** Of all rooms, once they are there. */
  readonly operations: () => readonly AnyOperation[];
}

// What a browser opens from a disk without thinking about it.
const mostBytes = 20_000_000;

const input = z
  .strictObject({
    run: z.string().min(1).optional().describe("The run that it is of"),
    since: z
      .string()
      .refine(isDuration, notADurationText)
      .optional()
      .describe('How far back, such as "24h" or "7d", for a report of all that happened; 24h unless given'),
  })
  .refine(({ run, since }) => run === undefined || since === undefined, {
    error: "takes a run or a time, not both",
  });

/** Reports as one HTML file that opens from disk. */
export function createReportOperations(options: ReportOptions): readonly AnyOperation[] {
  return [
    operation({
      name: "export.html",
      summary: "Makes one HTML file of a run, or of what happened in a time: it opens from disk and needs nothing",
      method: "POST",
      path: "/export/html",
      role: "viewer",
      effect: "read",
      idempotent: true,
      input,
      output: z.object({
        name: z.string().describe("What the file may be called"),
        html: z.string(),
        left: z.array(z.string()).describe("What there was no room for, in words"),
      }),
      // The command line writes the file: see `tutti export`.
      faces: ["http", "sdk"],
      cli: { examples: ["tutti export --html --run run_4k7d2mzq01pb", "tutti export --html --since 24h"] },
      handle: (given, { signal }) => makeReport(options, given, signal),
    }),
  ];
}

interface Asked {
  readonly run?: string | undefined;
  readonly since?: string | undefined;
}

async function makeReport(
  { clock, version, template, operations }: ReportOptions,
  { run, since = "24h" }: Asked,
  signal: AbortSignal,
): Promise<{ name: string; html: string; left: string[] }> {
  const page = await readTemplate(template);
  const recorder = new Recorder(operations(), { mostBytes, signal });
  const madeAt = clock.now();
  if (run !== undefined) {
    const { flow, left } = await recordRun(recorder, run);
    const made = { madeAt, version, title: `Run of ${flow}`, about: { run }, answers: recorder.answers, left };
    return { name: `tutti-${run}.html`, html: pageOf(page, made), left };
  }
  const sinceMs = toMs(since);
  if (sinceMs === 0)
    throw new TuttiError("usage.invalid", "a report of no time is empty", { hint: "Write --since 24h." });
  const left = await recordPeriod(recorder, { since, sinceMs, now: madeAt });
  const about = { since: madeAt - sinceMs };
  const made = { madeAt, version, title: `The last ${since}`, about, answers: recorder.answers, left };
  const day = new Date(madeAt).toISOString().slice(0, 10);
  return { name: `tutti-${since}-until-${day}.html`, html: pageOf(page, made), left };
}
