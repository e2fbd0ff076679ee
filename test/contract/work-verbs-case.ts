import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Failure } from "../../src/core/error.ts";
import { silentLog } from "../../src/core/log.ts";
import type { AnyOperation } from "../../src/core/operation.ts";
import type { RunRecord } from "../../src/core/step.ts";
import type { AnyTool } from "../../src/core/tool.ts";
import type { Tracer } from "../../src/core/trace.ts";
import type { PlanInterceptor, Verbs, WaitKind } from "../../src/core/verb.ts";
import { findAgent } from "../../src/engine/agent/agent-finder.ts";
import { createRunControl } from "../../src/engine/engine.ts";
import { defineFlow, type AnyFlow } from "../../src/engine/flow.ts";
import type { RunProcess, WorkPorts } from "../../src/engine/work-ports.ts";
import { createWorkVerbs } from "../../src/engine/work-verbs.ts";
import type { Step } from "../../src/index.ts";
import type { ChatModel } from "../../src/models/chat-model.ts";
import { reviewPlaces } from "../../src/engine/read/review-place.ts";
import { createReview } from "../../src/review/capability.ts";
import { reviewMigrations } from "../../src/review/review-table.ts";
import type { Review } from "../../src/review/review.ts";
import type { Database, Row } from "../../src/storage/database.ts";
import { createTools } from "../../src/tools/capability.ts";
import { toolsSection } from "../../src/tools/limits.ts";
import { endProcessGroup, processStartTime } from "../../src/tools/process-group.ts";
import { runProcess } from "../../src/tools/process.ts";
import { openTestEngine, type EngineParts, type TestEngine, type TestEngineOptions } from "../support/engine.ts";

export interface WorkOptions extends Omit<
  TestEngineOptions,
  "verbs" | "waits" | "plan" | "rooms" | "database" | "endProcess"
> {
  /** Tools that a human is asked about. */
  readonly askedTools?: readonly string[];
  /** What `chatModel` gives, whatever name is asked for. */
  readonly model?: ChatModel | ((name: string | undefined, signal: AbortSignal) => Promise<ChatModel>);
  /** Besides the built-in ones. */
  readonly tools?: readonly AnyTool[];
  readonly quirksOf?: NonNullable<WorkPorts["quirksOf"]>;
  readonly runProcess?: RunProcess;
  readonly trackProcess?: WorkPorts["trackProcess"];
  readonly endProcess?: (pid: number, started: string) => Promise<void>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly tracer?: Tracer;
  /** Beside those of the review room, outermost. */
  readonly around?: readonly PlanInterceptor[];
  /** A folder that somebody else makes and removes; default: one of its own. */
  readonly workspace?: string;
}

/** An engine with the verbs of the product, on real programs, files and reviews. */
export interface WorkEngine extends TestEngine {
  /** A folder of its own, gone with the engine. */
  readonly workspace: string;
  /** Calls an operation of the review room as a client would. */
  review(operation: string, input: object, caller?: string): Promise<Review>;
  /** The same from a process that has no worker: nobody here is told what it wakes. */
  reviewElsewhere(operation: string, input: object, caller: string): Promise<Review>;
  openReviews(run: string): Promise<Review[]>;
  /** Every row of every table as text: where something must not stand. */
  everyRow(): Promise<string>;
  table(name: string): Promise<Row[]>;
  /** Process groups that are remembered for a run. */
  tracked(run: string): Promise<Row[]>;
  start(flow: AnyFlow, input?: unknown): Promise<string>;
}

export type OpenWork = (options?: WorkOptions) => Promise<WorkEngine>;

let flowCount = 0;

/** A flow under a name of its own: what one test leaves open is not taken up with the code of the next. */
export function workFlow(run: (step: Step) => Promise<unknown>, options: Partial<AnyFlow> = {}): AnyFlow {
  return defineFlow<never, unknown, Step>({ name: `work-${++flowCount}`, run, ...options });
}

/** A program that does not end the first time, and its grandchild; the second time it is done at once. */
export const longScript = 'echo x >>runs; [ $(wc -l <runs) -gt 1 ] || { sleep 60 & echo "$$ $!" >pids; wait; }';

/** Under one name in every process, so that another one can take its run up. */
export function longShell(): AnyFlow {
  return defineFlow<never, unknown, Step>({
    name: "long-shell",
    run: async (step) => step.map("m", [1], (_item, inner) => inner.shell("s", ["sh", "-c", longScript])),
  });
}

export async function openWorkEngine(database: Database, options: WorkOptions = {}): Promise<WorkEngine> {
  const workspace = options.workspace ?? realpathSync(mkdtempSync(join(tmpdir(), "tutti-work-")));
  let parts: EngineParts | undefined;
  const plan: PlanInterceptor[] = [...(options.around ?? [])];
  const { askedTools = [] } = options;
  const engine = await openTestEngine({
    endProcess: async (pid, started) => void (await endProcessGroup(pid, started)),
    ...options,
    folder: workspace,
    database,
    rooms: [{ room: "review", migrations: reviewMigrations }],
    plan,
    waits: (given) => reviewOf(given).waits,
    verbs(given) {
      parts = given;
      const review = reviewOf(given, askedTools);
      plan.push(...review.plan);
      return { ...createWorkVerbs(workPorts(given, options)), ...review.verbs };
    },
  });
  assert.ok(parts);
  const client = reviewOf(parts);
  const flows = { find: async (name: string) => engine.flows.get(name) ?? null };
  const elsewhere = createRunControl({
    ...parts,
    store: engine.store,
    flows,
    folder: workspace,
    woken: () => undefined,
  });
  const stranger = reviewOf({ ...parts, control: elsewhere });
  const table = (name: string): Promise<Row[]> => readTable(database, name);
  return {
    ...engine,
    get worker() {
      return engine.worker;
    },
    workspace,
    table,
    tracked: async (run) => (await table("processes")).filter((row) => row["run_id"] === run),
    review: async (operation, input, caller) => (await callOf(client, operation, input, caller)) as Review,
    reviewElsewhere: async (operation, input, caller) => (await callOf(stranger, operation, input, caller)) as Review,
    openReviews: async (run) =>
      ((await callOf(client, "review.list", {})) as Review[]).filter((review) => review.run === run),
    everyRow: async () => JSON.stringify(await Promise.all(tables.map(table))),
    async start(flow, input) {
      engine.flows.set(flow.name, flow);
      return engine.control.start({ flow, input });
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      if (options.workspace === undefined) rmSync(workspace, { recursive: true, force: true });
    },
  };
}

