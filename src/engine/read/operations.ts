import { z } from "zod";
import { isDuration, notADurationText, toMs } from "../../core/duration.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import { runStatuses } from "../../core/step.ts";
import { parseQuery, type QueryTerm } from "./query.ts";
import { recentInputs } from "./flow-figure.ts";
import { compareRuns } from "./run-compare.ts";
import { runErrors } from "./run-errors.ts";
import { listRuns } from "./run-list.ts";
import { runStats } from "./run-stats.ts";
import { runStep, stepParts, type RunStepPorts } from "./run-step.ts";
import { runTimeline, type TimelinePorts } from "./run-timeline.ts";
import {
  comparisonShape,
  errorGroupShape,
  listedShape,
  recentInputShape,
  statsShape,
  stepShape,
  timelineShape,
} from "./shape.ts";

export interface ReadOperationPorts extends TimelinePorts, RunStepPorts {}

const faces = ["cli", "http", "sdk", "mcp"] as const;
const read = { method: "GET", role: "viewer", effect: "read", idempotent: true, faces } as const;
const id = z.string().min(1).describe("The run's id");
const flag = z.stringbool().or(z.boolean()).default(false);
const duration = z.union([z.string(), z.number()]).refine(isDuration, notADurationText);
const query = z
  .string()
  .optional()
  .describe('Only runs like this: status:failed,waiting flow:triage error:"no room" -model:qwen since:24h words');

// Every run of a list is held in memory as a whole.
const mostListed = 1_000;
// What a page shows at once without a pause.
const partBytes = 262_144;

/** In an order in which no path is taken for the id of a run. */
export function createReadOperations(ports: ReadOperationPorts): AnyOperation[] {
  return [
    statsOperation(ports),
    errorsOperation(ports),
    compareOperation(ports),
    listOperation(ports),
    timelineOperation(ports),
    stepOperation(ports),
    inputsOperation(ports),
  ];
}

/** The words of a command, or the text of a query, as conditions. */
export function termsOf(ports: Pick<ReadOperationPorts, "clock">, text: string | undefined): QueryTerm[] {
  return text === undefined ? [] : parseQuery(text, ports.clock.now());
}

function listOperation(ports: ReadOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "run.list",
    summary: "Lists runs, newest first, without their payloads",
    path: "/runs",
    input: z.strictObject({
      query,
      status: z.enum(runStatuses).optional().describe("Only runs in this state"),
      flow: z.string().optional().describe("Only runs of this flow"),
      due: flag.describe("Only waiting runs that go on by themselves: a sleep, a timeout or a deadline is set"),
      before: z.string().optional().describe("Only runs older than this one: the last one of the list before"),
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(
          mostListed,
          `must be at most ${mostListed}; for older runs, ask again with "before" and the last id of the list`,
        )
        .default(50)
        .describe("How many at the most"),
    }),
    output: z.array(listedShape),
    page: { cursor: "before", key: "id" },
    cli: {
      positional: ["query..."],
      examples: [
        "tutti run list",
        "tutti run list --status failed --json",
        "tutti run list 'status:failed,waiting flow:triage since:24h'",
      ],
    },
    empty: [],
    handle: ({ query: text, ...filter }) => listRuns(ports, { ...filter, terms: termsOf(ports, text) }),
  });
}

function statsOperation(ports: ReadOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "run.stats",
    summary: "Counts runs by state and by when they were made",
    path: "/runs/stats",
    input: z.strictObject({
      since: duration.default("24h").describe("How far back"),
      bucket: duration.default("1h").describe("How long a bucket is"),
      query,
    }),
    output: statsShape,
    cli: { examples: ["tutti run stats", "tutti run stats --since 7d --bucket 1d --query flow:triage"] },
    handle: ({ since, bucket, query: text }) =>
      runStats(ports, {
        sinceMs: Math.max(1, toMs(since)),
        bucketMs: Math.max(1_000, toMs(bucket)),
        terms: termsOf(ports, text),
      }),
  });
}

function errorsOperation(ports: ReadOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "run.errors",
    summary: "Groups failed runs by what went wrong, the most frequent first",
    path: "/runs/errors",
    input: z.strictObject({
      since: duration.default("7d").describe("How far back"),
      query,
      limit: z.coerce.number().int().min(1).max(200).default(50).describe("How many groups at the most"),
    }),
    output: z.array(errorGroupShape),
    cli: { examples: ["tutti run errors", "tutti run errors --since 24h --query flow:triage"] },
    empty: [],
    handle: ({ since, query: text, limit }) =>
      runErrors(ports, { sinceMs: toMs(since), terms: termsOf(ports, text), limit }),
  });
}

function compareOperation(ports: ReadOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "run.compare",
    summary: "Compares two runs step by step",
    path: "/runs/compare",
    input: z.strictObject({
      a: z.string().min(1).describe("The id of one run, such as the one that was good"),
      b: z.string().min(1).describe("The id of the other one"),
    }),
    output: comparisonShape,
    cli: {
      command: "run diff",
      positional: ["a", "b"],
      examples: ["tutti run diff run_4k7d2mzq01pb run_4k7d2mzq01pc"],
    },
    handle: (input) => compareRuns(ports, input),
  });
}

function inputsOperation(ports: ReadOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "flow.inputs",
    summary: "Lists what a flow was given lately, each input once",
    path: "/flows/:name/inputs",
    input: z.strictObject({ name: z.string().min(1).describe("The flow's name") }),
    output: z.array(recentInputShape),
    cli: { positional: ["name"], examples: ["tutti flow inputs code-review"] },
    empty: [],
    handle: ({ name }) => recentInputs(ports, name),
  });
}

function timelineOperation(ports: ReadOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "run.timeline",
    summary: "Shows where the time of a run went: its steps, attempts, waits and scopes in their order",
    path: "/runs/:id/timeline",
    input: z.strictObject({
      id,
      after: z.coerce.number().int().min(0).default(0).describe("Only what is new since this row, and what is open"),
    }),
    output: timelineShape,
    cli: { positional: ["id"], examples: ["tutti run timeline run_4k7d2mzq01pb"] },
    handle: ({ id: run, after }) => runTimeline(ports, run, after),
  });
}

function stepOperation(ports: ReadOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "run.step",
    summary: "Shows one step of a run: what it was given, what it gave, and what its model read",
    path: "/runs/:id/step",
    input: z.strictObject({
      id,
      key: z.string().min(1).describe("The step's key, as `tutti run timeline` shows it"),
      maxBytes: z.coerce
        .number()
        .int()
        .min(1)
        .default(partBytes)
        .describe("How much of each part; what is longer is cut"),
      part: z.enum(stepParts).optional().describe("Only this part, and the whole of it"),
    }),
    output: stepShape,
    cli: {
      positional: ["id", "key"],
      examples: ["tutti run step run_4k7d2mzq01pb draft", "tutti run step run_4k7d2mzq01pb draft --part output --json"],
    },
    handle: ({ id: run, ...rest }) => runStep(ports, { id: run, ...rest }),
  });
}
