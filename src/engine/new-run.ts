import { sep } from "node:path";
import { briefOf } from "../core/brief.ts";
import { toMs, type Duration } from "../core/duration.ts";
import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import type { RunId } from "../core/id.ts";
import type { Random } from "../core/random.ts";
import type { Statement } from "../core/statement.ts";
import { toTraceText, type TraceContext } from "../core/trace.ts";
import type { Row } from "../storage/database.ts";
import type { AnyFlow } from "./flow.ts";
import type { JournalPorts } from "./journal-writer.ts";
import type { RunStore } from "./run-store.ts";
import type { RunRow } from "./run-table.ts";
import type { FlowSource } from "./flow.ts";

export interface RunControlPorts extends JournalPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: RunStore;
  readonly flows: FlowSource;
  /** This process's own folder. */
  readonly folder: string;
  /** A place for a new run in the worker of this process, if it has one: then the run begins in the commit that makes it. */
  readonly reserve?: (id: RunId, flow: AnyFlow) => Place | null;
}

/** Kept for one run until it is used or given back. */
export interface Place {
  readonly owner: string;
  take(run: RunRow): void;
  giveBack(): void;
}

/** Commits a batch and tells who was woken by it; null where a guard failed. */
export type Write = (batch: readonly Statement[]) => Promise<readonly Row[] | null>;

export interface NewRun {
  readonly id: RunId;
  readonly flow: AnyFlow;
  /** Where to look for it, if it was not read from a file of its own. */
  readonly file?: string | null;
  readonly folder?: string | null | undefined;
  readonly input: unknown;
  readonly priority?: number | undefined;
  readonly deadline?: Duration | undefined;
  readonly parent?: { readonly run: string; readonly key: string };
  readonly trigger?: string | undefined;
  readonly trace?: TraceContext | undefined;
}

export async function newRow(
  ports: RunControlPorts,
  { id, flow, file, folder, input, priority, deadline, parent, trigger, trace }: NewRun,
): Promise<RunRow> {
  const at = ports.clock.now();
  const limit = deadline ?? flow.deadline;
  return {
    ...emptyRun,
    id,
    flow: flow.name,
    file: relativeFile(ports.flows.fileOf?.(flow) ?? file ?? null, folder ?? ports.folder),
    folder: folder ?? ports.folder,
    input: await ports.payloads.store(input ?? null, "the run's input"),
    seed: Math.floor(ports.random() * 4_294_967_296),
    priority: priority ?? 0,
    created_at: at,
    deadline_at: limit === undefined ? null : at + toMs(limit),
    parent_run: parent?.run ?? null,
    parent_key: parent?.key ?? null,
    trigger: trigger ?? (parent ? `run:${parent.run}` : null),
    trace: trace ? toTraceText(trace) : null,
    brief: briefOf(input),
  };
}

/** A project that is moved takes its flows along. */
export function relativeFile(file: string | null, folder: string): string | null {
  return file?.startsWith(folder + sep) ? file.slice(folder.length + 1) : file;
}

export const emptyRun = {
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
  died_at: null,
  cancel_at: null,
  cancel_reason: null,
  pause_at: null,
  forked_from: null,
  usage: null,
  models: null,
  input_tokens: null,
  output_tokens: null,
  error_code: null,
  error_step: null,
  error_text: null,
} as const;

export function createdEvent(ports: RunControlPorts, row: RunRow): Statement {
  return ports.events.append({
    type: "tutti.run.created",
    subject: row.id,
    at: row.created_at,
    data: { flow: row.flow },
  });
}

export function conflict(run: RunRow, what: string): TuttiError {
  return new TuttiError("run.conflict", `run ${run.id} is ${run.status} and cannot ${what}`, {
    hint: `\`tutti run get ${run.id}\` shows what became of it.`,
  });
}
