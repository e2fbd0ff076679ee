import type { Kysely } from "kysely";
import { TuttiError } from "../../core/error.ts";
import { nearest } from "../../core/nearest.ts";
import type { Skipped } from "../../core/step.ts";
import type { Database } from "../../storage/database.ts";
import type { Payloads } from "../../storage/payload.ts";
import type { StepContext } from "../agent/agent-context.ts";
import { openStep } from "../run-record.ts";
import type { EngineTables, JournalRow, OpeningRow } from "../run-table.ts";
import { messagesPart, noPart, partOf, type PayloadPart } from "./payload-part.ts";
import { withdrawnWait } from "./withdrawn-wait.ts";

export const stepParts = ["input", "output", "error", "messages", "tools"] as const;
export type StepPart = (typeof stepParts)[number];

export interface RunStep {
  readonly run: string;
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly attempts: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly skipped: Skipped | null;
  readonly model: string | null;
  /** Of an agent's model step, from 1. */
  readonly turn: number | null;
  readonly options: unknown;
  readonly input: PayloadPart | null;
  readonly output: PayloadPart | null;
  readonly error: PayloadPart | null;
  /** What its model was given, and its answer as the last one; null for a step without a model. */
  readonly messages: PayloadPart | null;
  readonly tools: PayloadPart | null;
}

export interface StepRequest {
  readonly id: string;
  readonly key: string;
  readonly maxBytes: number;
  /** Just this, whole. */
  readonly part?: StepPart | undefined;
}

export interface RunStepPorts {
  readonly database: Database;
  readonly payloads: Payloads;
  readonly context: (run: string, key: string) => Promise<StepContext>;
  /** Throws where there is no such run. */
  readonly run: (id: string) => Promise<unknown>;
}

/** One step with what it was given and what it gave, as far as is asked for. */
export async function runStep(ports: RunStepPorts, request: StepRequest): Promise<RunStep> {
  const { id, key, part } = request;
  await ports.run(id);
  const row = await stored(ports, id, key);
  const opening = row ? undefined : await opened(ports, id, key);
  const head = row || opening ? headOf(row, opening) : await withdrawnHead(ports, id, key);
  const most = part === undefined ? request.maxBytes : Number.POSITIVE_INFINITY;
  const wants = (name: StepPart): boolean => part === undefined || part === name;
  const load = async (name: StepPart, column: string | null | undefined): Promise<PayloadPart | null> =>
    wants(name) ? partOf(await ports.payloads.text(column ?? null), most) : null;
  const context = wants("messages") || wants("tools") ? await contextOf(ports, { id, key, row }) : null;
  const step: RunStep = {
    run: id,
    ...head,
    model: context?.model ?? null,
    turn: context?.turn ?? null,
    options: context?.options ?? null,
    input: await load("input", (row ?? opening)?.input),
    output: await load("output", row?.result),
    error: await load("error", row?.failure),
    messages: context && wants("messages") ? messagesPart(spoken(context), most) : null,
    tools: context && wants("tools") ? partOf(JSON.stringify(toolsOf(context)), most) : null,
  };
  if (part !== undefined && step[part] === null) throw noPart(part, key);
  return step;
}

type Head = Pick<RunStep, "key" | "name" | "kind" | "status" | "attempts" | "startedAt" | "finishedAt" | "skipped">;

function headOf(row: JournalRow | undefined, opening: OpeningRow | undefined): Head {
  if (!row) {
    if (!opening) throw new TypeError("neither a row nor an opening");
    const { key, name, kind, status, attempts, startedAt, finishedAt } = openStep(opening);
    return { key, name, kind, status, attempts, startedAt, finishedAt, skipped: null };
  }
  return {
    key: row.key,
    name: row.name,
    kind: row.kind,
    status: row.status,
    attempts: row.attempts,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    skipped: row.skipped === null ? null : (JSON.parse(row.skipped) as Skipped),
  };
}

async function withdrawnHead(ports: RunStepPorts, run: string, key: string): Promise<Head> {
  const wait = await withdrawnWait(ports.database, run, key);
  if (!wait) throw await noStep(ports, run, key);
  return { ...wait, status: "cancelled", attempts: 1, skipped: null };
}

async function stored({ database }: RunStepPorts, run: string, key: string): Promise<JournalRow | undefined> {
  const build = database.build as unknown as Kysely<EngineTables>;
  const query = build.selectFrom("journal").selectAll().where("run_id", "=", run).where("key", "=", key).limit(1);
  return (await database.read(query.compile()))[0];
}

async function opened({ database }: RunStepPorts, run: string, key: string): Promise<OpeningRow | undefined> {
  const build = database.build as unknown as Kysely<EngineTables>;
  const query = build.selectFrom("openings").selectAll().where("run_id", "=", run).where("key", "=", key);
  return (await database.read(query.compile()))[0];
}

interface Asked {
  readonly id: string;
  readonly key: string;
  readonly row: JournalRow | undefined;
}

/** An attempt was given what its step was. */
async function contextOf({ context }: RunStepPorts, { id, key, row }: Asked): Promise<StepContext | null> {
  if (!row || !["model", "agent"].includes(row.kind)) return null;
  try {
    return await context(id, key);
  } catch (error) {
    // An agent that ended before its first answer.
    if (error instanceof TuttiError && error.code === "usage.invalid") return null;
    throw error;
  }
}

function spoken({ messages, answer }: StepContext): readonly { readonly content: string }[] {
  return answer === null ? messages : [...messages, answer];
}

function toolsOf({ tools, answer }: StepContext): { offered: unknown; used: unknown } {
  return { offered: tools, used: answer?.toolCalls ?? [] };
}

async function noStep({ database }: RunStepPorts, run: string, key: string): Promise<TuttiError> {
  const build = database.build as unknown as Kysely<EngineTables>;
  const rows = await database.read(
    build
      .selectFrom("journal")
      .select("key")
      .where("run_id", "=", run)
      .where("kind", "<>", "cancel")
      .limit(10_000)
      .compile(),
  );
  const keys = rows.map((row) => row.key);
  const meant = nearest(key, keys);
  const some = keys.slice(0, 20).join(", ") + (keys.length > 20 ? " …" : "");
  const there = keys.length === 0 ? "Nothing is stored of its steps yet." : `It has: ${some}.`;
  return new TuttiError("usage.invalid", `run ${run} has no step "${key}" that is stored`, {
    hint: meant === undefined ? there : `Did you mean ${meant}? ${there}`,
  });
}
