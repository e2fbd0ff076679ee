import type { z } from "zod";
import type { Skipped } from "../../core/step.ts";
import type {
  AnswerRepair,
  ChatAnswer,
  ChatMessage,
  ChatModel,
  ChatOptions,
  FinishReason,
  OverflowPolicy,
  ToolCall,
  ToolDefinition,
} from "../../models/chat-model.ts";
import type { Given } from "./given.ts";

/** A call of an answer. One with a `problem` is not made: its model is told what is wrong with it. */
export interface AnsweredCall extends ToolCall {
  readonly problem?: string;
}

export interface ModelResult<Output> {
  readonly text: string;
  readonly output?: Output;
  readonly thinking?: string;
  readonly toolCalls?: readonly AnsweredCall[];
  readonly finishReason?: FinishReason;
  readonly usage: { readonly inputTokens?: number; readonly outputTokens?: number };
  /** How often the model was asked, where that was not once. */
  readonly calls?: number;
  /** Milliseconds. */
  readonly timings?: ChatAnswer["timings"];
  readonly model?: string;
  /** Old messages that `onOverflow: "compact"` left out. */
  readonly compacted?: ChatAnswer["compacted"];
  /** Tokens of context that `onOverflow: "grow"` moved the model from and to. */
  readonly grown?: ChatAnswer["grown"];
  /** Why it was this one, where the request named `auto`. */
  readonly choice?: ChatAnswer["choice"];
  /** What was done to the answer before it was taken; absent where nothing was. */
  readonly repairs?: readonly AnswerRepair[];
  readonly skipped?: Skipped;
}

/** What a probe has found that a model does otherwise than it should. */
export interface ModelQuirks {
  /** It ignores the schema while it thinks: it is told not to think, unless the step asks for that. */
  readonly ignoresSchemaWhileThinking?: boolean;
  /** It ignores the schema in an answer that streams, as all do here: only the prompt tells it. */
  readonly ignoresSchemaWhileStreaming?: boolean;
}

export interface ModelPorts {
  chatModel(name: string | undefined, signal: AbortSignal): Promise<ChatModel>;
  quirksOf?(model: string): ModelQuirks | Promise<ModelQuirks>;
}

export interface ModelCall {
  readonly model: string | undefined;
  readonly messages: readonly ChatMessage[];
  readonly options: ChatOptions | undefined;
  readonly tools?: readonly ToolDefinition[] | undefined;
  /** What is wrong with a call that the model asks for; undefined where nothing is. */
  readonly problemOf?: ((call: ToolCall) => string | undefined) | undefined;
  readonly schema?: z.ZodType | undefined;
  readonly isOptional: boolean;
  readonly agent?: string | undefined;
  readonly onOverflow?: OverflowPolicy | undefined;
  /** Stored with the answer; undefined where it is as in the turn before. */
  readonly given?: Given | undefined;
}
