import type { TuttiError } from "../../core/error.ts";
import type { ChatAnswer, ChatCall, ChatModel, ChatRequest, Compacted, Grown } from "../chat-model.ts";
import { compact, type CompactedRequest } from "./compact.ts";
import type { ContextWindow } from "./context-window.ts";
import { count, isOfAnswer, isOverflow, refuseBefore, withReason } from "./overflow.ts";

/**
 * Does what a request's `onOverflow` says about a prompt that does not fit. It stands outside of meters and queues: a prompt
 * that cannot fit waits for no place and reserves nothing, and each try is a call of its own to them.
 */
export function withOverflowPolicy(model: ChatModel, window: ContextWindow | undefined): ChatModel {
  if (!window) return { name: model.name, chat: (request, call) => chatBlindly(model, request, call) };
  return {
    name: model.name,
    chat(request, call) {
      const task: Task = { model, window, request, call };
      if (request.onOverflow === "grow") return growing(task);
      return request.onOverflow === "compact" ? compacting(task) : chatOnce(task, request);
    },
  };
}

interface Task {
  readonly model: ChatModel;
  readonly window: ContextWindow;
  readonly request: ChatRequest;
  readonly call: ChatCall;
}

/** Without a window the model's own error is all there is, and whoever asked for more is told so. */
async function chatBlindly(model: ChatModel, request: ChatRequest, call: ChatCall): Promise<ChatAnswer> {
  try {
    return await model.chat(request, call);
  } catch (error) {
    const { onOverflow = "fail" } = request;
    if (onOverflow === "fail" || !isOverflow(error)) throw error;
    throw withReason(error, `onOverflow: "${onOverflow}" cannot help, since its server does not tell its context.`);
  }
}

async function chatOnce({ model, window, call }: Task, request: ChatRequest): Promise<ChatAnswer> {
  const { limit, estimate } = await window.read(request, call.signal);
  refuseBefore(model.name, limit, estimate);
  return model.chat(request, call);
}

/** One rung at a time, each judged anew, first by the estimate and then by the server. */
async function growing(task: Task): Promise<ChatAnswer> {
  const { model, window, request, call } = task;
  let grown: Grown | undefined;
  for (;;) {
    const { numCtx } = await window.read(request, call.signal);
    try {
      const answer = await chatOnce(task, request);
      return grown ? { ...answer, grown } : answer;
    } catch (error) {
      if (!isOverflow(error)) throw error;
      // An answer that fills one rung after the other is more likely one that never ends.
      if (grown && isOfAnswer(error)) throw withReason(error, "So it was with one rung less.");
      const growth = await window.grow(request, numCtx, call.signal);
      if ("refused" in growth) throw withReason(error, `It cannot grow: ${growth.refused}.`);
      grown = { from: grown?.from ?? numCtx, to: growth.numCtx };
      call.onChunk?.({
        kind: "notice",
        text: `context of ${model.name}: ${count(numCtx)} to ${count(growth.numCtx)} tokens`,
      });
    }
  }
}

// Each one that the server refuses shows that the estimate was too low, so the next one leaves out more.
const mostTries = 6;
const lessPerTry = 0.7;

async function compacting(task: Task): Promise<ChatAnswer> {
  const { window, request, call } = task;
  const { limit, estimate } = await window.read(request, call.signal);
  let sent = request;
  let leftOut: Compacted = { messages: 0, tokens: 0 };
  let wasOfAnswer = false;
  let last = estimate.likely > limit ? undefined : await tryOnce(task, sent);
  for (let tries = 0; tries < mostTries; tries++) {
    if (last && !isOverflow(last)) break;
    // With more room it filled that as well: more likely an answer that never ends.
    if (last && isOfAnswer(last) && wasOfAnswer) throw withReason(last, "So it was with fewer turns left out.");
    wasOfAnswer ||= last !== undefined && isOfAnswer(last);
    const shorter = await shorten(task, last ? sent : undefined, tries);
    if (!shorter) break;
    if (shorter.leftOut.messages <= leftOut.messages) continue;
    ({ request: sent, leftOut } = shorter);
    call.onChunk?.({ kind: "notice", text: noticeOf(leftOut) });
    last = await tryOnce(task, sent);
  }
  // Nothing may go, and the estimate alone is not enough to refuse by.
  last ??= await tryOnce(task, request);
  if (!isOverflow(last)) return leftOut.messages > 0 ? { ...last, compacted: leftOut } : last;
  throw withReason(
    last,
    "Leaving out old turns is not enough: system text, goal, open tool calls and the newest turn stay.",
  );
}

/** Reads anew each time: what the server has counted or refused meanwhile makes the estimate better. */
async function shorten(
  { window, request, call }: Task,
  refused: ChatRequest | undefined,
  tries: number,
): Promise<CompactedRequest | undefined> {
  const { limit, estimate, tokensOf } = await window.read(request, call.signal);
  const forAnswer = Math.min(request.options?.maxTokens ?? limit / 4, limit / 2);
  const tooMuch = refused ? (await window.read(refused, call.signal)).estimate.likely : Number.POSITIVE_INFINITY;
  const budget = Math.min((limit - forAnswer) * lessPerTry ** tries, tooMuch * lessPerTry);
  const excess = Math.max(estimate.likely - budget, 1);
  return compact(request, { excess, least: estimate.low - limit, portion: limit / 8, tokensOf });
}

async function tryOnce(task: Task, request: ChatRequest): Promise<ChatAnswer | TuttiError> {
  try {
    return await chatOnce(task, request);
  } catch (error) {
    if (isOverflow(error)) return error;
    throw error;
  }
}

function noticeOf({ messages, tokens }: Compacted): string {
  return `left out ${count(messages)} old ${messages === 1 ? "message" : "messages"}, about ${count(tokens)} tokens`;
}
