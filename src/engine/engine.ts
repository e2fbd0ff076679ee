import type { Duration } from "../core/duration.ts";
import { TuttiError, type ErrorCode, type Failure } from "../core/error.ts";
import { newRunId, type RunId } from "../core/id.ts";
import type { Statement } from "../core/statement.ts";
import { traceOf, type TraceContext } from "../core/trace.ts";
import type { VerbHost } from "../core/verb.ts";
import { childWait, isFlow, type AnyFlow, type FlowPlace } from "./flow.ts";
import { parseInput } from "./flow-input.ts";
import { conflict, createdEvent, newRow, type Place, type RunControlPorts, type Write } from "./new-run.ts";
import { forkRun, retryRun } from "./fork.ts";
import type { RunRow } from "./run-table.ts";
import type { Row } from "../storage/database.ts";
import { wokenRuns } from "./run-queue.ts";

export interface StartRequest {
  readonly flow: string | AnyFlow;
  readonly input?: unknown;
  /** Higher goes first; 0 unless given. */
  readonly priority?: number | undefined;
  readonly deadline?: Duration | undefined;
  /** Where flows are sought from and steps work; default: this process's folder. */
  readonly folder?: string | undefined;
  /** Who or what starts it, for the record: `cli`, `web`, `http`, `schedule:NAME`. */
  readonly trigger?: string | undefined;
  /** Where its cause stands in a trace, which the run then is a part of. */
  readonly trace?: TraceContext | undefined;
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
  /** The same with writes of the caller's in one transaction, guards first; null if a guard failed, and then there is no run. */
  startWith(request: StartRequest, writes: (run: RunId) => readonly Statement[]): Promise<RunId | null>;
  cancel(id: string, reason?: string): Promise<void>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** The same for a run that is paused for one of these reasons, and that nobody has asked to pause; false where it is not. */
  resumePausedFor(id: string, codes: readonly string[]): Promise<boolean>;
  /** A new run that keeps the rows before `from`. */
  fork(id: string, from: string): Promise<RunId>;
  /** A new run of a failed or cancelled one that keeps what had succeeded before the failure. */
  retry(id: string): Promise<RunId>;
  /** Gives the run that has taken the event; null where none waited for it, so that it is kept for the first that does. */
  emit(name: string, payload: unknown): Promise<RunId | null>;
  /** Settles an open wait; false if it is no longer open or a guard failed. */
  settle(settle: Settle): Promise<boolean>;
  readonly startChild: (host: VerbHost, name: string, flow: AnyFlow | string, input: unknown) => Promise<unknown>;
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
    start: async (request) => (await startRun(ports, request, write)).id,
    async startWith(request, joined) {
      const { id, isStored } = await startRun(ports, { ...request, joined }, write);
      return isStored ? id : null;
    },
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
      const keys = interruptedSteps(await store.run(id));
      const rows = await write([
        statements.resume({ id }),
        // Whoever resumes has been asked whether these steps may run again, and says yes.
        ...keys.map((key) => statements.releaseOpening({ run: id, key })),
        events.append({ type: "tutti.run.resumed", subject: id, at: clock.now() }),
      ]);
      if (!rows) throw conflict(await store.run(id), "be resumed");
    },
    async resumePausedFor(id, codes) {
      const { status, failure, pause_at } = await store.run(id);
      if (status !== "paused" || failure === null || pause_at !== null) return false;
      const { code } = (await ports.payloads.load(failure)) as Failure;
      if (!codes.includes(code)) return false;
      const told = events.append({ type: "tutti.run.resumed", subject: id, at: clock.now() });
      return (await write([statements.resumeUnasked({ id, failure }), told])) !== null;
    },
    fork: (id, from) => forkRun(ports, id, from, write),
    retry: (id) => retryRun(ports, id, write),
    async emit(name, payload) {
      const at = clock.now();
      const column = await ports.payloads.store(payload, `the payload of event "${name}"`);
      const told = events.append({ type: name, subject: "outside", at, data: payload });
      const put = statements.putSignal({ name, payload: column, at });
      const rows = await write([told, put, ...statements.matchSignal(name, at)]);
      return (rows?.map(({ woken }) => woken).find((id) => typeof id === "string") ?? null) as RunId | null;
    },
    settle: (settle) => settleWait(ports, settle, write),
    startChild: (host, name, flow, input) => startChild(ports, host, { name, flow, input }),
  };
}

