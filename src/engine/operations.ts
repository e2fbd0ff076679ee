import { z } from "zod";
import { TuttiError } from "../core/error.ts";
import { operation, type AnyOperation } from "../core/operation.ts";
import { runStatuses, type RunRecord } from "../core/step.ts";
import { runGetOperation, type RunGetDependencies } from "./agent/agent-context-operation.ts";
import type { RunControl } from "./engine.ts";
import { refuseUnknownInput } from "./flow-input.ts";
import { flowFigures, type FlowFigurePorts, type FlowFigures } from "./read/flow-figure.ts";
import { createReadOperations, type ReadOperationPorts } from "./read/operations.ts";
import { summaryShape } from "./read/shape.ts";
import { stepShape, watchShape } from "./step-shape.ts";
import { verifyOperation, type VerifyDependencies } from "./verify-operation.ts";
import { watchRun, type WatchEvent } from "./watch.ts";

export interface EngineOperationDependencies extends VerifyDependencies {
  readonly control: RunControl;
  readonly context: RunGetDependencies["context"];
  readonly reads: ReadOperationPorts;
}

const runShape = summaryShape.extend({ input: z.unknown(), output: z.unknown(), steps: z.array(stepShape).readonly() });

const flag = z.stringbool().or(z.boolean()).default(false);
const faces = ["cli", "http", "sdk", "mcp"] as const;
const id = z.string().min(1).describe("The run's id");
const byId = z.strictObject({ id });
const read = { method: "GET", role: "viewer", effect: "read", idempotent: true, faces } as const;
const act = { method: "POST", role: "operator", effect: "write", idempotent: false, faces, output: runShape } as const;

export function createEngineOperations(dependencies: EngineOperationDependencies): AnyOperation[] {
  return [
    ...createReadOperations(dependencies.reads),
    ...runOperations(dependencies),
    ...controlOperations(dependencies),
    ...flowOperations(dependencies),
  ];
}

function runOperations({ control, store, live, flows, context }: EngineOperationDependencies): AnyOperation[] {
  const start = operation({
    ...act,
    name: "run.start",
    summary: "Starts a run of a flow",
    path: "/runs",
    input: z.strictObject({
      flow: z.string().min(1).describe("The flow's name, or the path of its file"),
      input: z.unknown().optional().describe("The flow's input"),
      priority: z.int().min(-100).max(100).optional().describe("Higher goes first; 0 unless given"),
      deadline: z.union([z.string(), z.number()]).optional().describe('The run fails after this long, such as "10m"'),
    }),
    cli: { positional: ["flow"], examples: ["tutti run code-review --input last=5"] },
    handle: async ({ flow, input, priority, deadline }, { folder, caller, trace }) => {
      const found = await flows.get(flow, folder);
      refuseUnknownInput(found, input);
      const by = { folder, trigger: caller, trace };
      return store.record(await control.start({ flow: found, input, priority, deadline, ...by }));
    },
  });
  const record = (asked: string): Promise<RunRecord> => store.record(asked);
  const get = runGetOperation({ record, context }, { shape: runShape, id, flag });
  return [start, get, watchOperation({ store, live })];
}

function watchOperation({ store, live }: Pick<EngineOperationDependencies, "store" | "live">): AnyOperation {
  return operation<{ id: string; untilIdle: boolean }, unknown, WatchEvent>({
    ...read,
    name: "run.watch",
    summary: "Follows a run until it has ended or is paused",
    path: "/runs/:id/watch",
    input: z.strictObject({
      id,
      untilIdle: flag.describe("Return as soon as only waits are left"),
    }),
    output: runShape,
    progress: watchShape,
    cli: { positional: ["id"], waitsForRuns: true, examples: ["tutti run watch run_4k7d2mzq01pb"] },
    handle: (input, { signal }) => watchRun({ store, live }, input, signal),
  });
}

function controlOperations({ control, store }: EngineOperationDependencies): AnyOperation[] {
  const on = (name: "pause" | "resume", summary: string): AnyOperation =>
    operation({
      ...act,
      name: `run.${name}`,
      summary,
      path: `/runs/:id/${name}`,
      input: byId,
      cli: { positional: ["id"], examples: [`tutti run ${name} run_4k7d2mzq01pb`] },
      handle: async ({ id: asked }) => {
        await control[name](asked);
        return store.record(asked);
      },
    });
  const cancel = operation({
    ...act,
    name: "run.cancel",
    effect: "destroy",
    summary: "Cancels a run: open waits and running steps end, cleanups run",
    path: "/runs/:id/cancel",
    input: z.strictObject({ id, reason: z.string().optional().describe("Why; kept with the run") }),
    cli: { positional: ["id"], examples: ["tutti run cancel run_4k7d2mzq01pb"] },
    handle: async ({ id: asked, reason }) => {
      await control.cancel(asked, reason);
      return store.record(asked);
    },
  });
  return [
    cancel,
    on("pause", "Pauses a run: what is running finishes, nothing new starts"),
    on("resume", "Lets a paused run go on"),
    ...repeatOperations({ control, store }),
  ];
}

