import { TuttiError } from "../../core/error.ts";
import type { ChatRequest, ChatUsage } from "../chat-model.ts";

export interface AnswerCounts {
  readonly name: string;
  readonly request: ChatRequest;
  /** Tokens that prompt and answer may fill, if that is known. */
  readonly limit: number | undefined;
  readonly usage: ChatUsage;
  /** It ended because of a length: that of the answer, or that of the context. */
  readonly isCutOff: boolean;
}

// Four bytes of English make a token, and no tokenizer that we have seen reaches eight for text or code. A larger quotient
// means that the server has dropped at least half of the prompt. Short prompts say nothing: the template has its share.
const mostBytesPerToken = 10;
const shortPromptBytes = 2_000;

/** Refuses an answer to a prompt that was cut, or one that the context cut off, as far as the counts show it. */
export function refuseCut({ name, request, limit, usage, isCutOff }: AnswerCounts): void {
  const { inputTokens, outputTokens } = usage;
  const used = inputTokens + outputTokens;
  if (limit !== undefined && used > limit) {
    const part = inputTokens > limit ? "The prompt" : "The prompt and its answer";
    throw overflow(`${part} took ${used} tokens; the context of ${name} has ${limit}`, { used, limit });
  }
  if (isCutOff && outputTokens < (request.options?.maxTokens ?? Number.POSITIVE_INFINITY)) {
    throw overflow(`The answer of ${name} ended at ${outputTokens} tokens because the context was full`, {
      kind: "answer",
      used,
      limit: limit ?? used,
    });
  }
  const bytes = request.messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  if (bytes < shortPromptBytes || bytes / Math.max(inputTokens, 1) <= mostBytesPerToken) return;
  throw overflow(
    `The server of ${name} has read ${inputTokens} tokens of a prompt of ${bytes} bytes: it has cut the rest without a word`,
    { limit: inputTokens },
  );
}

function overflow(
  message: string,
  data: { readonly kind?: "answer"; readonly used?: number; readonly limit: number },
): TuttiError {
  return new TuttiError("model.context_overflow", message, {
    hint: "Send less, or start the server with a larger context and name it as contextLength in models.openai.",
    data,
  });
}
