import { TuttiError, type Failure } from "../../core/error.ts";
import { nearest } from "../../core/nearest.ts";
import type {
  AnswerRepair,
  ChatMessage,
  ChatOptions,
  Compacted,
  JsonSchema,
  ToolDefinition,
} from "../../models/chat-model.ts";
import { withoutOldest } from "../../models/context/compact.ts";
import type { Payloads } from "../../storage/payload.ts";
import { withAdditions, type Given } from "../model/given.ts";
import type { AnsweredCall, ModelResult } from "../model/model-call.ts";
import type { RunStore } from "../run-store.ts";
import type { JournalRow } from "../run-table.ts";

/** A message that a model was given, and the turn in which it was new. */
export interface GivenMessage extends Omit<ChatMessage, "toolCalls"> {
  readonly turn: number;
  readonly toolCalls?: readonly AnsweredCall[];
  readonly thinking?: string;
  /** What was done to an answer before it was taken. */
  readonly repairs?: readonly AnswerRepair[];
}

/** All that a model was given for one answer, and the answer. */
export interface StepContext {
  /** The model's step. */
  readonly step: string;
  /** 1 for a model step that is no agent's. */
  readonly turn: number;
  readonly model: string | null;
  readonly options: ChatOptions | null;
  readonly tools: readonly ToolDefinition[];
  /** The schema that the answer must fit, which stands in the prompt too; null for none, or where it was not stored. */
  readonly format: JsonSchema | null;
  /** The server was told to constrain the answer by it; null where that was not stored. */
  readonly isGrammar: boolean | null;
  /** Old messages that `onOverflow: "compact"` left out of the conversation, which are not among `messages`. */
  readonly compacted: Compacted | null;
  readonly messages: readonly GivenMessage[];
  /** Null where there was none. */
  readonly answer: GivenMessage | null;
}

export interface ContextPorts {
  readonly store: Pick<RunStore, "run" | "rows">;
  readonly payloads: Payloads;
}

/**
 * What a model was given: by the key of its step, of an agent's turn, or of an agent, which means its last turn. The rows of
 * an agent hold what was new in each turn; put together they are the conversation.
 */
export function contextReader(ports: ContextPorts): (run: string, key: string) => Promise<StepContext> {
  return (run, key) => readContext(ports, run, key);
}

async function readContext({ store, payloads }: ContextPorts, run: string, key: string): Promise<StepContext> {
  await store.run(run);
  const rows = (await store.rows(run)).filter(({ kind }) => kind === "model");
  const row = find(rows, key);
  if (!row) throw noContext(rows, key, run);
  const turns = await Promise.all(turnsUpTo(rows, row).map((one) => toTurn(one, payloads)));
  const last = turns.at(-1);
  if (!last) throw noContext(rows, key, run);
  const given = turns.findLast((turn) => turn.given)?.given;
  const said = turns.flatMap(({ input, result }, index): GivenMessage[] => {
    const fresh = input.messages.map((message): GivenMessage => ({ ...message, turn: index + 1 }) as GivenMessage);
    return result && index < turns.length - 1 ? [...fresh, toAnswer(result, index + 1)] : fresh;
  });
  return {
    step: row.key,
    turn: turns.length,
    model: last.result?.model ?? last.input.model,
    options: given?.options ?? last.input.options,
    tools: given?.tools ?? [],
    format: given?.format ?? null,
    isGrammar: given?.isGrammar ?? null,
    compacted: last.result?.compacted ?? null,
    messages: asSent(said, last, turns.length),
    answer: last.result ? toAnswer(last.result, turns.length) : null,
  };

  function asSent(own: readonly GivenMessage[], { result }: StoredTurn, turn: number): readonly GivenMessage[] {
    const put = (message: ChatMessage): GivenMessage => ({ turn, ...message }) as GivenMessage;
    const sent = withAdditions(own, given?.added ?? [], put);
    if (!result?.compacted) return sent;
    return withoutOldest(sent as readonly ChatMessage[], result.compacted.messages).map(put);
  }
}

const turnKey = /^(.*)\/turn (\d+)\/model$/s;

function find(rows: readonly JournalRow[], key: string): JournalRow | undefined {
  const own = rows.find((row) => row.key === key || row.key === `${key}/model`);
  return own ?? rows.findLast((row) => turnKey.exec(row.key)?.[1] === key);
}

function turnsUpTo(rows: readonly JournalRow[], row: JournalRow): readonly JournalRow[] {
  const [, agent, turn] = turnKey.exec(row.key) ?? [];
  if (agent === undefined) return [row];
  const before = Array.from({ length: Number(turn) - 1 }, (_none, index) => `${agent}/turn ${index + 1}/model`);
  return [...before.flatMap((one) => rows.find(({ key }) => key === one) ?? []), row];
}

interface StoredInput {
  readonly model: string | null;
  readonly messages: readonly ChatMessage[];
  readonly options: ChatOptions | null;
}

type StoredResult = ModelResult<unknown> & { readonly given?: Given };

interface StoredTurn {
  readonly input: StoredInput;
  /** Of an answer that was refused, its text and its model. */
  readonly result: StoredResult | undefined;
  readonly given: Given | undefined;
}

async function toTurn({ input, result, failure }: JournalRow, payloads: Payloads): Promise<StoredTurn> {
  const [asked, answer, failed] = await Promise.all([input, result, failure].map((text) => payloads.load(text)));
  const stored = (answer ?? refused(failed)) as StoredResult | undefined;
  return { input: asked as StoredInput, result: stored, given: stored?.given };
}

/** What `model.output_invalid` says of the answer. */
function refused(failure: unknown): unknown {
  const { code, data } = (failure ?? {}) as Partial<Failure>;
  const isRefused = code === "model.output_invalid" && typeof data === "object" && data !== null && "given" in data;
  return isRefused ? data : undefined;
}

function toAnswer({ text, thinking, toolCalls, repairs }: StoredResult, turn: number): GivenMessage {
  return {
    turn,
    role: "assistant",
    content: text,
    ...(toolCalls ? { toolCalls } : {}),
    ...(thinking === undefined ? {} : { thinking }),
    ...(repairs ? { repairs } : {}),
  };
}

function noContext(rows: readonly JournalRow[], key: string, run: string): TuttiError {
  const keys = [...new Set(rows.flatMap((row) => [turnKey.exec(row.key)?.[1] ?? row.key]))];
  const meant = nearest(key, keys);
  const there = keys.length > 0 ? `There are: ${keys.join(", ")}.` : "No model has answered in it yet.";
  return new TuttiError("usage.invalid", `run ${run} has no model step or agent "${key}" with a stored answer`, {
    hint: meant === undefined ? there : `Did you mean ${meant}? ${there}`,
  });
}
