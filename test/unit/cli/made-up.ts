import { z } from "zod";
import { TuttiError } from "../../../src/core/error.ts";
import { nearest } from "../../../src/core/nearest.ts";
import { operation, type AnyOperation } from "../../../src/core/operation.ts";
import type { RunRecord, RunStatus, StepRecord } from "../../../src/core/step.ts";

export function stepRecord(key: string, change: Partial<StepRecord> = {}): StepRecord {
  const times = { startedAt: 1_000, finishedAt: 1_041 };
  return {
    key,
    name: key,
    kind: "run",
    status: "succeeded",
    attempts: 1,
    output: null,
    error: null,
    skipped: null,
    ...times,
    ...change,
  };
}

export function runRecord(change: Partial<RunRecord> = {}): RunRecord {
  const id = "run_1" as RunRecord["id"];
  const nothing = { input: null, output: null, error: null, usage: { calls: 0 } };
  return {
    id,
    flow: "greet",
    status: "succeeded",
    createdAt: 0,
    startedAt: 0,
    finishedAt: 3_600,
    steps: [],
    ...nothing,
    ...change,
  };
}

export interface Script {
  /** What a run is like when it is left. */
  readonly run?: RunRecord;
  /** What its watcher is told before. */
  readonly events?: readonly unknown[];
  readonly reviews?: readonly unknown[];
  /** Watching fails with these first. */
  readonly watchErrors?: TuttiError[];
}

/** As much of the real table as the command line knows by name. */
export function scriptedOperations(script: Script, started: unknown[] = []): AnyOperation[] {
  const common = { role: "operator", idempotent: true, faces: ["cli", "http", "sdk"], output: z.unknown() } as const;
  const read = { ...common, method: "GET", effect: "read" } as const;
  const run = script.run ?? runRecord();
  const watchErrors = [...(script.watchErrors ?? [])];
  return [
    operation({
      ...common,
      method: "POST",
      effect: "write",
      name: "run.start",
      summary: "Starts a run of a flow",
      path: "/runs",
      input: z.strictObject({
        flow: z.string(),
        input: z.unknown().optional(),
        priority: z.int().optional(),
        deadline: z.string().optional(),
      }),
      cli: { examples: ["tutti run greet"] },
      handle: async (input) => {
        if (input.flow !== "greet") {
          const there = {
            hint: "Did you mean greet?",
            data: { flows: ["greet"], nearest: nearest(input.flow, ["greet"]) ?? null },
          };
          throw new TuttiError("flow.missing", `there is no flow "${input.flow}"`, there);
        }
        started.push(input);
        return { ...run, status: "queued" satisfies RunStatus };
      },
    }),
    operation({
      ...read,
      name: "flow.show",
      summary: "Shows a flow",
      path: "/flows/:name",
      input: z.strictObject({ name: z.string() }),
      cli: { positional: ["name"], examples: ["tutti flow show greet"] },
      handle: async ({ name }) => ({ name, inputSchema: { properties: { name: { type: "string" } } } }),
    }),
    operation<{ id: string; untilIdle: boolean }, unknown, unknown>({
      ...read,
      name: "run.watch",
      summary: "Follows a run",
      path: "/runs/:id/watch",
      input: z.strictObject({ id: z.string(), untilIdle: z.stringbool().or(z.boolean()).default(false) }),
      cli: { positional: ["id"], waitsForRuns: true, examples: ["tutti run watch run_1"] },
      handle: async function* () {
        yield* script.events ?? [];
        const error = watchErrors.shift();
        if (error) throw error;
        return run;
      },
    }),
    operation({
      ...read,
      name: "run.list",
      summary: "Lists runs",
      path: "/runs",
      input: z.strictObject({
        status: z.enum(["queued", "running", "failed"]).optional(),
        limit: z.coerce.number().int().default(50).describe("How many at the most"),
        tag: z.union([z.string(), z.array(z.string())]).optional(),
      }),
      cli: { examples: ["tutti run list --status failed"] },
      empty: [],
      handle: async () => [run],
    }),
    operation({
      ...read,
      name: "run.get",
      summary: "Shows one run",
      path: "/runs/:id",
      input: z.strictObject({ id: z.string() }),
      cli: { positional: ["id"], examples: ["tutti run get run_1"] },
      handle: async ({ id }) => {
        if (id === run.id) return run;
        throw new TuttiError("run.missing", `there is no run ${id}`, { hint: "`tutti run list` shows what there is." });
      },
    }),
    operation({
      ...read,
      name: "review.list",
      summary: "Lists reviews",
      path: "/reviews",
      input: z.strictObject({}),
      cli: { examples: ["tutti review list"] },
      empty: [],
      handle: async () => script.reviews ?? [],
    }),
    operation({
      ...read,
      name: "doctor",
      summary: "Proves that each part works here",
      path: "/doctor",
      input: z.strictObject({ fast: z.boolean().optional().describe("Only what is quick") }),
      cli: { command: "doctor", examples: ["tutti doctor"] },
      handle: async () => [
        { group: "Storage", name: "disk", status: "ok", message: "12 GB free" },
        { group: "Models", name: "server", status: "fail", message: "nobody answers", fix: "ollama serve" },
      ],
    }),
  ];
}
