import { toMs, type Duration } from "../core/duration.ts";
import type { Clock } from "../core/clock.ts";
import { TuttiError, type ErrorCode } from "../core/error.ts";
import { newRunId, type RunId } from "../core/id.ts";
import type { Random } from "../core/random.ts";
import type { Statement } from "../core/statement.ts";
import type { VerbHost } from "../core/verb.ts";
import { isFlow, type AnyFlow } from "./flow.ts";
import type { JournalPorts } from "./journal-writer.ts";
import type { JournalRow, RunRow, RunStore } from "./run-store.ts";
import type { FlowSource } from "./worker.ts";
import type { Row } from "../storage/database.ts";
import { wokenRuns } from "./run-queue.ts";

export interface StartRequest {
  readonly flow: string | AnyFlow;
  readonly input?: unknown;
  /** Higher goes first; 0 unless given. */
  readonly priority?: number | undefined;
  readonly deadline?: Duration | undefined;
}

export interface Settle {
  readonly run: string;
  readonly key: string;
  readonly outcome:
    | { readonly status: "succeeded"; readonly result: unknown }
    | { readonly status: "failed"; readonly code: ErrorCode; readonly message: string; readonly data?: unknown };
  /** Join the transaction; the first may be a guard. */
  readonly writes: readonly Statement[];
}

/** What can be done to runs from outside their bodies. Everything is a transaction on the run's row. */
export interface RunControl {
  start(request: StartRequest): Promise<RunId>;
  cancel(id: string, reason?: string): Promise<void>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** A new run that keeps the rows before `from`. */
  fork(id: string, from: string): Promise<RunId>;
  /** A new run of a failed or cancelled one that keeps what had succeeded before the failure. */
  retry(id: string): Promise<RunId>;
  emit(name: string, payload: unknown): Promise<void>;
  /** Settles an open wait; false if it is no longer open or a guard failed. */
  settle(settle: Settle): Promise<boolean>;
  readonly startChild: (host: VerbHost, name: string, flow: AnyFlow | string, input: unknown) => Promise<unknown>;
}

export interface RunControlPorts extends JournalPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: RunStore;
  readonly flows: FlowSource;
}

export function createRunControl(ports: RunControlPorts): RunControl {
  const { database, statements, events, clock, store } = ports;
  const write = async (batch: readonly Statement[]): Promise<readonly Row[] | null> => {
    const result = await database.write(batch);
    if (!result.committed) return null;
    const rows = result.rows.flat();
    ports.woken(rows);
    return rows;
  };
  return {
    start: (request) => startRun(ports, request, write),
    async cancel(id, reason) {
      const run = await store.run(id);
      const at = clock.now();
      const rows = await write([
        statements.requestCancel({ id, at, reason: reason ?? null }),
        events.append({ type: "tutti.run.cancel_requested", subject: id, at, data: { reason: reason ?? null } }),
      ]);
      if (rows === null || (!wasWoken(rows) && isEnded(run))) throw conflict(run, "be cancelled");
    },
    async pause(id) {
      const rows = await write([statements.requestPause({ id, at: clock.now() })]);
      if (!rows || !wasWoken(rows)) throw conflict(await store.run(id), "be paused");
    },
    async resume(id) {
      const rows = await write([
        statements.resume({ id }),
        events.append({ type: "tutti.run.resumed", subject: id, at: clock.now() }),
      ]);
      if (!rows) throw conflict(await store.run(id), "be resumed");
    },
    fork: (id, from) => forkRun(ports, id, from, write),
    retry: (id) => retryRun(ports, id, write),
    async emit(name, payload) {
      const at = clock.now();
      const column = await ports.payloads.store(payload, `the payload of event "${name}"`);
      const told = events.append({ type: name, subject: "outside", at, data: payload });
      await write([told, statements.putSignal({ name, payload: column, at }), ...statements.matchSignal(name, at)]);
    },
    settle: (settle) => settleWait(ports, settle, write),
    startChild: (host, name, flow, input) => startChild(ports, host, { name, flow, input }),
  };
}

type Write = (batch: readonly Statement[]) => Promise<readonly Row[] | null>;

async function startRun(ports: RunControlPorts, request: StartRequest, write: Write): Promise<RunId> {
  const flow = typeof request.flow === "string" ? await findFlow(ports, request.flow) : request.flow;
  const id = newRunId(ports.random);
  const row = await newRow(ports, {
    id,
    flow,
    input: parseInput(flow, request.input),
    priority: request.priority,
    deadline: request.deadline,
  });
  await write([ports.statements.insertRun(row), createdEvent(ports, row)]);
  return id;
}

interface NewRun {
  readonly id: RunId;
  readonly flow: AnyFlow;
  readonly input: unknown;
  readonly priority?: number | undefined;
  readonly deadline?: Duration | undefined;
  readonly parent?: { readonly run: string; readonly key: string };
}

async function newRow(
  ports: RunControlPorts,
  { id, flow, input, priority, deadline, parent }: NewRun,
): Promise<RunRow> {
  const at = ports.clock.now();
  const limit = deadline ?? flow.deadline;
  return {
    ...emptyRun,
    id,
    flow: flow.name,
    input: await ports.payloads.store(input ?? null, "the run's input"),
    seed: Math.floor(ports.random() * 4_294_967_296),
    priority: priority ?? 0,
    created_at: at,
    deadline_at: limit === undefined ? null : at + toMs(limit),
    parent_run: parent?.run ?? null,
    parent_key: parent?.key ?? null,
  };
}