interface JoinedStart extends StartRequest {
  readonly joined?: (run: RunId) => readonly Statement[];
}

async function startRun(
  ports: RunControlPorts,
  request: JoinedStart,
  write: Write,
): Promise<{ id: RunId; isStored: boolean }> {
  const flow = typeof request.flow === "string" ? await findFlow(ports, request.flow, request) : request.flow;
  const id = newRunId(ports.random, ports.clock.now());
  const { priority, deadline, folder, trigger, trace } = request;
  const input = parseInput(flow, request.input);
  const row = await newRow(ports, { id, flow, input, priority, deadline, folder, trigger, trace });
  const joined = request.joined?.(id) ?? [];
  const place = ports.reserve?.(id, flow) ?? null;
  if (place) return { id, isStored: await beginRun(ports, { row, place, joined }, write) };
  const rows = await write([...joined, ports.statements.insertRun(row), createdEvent(ports, row)]);
  return { id, isStored: rows !== null };
}

interface Beginning {
  readonly row: RunRow;
  readonly place: Place;
  readonly joined: readonly Statement[];
}

/** Makes a run that its own worker holds from the first moment: one commit instead of two. False if a guard failed. */
async function beginRun(
  { statements, events }: RunControlPorts,
  { row, place, joined }: Beginning,
  write: Write,
): Promise<boolean> {
  const at = row.created_at;
  const run: RunRow = { ...row, status: "running", owner: place.owner, epoch: 1, started_at: at };
  const created = events.append({ type: "tutti.run.created", subject: run.id, at, data: { flow: run.flow } });
  const started = events.append({ type: "tutti.run.started", subject: run.id, at });
  try {
    const rows = await write([...joined, statements.insertRun(run), created, started]);
    if (rows === null) place.giveBack();
    else place.take(run);
    return rows !== null;
  } catch (error) {
    place.giveBack();
    throw error;
  }
}

/** `flow.missing` where there is none. */
export async function findFlow(
  ports: Pick<RunControlPorts, "flows">,
  name: string,
  { file = null, folder }: FlowPlace,
): Promise<AnyFlow> {
  const flow = await ports.flows.find(name, { file, folder });
  if (flow) return flow;
  throw new TuttiError("flow.missing", `there is no flow "${name}"`, {
    hint: "Flows are sought in flows/*.ts from the current folder upward; `tutti flow list` shows what was found.",
  });
}

/** Not async: a replay must need as many microtasks as the first run. The child's row is written in the transaction that opens the wait for it, so there is never one without the other. */
function startChild(
  ports: RunControlPorts,
  host: VerbHost,
  request: { name: string; flow: AnyFlow | string; input: unknown },
): Promise<unknown> {
  const { name, input } = request;
  const flowName = typeof request.flow === "string" ? request.flow : request.flow.name;
  const flow = isFlow(request.flow) ? request.flow : undefined;
  return host.wait({
    ...childWait(name, request.flow, input),
    prepare: async (address) => {
      const { file, folder, trace } = await ports.store.run(address.run);
      const found = flow ?? (await findFlow(ports, flowName, { folder }));
      const row = await newRow(ports, {
        id: newRunId(ports.random, ports.clock.now()),
        flow: found,
        file,
        folder,
        input: parseInput(found, input),
        parent: { run: address.run, key: address.key },
        trace: traceOf({ run: address.run, trace }, address.key),
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

/** The steps that a run was paused for, because they were cut off and must not repeat by themselves. */
function interruptedSteps({ failure }: RunRow): string[] {
  if (failure === null || failure.startsWith("@")) return [];
  const { code, data } = JSON.parse(failure) as Failure;
  if (code !== "engine.interrupted" || typeof data !== "object" || data === null || !("keys" in data)) return [];
  return Array.isArray(data.keys) ? data.keys.filter((key) => typeof key === "string") : [];
}

function wasWoken(rows: readonly Row[]): boolean {
  return wokenRuns(rows).length > 0;
}

function isEnded(run: RunRow): boolean {
  return ["succeeded", "failed", "cancelled"].includes(run.status);
}
