import { systemClock, type Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import { aborted } from "./abort.ts";
import type { ChatAnswer, ChatCall, ChatMessage, ChatModel, ChatRequest, ToolCall } from "./chat-model.ts";
import { nextRung, type ContextReading, type ContextWindow, type ProvidedChatModel } from "./context/context-window.ts";
import { blocksOf } from "./context/conversation.ts";
import { count, overflowError, refuseBefore } from "./context/overflow.ts";

export interface ScriptedReply {
  readonly text?: string;
  readonly thinking?: string;
  readonly toolCalls?: readonly ToolCall[];
  /** Before the first piece. `Infinity` waits for the abort. */
  readonly delayMs?: number;
  /** Thrown instead of an answer, after the delay. */
  readonly error?: Error;
}

export type ScriptedAnswer = string | ScriptedReply;

export interface ScriptedModelOptions {
  readonly name?: string;
  /** In order, one for each call; or what to answer to a request. A list that is used up throws `model.bad_answer`. */
  readonly answers:
    | readonly ScriptedAnswer[]
    | ((request: ChatRequest, index: number) => ScriptedAnswer | Promise<ScriptedAnswer>);
  /** What it was made for, in tokens; a token is a word here. */
  readonly contextLength?: number;
  /** What it is loaded with, until a policy lets it grow. Default: all that it was made for. */
  readonly numCtx?: number;
  readonly clock?: Clock;
}

export interface ScriptedModel extends ChatModel, ProvidedChatModel {
  /** Every request so far. */
  readonly requests: readonly ChatRequest[];
}

/**
 * A model for tests and simulations that says what it is told, by the contract of `ChatModel`: pieces, limits, abort, usage.
 * Its time is the clock's, so a simulation decides how long an answer takes.
 */
export function createScriptedModel(options: ScriptedModelOptions): ScriptedModel {
  const { name = "scripted/model", answers, contextLength = 8_192, clock = systemClock } = options;
  const requests: ChatRequest[] = [];
  const window = createWindow(contextLength, Math.min(options.numCtx ?? contextLength, contextLength));
  return {
    name,
    requests,
    window,
    async chat(request, call) {
      refuseAborted(name, call.signal);
      const index = requests.push(request) - 1;
      const reading = await window.read(request, call.signal);
      refuseBefore(name, reading.limit, reading.estimate);
      const answer = typeof answers === "function" ? await answers(request, index) : answers[index];
      if (answer === undefined)
        throw new TuttiError("model.bad_answer", `The script of ${name} has no answer ${index + 1}`);
      const reply = typeof answer === "string" ? { text: answer } : answer;
      return play({ name, reply, request, reading, clock }, call);
    },
  };
}

interface Scene {
  readonly name: string;
  readonly reply: ScriptedReply;
  readonly request: ChatRequest;
  readonly reading: ContextReading;
  readonly clock: Clock;
}

async function play(
  { name, reply, request, reading, clock }: Scene,
  { signal, onChunk }: ChatCall,
): Promise<ChatAnswer> {
  const { limit, estimate } = reading;
  const inputTokens = estimate.likely;
  const startedAt = clock.now();
  await wait(reply.delayMs ?? 0, clock, signal);
  refuseAborted(name, signal);
  if (reply.error) throw reply.error;
  const firstTokenMs = clock.now() - startedAt;
  const { thinking, toolCalls = [] } = reply;
  if (thinking) onChunk?.({ kind: "thinking", text: thinking });
  const words = tokens(reply.text ?? "");
  const said = words.slice(0, request.options?.maxTokens);
  const outputTokens = said.length + tokens(thinking ?? "").length + toolCalls.length;
  for (const [index, word] of said.entries()) {
    if (inputTokens + index + 1 > limit) break;
    await Promise.resolve(); // Lets an abort in between come through, without waiting for the clock.
    refuseAborted(name, signal);
    onChunk?.({ kind: "text", text: word });
  }
  refuseAborted(name, signal);
  const used = inputTokens + outputTokens;
  if (used > limit) throw overflowError({ model: name, kind: "answer", limit, estimate, used });
  const isCut = said.length < words.length;
  const finishReason = isCut ? "length" : toolCalls.length > 0 ? "tool_calls" : "stop";
  const timings = { totalMs: clock.now() - startedAt, firstTokenMs };
  const usage = { inputTokens, outputTokens };
  return {
    text: said.join(""),
    ...(thinking ? { thinking } : {}),
    toolCalls,
    finishReason,
    usage,
    timings,
    model: name,
  };
}

/** Ends at the delay or at the abort, whichever comes first. */
function wait(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (delayMs <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      withdraw();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const withdraw = delayMs === Number.POSITIVE_INFINITY ? ignore : clock.after(delayMs, end);
    signal.addEventListener("abort", end);
  });
}

const ignore = (): void => undefined;

/** Counts as exactly as it will be charged: what other models only estimate. */
function createWindow(contextLength: number, configured: number): ContextWindow {
  let numCtx = configured;
  return {
    async read(request) {
      const limit = Math.min(request.options?.numCtx ?? numCtx, numCtx);
      const total = tokensOf(request.messages);
      const parts = { system: 0, goal: 0, tools: 0, history: 0, newest: 0 };
      for (const { part, messages } of blocksOf(request.messages)) parts[part] += tokensOf(messages);
      return { limit, numCtx, estimate: { low: total, likely: total, high: total, parts }, tokensOf };
    },
    async grow(request, from) {
      const asked = request.options?.numCtx;
      if (asked !== undefined && asked <= numCtx) return { refused: `the step's own numCtx is ${count(asked)}` };
      const least = Math.max(from + 1, tokensOf(request.messages));
      if (least > contextLength) return { refused: `the model was made for ${count(contextLength)} tokens` };
      if (numCtx <= from) numCtx = Math.min(nextRung(from), contextLength);
      return { numCtx };
    },
  };
}

function tokensOf(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + 1 + tokens(content).length, 0);
}

/** Words with the space before them, so that joining gives the text back. */
function tokens(text: string): readonly string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? (text === "" ? [] : [text]);
}

function refuseAborted(name: string, signal: AbortSignal): void {
  if (signal.aborted) throw aborted(name, signal.reason);
}