function repeatOperations({ control, store }: Pick<EngineOperationDependencies, "control" | "store">): AnyOperation[] {
  const retry = operation({
    ...act,
    name: "run.retry",
    summary: "Starts a failed or cancelled run again as a new run that keeps what had succeeded",
    path: "/runs/:id/retry",
    input: byId,
    cli: { positional: ["id"], examples: ["tutti run retry run_4k7d2mzq01pb"] },
    handle: async ({ id: asked }) => store.record(await control.retry(asked)),
  });
  const fork = operation({
    ...act,
    name: "run.fork",
    summary: "Starts a new run that keeps the results before a step and does the rest again",
    path: "/runs/:id/fork",
    input: z.strictObject({
      id,
      from: z.string().min(1).describe("The key of the step to do again, as `tutti run get` shows it"),
    }),
    cli: { positional: ["id"], examples: ['tutti run fork run_4k7d2mzq01pb --from "draft"'] },
    handle: async ({ id: asked, from }) => store.record(await control.fork(asked, from)),
  });
  const emit = operation({
    ...act,
    name: "event.emit",
    summary: "Emits an event; the run that has waited for it the longest takes it",
    path: "/events",
    input: z.strictObject({
      name: z.string().min(1).describe("The event's name"),
      payload: z.unknown().optional().describe("The event's payload, JSON"),
    }),
    output: z.object({ name: z.string(), run: z.string().nullable().describe("The run that has taken it") }),
    cli: { positional: ["name"], examples: ["tutti event emit deployed --payload '{\"version\":2}'"] },
    handle: async ({ name, payload }) => ({ name, run: await control.emit(name, payload) }),
  });
  return [retry, fork, emit];
}

const noFigures: FlowFigures = { runs24h: 0, failed24h: 0, lastRun: null, medianMs: null };

/** Flows are listed without a data folder, too. */
async function figuresWhereStored(ports: FlowFigurePorts, names: readonly string[]): Promise<Map<string, FlowFigures>> {
  try {
    return await flowFigures(ports, names);
  } catch (error) {
    if (error instanceof TuttiError && error.code === "storage.unavailable") return new Map();
    throw error;
  }
}

function flowListOperation(dependencies: EngineOperationDependencies): AnyOperation {
  const { flows } = dependencies;
  const entry = z.object({
    name: z.string(),
    file: z.string(),
    isBuiltIn: z.boolean(),
    description: z.string().nullable(),
    problem: z.string().nullable(),
    runs24h: z.int().describe("Runs that were made in the last 24 hours."),
    failed24h: z.int(),
    lastRun: z.object({ id: z.string(), status: z.enum(runStatuses), createdAt: z.number() }).nullable(),
    medianMs: z.number().nullable().describe("Of its last hundred runs that succeeded."),
  });
  return operation({
    ...read,
    name: "flow.list",
    summary: "Lists the flows of this folder",
    path: "/flows",
    input: z.strictObject({}),
    output: z.array(entry),
    cli: { examples: ["tutti flow list"] },
    handle: async (_input, { folder }) => {
      const found = await flows.list(folder);
      const figures = await figuresWhereStored(
        dependencies.reads,
        found.map(({ name }) => name),
      );
      return found.map(({ name, file, isBuiltIn, flow, problem }) => {
        const { runs24h, failed24h, lastRun, medianMs } = figures.get(name) ?? noFigures;
        const [description, why] = [flow?.description ?? null, problem?.message ?? null];
        return { name, file, isBuiltIn, description, problem: why, runs24h, failed24h, lastRun, medianMs };
      });
    },
  });
}

function flowOperations(dependencies: EngineOperationDependencies): AnyOperation[] {
  const { flows } = dependencies;
  const show = operation({
    ...read,
    name: "flow.show",
    summary: "Shows a flow with the JSON Schema of its input",
    path: "/flows/:name",
    input: z.strictObject({ name: z.string().min(1).describe("The flow's name, or the path of its file") }),
    output: z.object({
      name: z.string(),
      description: z.string().nullable(),
      version: z.string().nullable(),
      concurrency: z.number().nullable(),
      inputSchema: z.unknown(),
    }),
    cli: { positional: ["name"], paths: ["name"], examples: ["tutti flow show code-review"] },
    handle: async ({ name }, { folder }) => {
      const flow = await flows.get(name, folder);
      const inputSchema = flow.input ? z.toJSONSchema(flow.input, { io: "input", unrepresentable: "any" }) : null;
      return {
        name: flow.name,
        description: flow.description ?? null,
        version: flow.version ?? null,
        concurrency: flow.concurrency ?? null,
        inputSchema,
      };
    },
  });
  return [flowListOperation(dependencies), show, verifyOperation(dependencies)];
}