const emptyRun = {
  status: "queued",
  output: null,
  failure: null,
  abandoned: null,
  started_at: null,
  finished_at: null,
  due_at: null,
  owner: null,
  epoch: 0,
  wake: 0,
  seq: 0,
  deaths: 0,
  cancel_at: null,
  cancel_reason: null,
  pause_at: null,
  forked_from: null,
  usage: null,
} as const;

function createdEvent(ports: RunControlPorts, row: RunRow): Statement {
  return ports.events.append({
    type: "tutti.run.created",
    subject: row.id,
    at: row.created_at,
    data: { flow: row.flow },
  });
}

async function findFlow(ports: RunControlPorts, name: string): Promise<AnyFlow> {
  const flow = await ports.flows.find(name);
  if (flow) return flow;
  throw new TuttiError("flow.missing", `there is no flow "${name}"`, {
    hint: "Flows are sought in flows/*.ts from the current folder upward; `tutti flow list` shows what was found.",
  });
}

function parseInput(flow: AnyFlow, input: unknown): unknown {
  if (!flow.input) return input;
  const parsed = flow.input.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`);
  throw new TuttiError("flow.input_invalid", `the input of flow "${flow.name}" is not valid: ${issues.join("; ")}`, {
    hint: `\`tutti flow show ${flow.name}\` prints the schema of its input.`,
    data: { issues: parsed.error.issues.map(({ path, message }) => ({ path: path.map(String), message })) },
  });
}

/** The child's row is written in the transaction that opens the wait for it, so there is never one without the other. */
async function startChild(
  ports: RunControlPorts,
  host: VerbHost,
  request: { name: string; flow: AnyFlow | string; input: unknown },
): Promise<unknown> {
  const { name, input } = request;
  const flowName = typeof request.flow === "string" ? request.flow : request.flow.name;
  const flow = isFlow(request.flow) ? request.flow : undefined;
  return host.wait({
    kind: "flow",
    name,
    input: { flow: flowName, input: input ?? null },
    prepare: async (address) => {
      const found = flow ?? (await findFlow(ports, flowName));
      const row = await newRow(ports, {
        id: newRunId(ports.random),
        flow: found,
        input: parseInput(found, input),
        parent: { run: address.run, key: address.key },
      });
      return [ports.statements.insertRun(row), createdEvent(ports, row)];
    },
  });
}

async function settleWait(
  ports: RunControlPorts,
  { run, key, outcome, writes }: Settle,
  write: Write,
): Promise<boolean> {
  const { payloads, statements, clock } = ports;
  const result = outcome.status === "succeeded" ? await payloads.store(outcome.result, "the answer") : null;
  const failure =
    outcome.status === "failed"
      ? await payloads.store(
          {
            code: outcome.code,
            message: outcome.message,
            ...(outcome.data === undefined ? {} : { data: outcome.data }),
          },
          "the answer",
        )
      : null;
  const settle = {
    ...statements.settleOpening({ run, key, status: outcome.status, result, failure, at: clock.now() }),
    guard: true,
  };
  return (await write([settle, ...writes, statements.wake({ id: run })])) !== null;
}

async function forkRun(ports: RunControlPorts, id: string, from: string, write: Write): Promise<RunId> {
  const origin = await ports.store.run(id);
  const rows = await ports.store.rows(id);
  const at = rows.findIndex((row) => row.key === from);
  if (at < 0) {
    throw new TuttiError("usage.invalid", `run ${id} has no finished step "${from}"`, {
      hint: `It has: ${rows.map((row) => row.key).join(", ") || "none"}.`,
    });
  }
  const cancelled = rows.findIndex((row) => row.kind === "cancel");
  const kept = rows.slice(0, cancelled < 0 ? at : Math.min(at, cancelled));
  return copyRun(ports, origin, kept, write);
}

async function copyRun(
  ports: RunControlPorts,
  origin: RunRow,
  kept: readonly JournalRow[],
  write: Write,
): Promise<RunId> {
  const id = newRunId(ports.random);
  const lastSeq = kept.at(-1)?.seq ?? 0;
  const row: RunRow = {
    ...origin,
    ...emptyRun,
    id,
    created_at: origin.created_at,
    seq: lastSeq,
    forked_from: `${origin.id}@${lastSeq}`,
    deadline_at: null,
    parent_run: null,
    parent_key: null,
    input: origin.input,
    seed: origin.seed,
    priority: origin.priority,
  };
  const copies = kept.map((stored) => ports.statements.insertRow({ ...stored, run_id: id }));
  await write([ports.statements.insertRun(row), ...copies, createdEvent(ports, row)]);
  return id;
}

async function retryRun(ports: RunControlPorts, id: string, write: Write): Promise<RunId> {
  const origin = await ports.store.run(id);
  if (origin.status !== "failed" && origin.status !== "cancelled") throw conflict(origin, "be retried");
  const rows = await ports.store.rows(id);
  const broken = rows.findIndex((row) => row.status !== "succeeded" && row.status !== "skipped");
  const kept = rows.slice(0, broken < 0 ? rows.length : broken);
  return copyRun(ports, origin, kept, write);
}

function wasWoken(rows: readonly Row[]): boolean {
  return wokenRuns(rows).length > 0;
}

function isEnded(run: RunRow): boolean {
  return ["succeeded", "failed", "cancelled"].includes(run.status);
}

function conflict(run: RunRow, what: string): TuttiError {
  return new TuttiError("run.conflict", `run ${run.id} is ${run.status} and cannot ${what}`, {
    hint: `\`tutti run get ${run.id}\` shows what became of it.`,
  });
}
