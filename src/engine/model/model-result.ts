import type { Usage } from "../../core/step.ts";
import type { EffectOutcome } from "../../core/verb.ts";
import type { AnswerRepair, ChatAnswer } from "../../models/chat-model.ts";
import type { AnsweredCall, ModelCall, ModelResult } from "./model-call.ts";

/** All answers that were had for one step; the last one is the one that counts. */
export type Answers = readonly [ChatAnswer, ...ChatAnswer[]];

/** What an accepted answer has besides itself. */
export interface Accepted {
  readonly output?: unknown;
  readonly repairs?: readonly AnswerRepair[];
}

export function succeeded(answers: Answers, call: ModelCall, accepted: Accepted = {}): EffectOutcome {
  return { status: "succeeded", result: toResult(answers, call, accepted), usage: usageOf(answers) };
}

/** What was asked twice has cost twice. */
export function usageOf(answers: Answers): Usage {
  return {
    calls: answers.length,
    inputTokens: sum(answers, ({ usage }) => usage.inputTokens),
    outputTokens: sum(answers, ({ usage }) => usage.outputTokens),
    modelMs: Math.round(sum(answers, ({ timings }) => timings.totalMs)),
    models: [...new Set(answers.map(({ model }) => model))],
  };
}

function toResult(answers: Answers, { problemOf, given }: ModelCall, accepted: Accepted): ModelResult<unknown> {
  const last = answers.at(-1) ?? answers[0];
  const { text, thinking, toolCalls, finishReason, usage, timings, model, compacted, grown, choice } = last;
  const isOne = answers.length === 1;
  const { inputTokens, outputTokens } = usageOf(answers);
  const repairs = [...(answers.at(-1)?.repairs ?? []), ...(accepted.repairs ?? [])];
  return {
    text,
    ...("output" in accepted ? { output: accepted.output } : {}),
    ...(thinking === undefined ? {} : { thinking }),
    ...(toolCalls.length > 0 ? { toolCalls: toolCalls.map((call) => answered(call, problemOf?.(call))) } : {}),
    finishReason,
    usage: isOne ? { ...usage } : { ...usage, ...defined({ inputTokens, outputTokens }) },
    ...(isOne ? {} : { calls: answers.length }),
    timings: isOne ? timings : { ...timings, totalMs: sum(answers, (one) => one.timings.totalMs) },
    model,
    ...(compacted ? { compacted } : {}),
    ...(grown ? { grown } : {}),
    ...(choice ? { choice } : {}),
    ...(repairs.length > 0 ? { repairs } : {}),
    ...(given ? { given } : {}),
  };
}

function answered(call: ChatAnswer["toolCalls"][number], problem: string | undefined): AnsweredCall {
  return problem === undefined ? call : { ...call, problem };
}

function defined(tokens: { inputTokens: number | undefined; outputTokens: number | undefined }) {
  return { inputTokens: tokens.inputTokens ?? 0, outputTokens: tokens.outputTokens ?? 0 };
}

function sum(answers: Answers, of: (answer: ChatAnswer) => number): number {
  return answers.reduce((total, answer) => total + of(answer), 0);
}