const tables = ["runs", "journal", "openings", "signals", "processes", "events", "reviews", "blobs"];

async function readTable(database: Database, name: string): Promise<Row[]> {
  const query = { sql: `select * from ${name}`, parameters: [], query: { kind: "RawNode" } };
  const rows = await database.read(query as unknown as Parameters<Database["read"]>[0]);
  const text = (value: unknown): unknown => (value instanceof Uint8Array ? Buffer.from(value).toString() : value);
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row as Row).map(([key, value]) => [key, text(value)])),
  ) as Row[];
}

interface ReviewDoor {
  readonly operations: readonly AnyOperation[];
  readonly verbs: Verbs;
  readonly waits: readonly WaitKind[];
  readonly plan: readonly PlanInterceptor[];
}

async function callOf({ operations }: ReviewDoor, name: string, input: object, caller = "test"): Promise<unknown> {
  const found = operations.find((operation) => operation.name === name);
  assert.ok(found, `no operation ${name}`);
  return found.handle(found.input.parse(input) as never, { signal: new AbortController().signal, caller });
}

function reviewOf(parts: EngineParts, askedTools: readonly string[] = []): ReviewDoor {
  const settings = { tools: [...askedTools] };
  const {
    operations,
    verbs = {},
    waits = [],
    plan = [],
  } = createReview({
    ...parts,
    settings,
    waits: parts.control,
    places: (runs) => reviewPlaces(parts.database, runs),
  });
  return { operations, verbs, waits, plan };
}

function workPorts({ database, statements }: EngineParts, options: WorkOptions): WorkPorts {
  const { model, tools: more = [], environment = {} } = options;
  const traced = options.tracer ? { tracer: options.tracer } : {};
  const limits = toolsSection.schema.parse({});
  const { tools } = createTools({ limits, environment: process.env, ...traced });
  return {
    ...traced,
    runProcess: options.runProcess ?? runProcess,
    trackProcess:
      options.trackProcess ??
      (async (run, key, pid) => {
        await database.write([statements.trackProcess({ run, key, pid, started: processStartTime(pid) ?? "" })]);
      }),
    forgetProcess: (run, key) => statements.forgetProcess({ run, key }),
    async untrackProcess(run, key, pid) {
      await database.write([statements.untrackProcess({ run, key, pid })]);
    },
    async chatModel(name, signal) {
      assert.ok(model, "this test has no model");
      return typeof model === "function" ? model(name, signal) : model;
    },
    ...(options.quirksOf ? { quirksOf: options.quirksOf } : {}),
    tools: new Map([...tools, ...more].map((tool) => [tool.name, tool])),
    findAgent: (name, from) => findAgent([join(from, "agents"), join(from, ".claude", "agents")], name),
    environment: { PATH: process.env["PATH"], ...environment },
    log: options.log ?? silentLog,
  };
}

/** Waits for a condition; the runner's own limit ends a wait in vain. */
export async function until<Value>(
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
): Promise<Value> {
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The text of a file once a program has written it whole, with its newline. */
export function written(path: string): Promise<string> {
  return until(() => {
    const text = readIfThere(path);
    return text.endsWith("\n") && text.trim();
  });
}

export function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // not written yet
  }
}

/** Running, and not just waiting for its parent to take notice of its end. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false; // there is no such process
  }
  return !/^\d+ \(.*\) [ZX]/.test(readIfThere(`/proc/${pid}/stat`));
}

export const ended = ["succeeded", "failed", "cancelled", "paused"];

export interface Change {
  readonly before: (step: Step) => Promise<unknown>;
  readonly after: (step: Step) => Promise<unknown>;
}

/** Runs `before` and then a wait, ends the worker, changes the code to `after` and the same wait, and lets the run go on. */
export async function acrossChange(engine: WorkEngine, { before, after }: Change): Promise<RunRecord> {
  const event = `go-${++flowCount}`;
  const withWait = (run: Change["before"]) => async (step: Step) => {
    const value = await run(step);
    await step.waitFor("gate", { event });
    return value;
  };
  const flow = workFlow(withWait(before));
  const id = await engine.start(flow);
  await engine.until(id, "waiting", ...ended);
  engine.flows.set(flow.name, { ...flow, run: withWait(after) });
  await engine.crash();
  await engine.control.emit(event, null);
  return engine.until(id, ...ended);
}

/** The rest of a run after its worker has died once `isBegun` holds. */
export async function acrossCrash(engine: WorkEngine, id: string, isBegun: () => boolean): Promise<RunRecord> {
  await until(isBegun);
  await engine.crash();
  return engine.until(id, ...ended);
}

/** The failure of a run that must have one. */
export function failureOf({ error }: RunRecord): Failure {
  assert.ok(error, "the run has no error");
  return error;
}
