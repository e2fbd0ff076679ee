import type { Statement } from "../core/statement.ts";
import type { ModelPlace } from "./model-place.ts";

/** A JSON Schema, as `z.toJSONSchema` makes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly id?: string | undefined;
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  /** What an assistant asked for. */
  readonly toolCalls?: readonly ToolCall[] | undefined;
  /** Whose result a message of role `tool` holds. */
  readonly toolName?: string | undefined;
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

/**
 * What to do when prompt and answer do not fit: `fail` with `model.context_overflow`; `grow`, which moves the model up one
 * rung of `num_ctx` for all, as far as model and memory allow; `compact`, which leaves out old turns and says which.
 */
export type OverflowPolicy = "fail" | "grow" | "compact";

export interface ChatOptions {
  /** Tokens that prompt and answer together may fill. */
  readonly numCtx?: number | undefined;
  /** Tokens that the answer may have; reaching it ends the answer with `finishReason: "length"`. */
  readonly maxTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly seed?: number | undefined;
  readonly topP?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  /** Whether, or how hard, a model that can think does so first; unset: as the model was made. */
  readonly think?: boolean | "low" | "medium" | "high" | undefined;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolDefinition[] | undefined;
  /** A schema constrains the grammar of the answer; the caller still validates, since an answer may be cut off. */
  readonly format?: JsonSchema | "json" | undefined;
  readonly options?: ChatOptions | undefined;
  /** Default: `fail`. */
  readonly onOverflow?: OverflowPolicy | undefined;
}

/** Who asks: for ledgers, budgets and queues. */
export interface ChatCaller {
  readonly run: string;
  readonly flow: string;
  /** The step's key, and which of its executions this is. */
  readonly key: string;
  readonly attempt: number;
  readonly agent?: string | undefined;
  /** The run's; higher goes first at a server that has a line. */
  readonly priority?: number | undefined;
  /** Joins the transaction that stores how the step ends; lost where nothing of it is stored. */
  join(writes: readonly Statement[]): void;
}

export interface ChatChunk {
  /**
   * A `notice` says what was done to make a prompt fit; pieces before it belong to an answer that was given up. A
   * `tool_call` has the tool's name; its arguments come with the answer.
   */
  readonly kind: "text" | "thinking" | "tool_call" | "notice";
  readonly text: string;
  /** On the first piece of an answer: how long it took to come, from when the call had its place at the server. */
  readonly firstTokenMs?: number | undefined;
}

export interface ChatCall {
  readonly signal: AbortSignal;
  /** Called for every piece as it comes; the pieces of a kind joined are the answer's `text` and `thinking`. Must not throw. */
  readonly onChunk?: ((chunk: ChatChunk) => void) | undefined;
  readonly caller?: ChatCaller | undefined;
  /** How long a server should keep the model in memory afterwards, such as `30m`; unset: as it keeps it now. */
  readonly keepAlive?: string | undefined;
}

export type FinishReason = "stop" | "length" | "tool_calls";

export interface ChatUsage {
  readonly inputTokens: number;
  /** With what was thought. */
  readonly outputTokens: number;
  /** Of the input, what the server had read before; absent where it does not tell. */
  readonly cachedTokens?: number | undefined;
  /** Of the output, what was thought; absent where the server does not tell. */
  readonly reasoningTokens?: number | undefined;
}

/** Milliseconds; what the runtime does not tell is absent. A load above some 100 ms means that the model was (re)loaded. */
export interface ChatTimings {
  readonly totalMs: number;
  readonly loadMs?: number | undefined;
  readonly promptMs?: number | undefined;
  readonly generateMs?: number | undefined;
  readonly firstTokenMs?: number | undefined;
  /** Waited for a place at the server, before the call. */
  readonly queueMs?: number | undefined;
}

/** What was done to an answer before it was handed on, so that nothing is changed in silence. */
export interface AnswerRepair {
  /**
   * `thinking`: told from the text; `call`: written as text; `name` and `arguments`: of a call, changed to what the tool
   * takes; `call_in_doubt`: seems to be a call of `tool`, and was not taken for one; `output`: JSON changed to what the schema takes; `asked_again`: an answer was refused, and this is the second.
   */
  readonly kind: "thinking" | "call" | "call_in_doubt" | "name" | "arguments" | "output" | "asked_again";
  /** For people. */
  readonly detail: string;
  readonly tool?: string | undefined;
}

export interface ChatAnswer {
  readonly text: string;
  readonly thinking?: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: FinishReason;
  readonly usage: ChatUsage;
  readonly timings: ChatTimings;
  /** `provider/name` of the model that answered, never an alias such as `default`. */
  readonly model: string;
  /** `onOverflow: "compact"` left out so many messages, about so many tokens. */
  readonly compacted?: Compacted | undefined;
  /** `onOverflow: "grow"` moved the model's `num_ctx`. */
  readonly grown?: Grown | undefined;
  /** Why it was this model, where one was chosen. */
  readonly choice?: ModelChoice | undefined;
  /** What was done to the answer before it was taken, in order; absent where nothing was. */
  readonly repairs?: readonly AnswerRepair[] | undefined;
}

export interface Compacted {
  readonly messages: number;
  readonly tokens: number;
}

export interface Grown {
  readonly from: number;
  readonly to: number;
}

export interface ModelChoice {
  readonly model: string;
  readonly why: string;
  /** Best first. */
  readonly others: readonly { readonly model: string; readonly why: string }[];
}

/**
 * A model that answers a conversation. Calls are independent: one that is aborted or fails leaves the others alone.
 *
 * The whole prompt was read, or the call throws: no adapter may drop messages, and an answer that stopped because the
 * context was full is an error, not a short answer. It throws a `TuttiError` only:
 * - `model.unreachable`: nothing answers, the server is too busy, the connection broke, or a deadline passed; try later
 * - `model.missing`: the server has no such model, or it cannot chat; the message names those it has
 * - `model.context_overflow`: prompt, or prompt and answer, exceed `numCtx` or the model's context; `data` has the `limit` in
 *   tokens, what was `used` where it was counted, else what is `estimated`, and the `parts` of the prompt
 * - `model.bad_answer`: the server failed or spoke something unexpected, before or in the middle of the answer
 * - `model.aborted`: `signal` aborted; its reason is the `cause`. The server is told to stop by closing the connection,
 *   `onChunk` is not called again, and what had arrived is dropped
 */
export interface ChatModel {
  /** `provider/name`. */
  readonly name: string;
  /** Absent where there is no server, or several. */
  readonly place?: ModelPlace;
  chat(request: ChatRequest, call: ChatCall): Promise<ChatAnswer>;
}
